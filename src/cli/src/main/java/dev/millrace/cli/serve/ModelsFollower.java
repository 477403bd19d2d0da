package dev.millrace.cli.serve;

import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.watch.TopicFollower;
import dev.millrace.codec.ModelAssembler;
import dev.millrace.codec.ModelAssembler.Arrival;
import dev.millrace.codec.ModelAssembler.Place;
import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Follows the models topic from its beginning. {@link #run} works in the calling thread until
 * {@link #close} is called from another one; it outlives any absence of the brokers.
 */
public final class ModelsFollower implements Runnable, AutoCloseable {

  /** Takes models and tombstones of keys. */
  public interface Listener {
    /**
     * Takes one record of the topic.
     *
     * @throws IOException if it is no model
     */
    void accept(Arrival arrival) throws IOException;
  }

  // Characters.
  private static final int SHOWN_OF_KEY = 60;
  private static final int SHOWN_OF_MESSAGE = 300;
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CALL = Duration.ofSeconds(5);
  // Between two reads of a model that wait for brokers that did not answer.
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final String topic;
  private final Listener listener;
  private final Consumer<String> notice;
  private final TopicFollower follower;
  private final ModelAssembler parts = new ModelAssembler(this::reportDropped);
  private final LongAdder dropped = new LongAdder();

  /**
   * @param kafka client properties
   * @param notice takes one line when the brokers or the topic go away or come back, a record is no
   *     model, or the parts of one do not fit in memory
   */
  public ModelsFollower(
      Map<String, String> kafka, String topic, Listener listener, Consumer<String> notice) {
    this.topic = topic;
    this.listener = listener;
    this.notice = notice;
    this.follower =
        new TopicFollower(
            kafka, topic, TopicFollower.Start.OLDEST, this::accept, this::reportConnection);
  }

  @Override
  public void run() {
    try {
      follower.run();
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    }
  }

  /** Returns true once the models that were on the topic at the start have been read. */
  public boolean isReady() {
    return follower.isCaughtUp();
  }

  /** Returns true if the brokers answered at the last check, and had the topic. */
  boolean isConnected() {
    return !follower.isAbsent();
  }

  /** Returns the number of models dropped because not all of their parts fitted in memory. */
  long dropped() {
    return dropped.sum();
  }

  /** Ends {@link #run} within moments. May be called from any thread, more than once. */
  @Override
  public void close() {
    follower.close();
  }

  private void reportConnection(boolean absent, String text) {
    notice.accept(absent ? text + " Known models are still served." : text);
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) {
    KafkaRecord read = KafkaClients.record(record);
    try {
      Arrival arrival = parts.accept(read);
      if (arrival != null) {
        listener.accept(arrival);
      }
    } catch (IOException e) {
      String key = read.key() == null ? "" : ", key " + quoted(ModelAssembler.key(read));
      notice.accept(
          ("Skipped a record that is no model, or one of a newer release: %s, partition %d,"
                  + " offset %d%s: %s")
              .formatted(
                  topic,
                  record.partition(),
                  record.offset(),
                  key,
                  Terminal.printable("" + e.getMessage(), SHOWN_OF_MESSAGE)));
    }
  }

  private void reportDropped(String key) {
    dropped.increment();
    notice.accept(
        ("Dropped the incomplete parts of a new model of key %s: the parts of unfinished models"
                + " need more memory than there is for them. Its previous model, if there is one,"
                + " is still served; give the process a larger heap.")
            .formatted(quoted(key)));
  }

  private static String quoted(String key) {
    return '"' + Terminal.printable(key, SHOWN_OF_KEY) + '"';
  }

  /**
   * Reads models again by their places. Thread-safe: one read at a time. While no broker answers
   * for a partition, only one read in a while waits for it; the others fail at once.
   */
  public static final class Reader implements ServedModels.Source, AutoCloseable {
    private final String topic;
    private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
    private final ReentrantLock reading = new ReentrantLock(true);
    // By partition: when the brokers did not answer last, in nanoseconds.
    private final Map<Integer, Long> unanswered = new ConcurrentHashMap<>();

    /**
     * @param kafka client properties
     */
    public Reader(Map<String, String> kafka, String topic) {
      this(TopicReader.consumer(kafka), topic);
    }

    public Reader(
        org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer, String topic) {
      this.topic = topic;
      this.consumer = consumer;
    }

    @Override
    public byte @Nullable [] read(String key, List<Place> places) throws IOException {
      try {
        requireAnswers(places);
        if (!reading.tryLock(CALL.toNanos(), TimeUnit.NANOSECONDS)) {
          throw unanswered("other models are being read");
        }
        try {
          requireAnswers(places);
          return readAll(key, places);
        } finally {
          reading.unlock();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the server is being closed");
      }
    }

    private void requireAnswers(List<Place> places) throws IOException {
      for (Place place : places) {
        Long last = unanswered.get(place.partition());
        if (last != null && System.nanoTime() - last < PAUSE.toNanos()) {
          throw unanswered("no broker answers");
        }
      }
    }

    private static IOException unanswered(String why) {
      return new IOException("the model is not in memory, and " + why + "; try again in a moment");
    }

    private byte @Nullable [] readAll(String key, List<Place> places) throws IOException {
      ModelAssembler parts = new ModelAssembler();
      Arrival whole = null;
      for (Place place : places) {
        ConsumerRecord<byte[], byte[]> record = read(place);
        if (record == null) {
          return null;
        }
        whole = parts.accept(KafkaClients.record(record));
      }
      // In a topic that was created again another key's model may be there.
      return whole == null || !whole.key().equals(key) ? null : whole.bytes();
    }

    private @Nullable ConsumerRecord<byte[], byte[]> read(Place place) throws IOException {
      TopicPartition partition = new TopicPartition(topic, place.partition());
      try {
        consumer.assign(List.of(partition));
        consumer.seek(partition, place.offset());
        long end = System.nanoTime() + CALL.toNanos();
        while (System.nanoTime() < end) {
          for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
            unanswered.remove(place.partition());
            return record.offset() == place.offset() ? record : null;
          }
          if (consumer.position(partition, CALL) > place.offset()) {
            return null;
          }
        }
      } catch (KafkaException e) {
        unanswered.put(place.partition(), System.nanoTime());
        throw new IOException(
            "the model is not in memory and cannot be read from the topic: " + e.getMessage());
      }
      unanswered.put(place.partition(), System.nanoTime());
      throw new IOException(
          "the model is not in memory, and no broker gave it within " + CALL.toSeconds() + " s");
    }

    @Override
    public void close() {
      reading.lock();
      try {
        consumer.close();
      } finally {
        reading.unlock();
      }
    }
  }
}
