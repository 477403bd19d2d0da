package dev.millrace.cli.serve;

import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.kafka.BrokerCheck;
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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows the models topic from its beginning, without a consumer group. {@link #run} works in the
 * calling thread until {@link #close} is called from another one; it outlives any absence of the
 * brokers.
 */
public final class ModelsFollower implements Runnable, AutoCloseable {

  /** Takes what the topic says about a key. */
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
  private static final Duration CHECK = Duration.ofSeconds(5);
  // Between two reads of a model that wait for brokers that did not answer.
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final String topic;
  private final Listener listener;
  private final Consumer<String> notice;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final ModelAssembler parts = new ModelAssembler(this::reportDropped);
  private final LongAdder dropped = new LongAdder();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean isRead;
  private volatile boolean present = true;

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
    this.consumer = TopicReader.consumer(kafka);
  }

  @Override
  public void run() {
    try (consumer) {
      List<TopicPartition> partitions = TopicReader.partitions(consumer, topic, CALL);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      readToEnd(consumer.endOffsets(partitions, CALL));
      isRead = true;
      ready.countDown();
      follow();
    } catch (WakeupException e) {
      // close() was called: the one source of wakeups.
    } catch (KafkaException e) {
      throw BrokerCheck.failure("Topic " + topic + " cannot be read", e);
    } finally {
      ready.countDown();
    }
  }

  /**
   * Waits until what was on the topic at the start is known; returns false if that takes longer, or
   * {@link #run} ended before.
   */
  public boolean awaitReady(long millis) throws InterruptedException {
    return ready.await(millis, TimeUnit.MILLISECONDS) && isRead;
  }

  /** Whether what was on the topic at the start is known. */
  boolean isReady() {
    return isRead;
  }

  /** Whether the brokers answered when they were asked last, and had the topic. */
  boolean isConnected() {
    return present;
  }

  /** How many models were dropped because not all of their parts fitted in memory. */
  long dropped() {
    return dropped.sum();
  }

  /** Ends {@link #run} within moments. May be called from any thread, more than once. */
  @Override
  public void close() {
    closed.countDown();
    consumer.wakeup();
  }

  private void readToEnd(Map<TopicPartition, Long> ends) {
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), CALL) < end.getValue())) {
      poll();
    }
  }

  private void follow() {
    long checked = System.nanoTime();
    while (closed.getCount() > 0) {
      poll();
      if (System.nanoTime() - checked >= CHECK.toNanos()) {
        check();
        checked = System.nanoTime();
      }
    }
  }

  private void poll() {
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
      take(record);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
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
                + " is served on; give the process a larger heap.")
            .formatted(quoted(key)));
  }

  private static String quoted(String key) {
    return '"' + Terminal.printable(key, SHOWN_OF_KEY) + '"';
  }

  // A consumer waits for absent brokers without a word; a call that needs an answer tells.
  private void check() {
    try {
      consumer.endOffsets(consumer.assignment(), CALL);
      TopicReader.assignAdded(consumer, topic, CALL);
      if (!present) {
        present = true;
        notice.accept("Following " + topic + " again.");
      }
    } catch (RetriableException e) {
      if (present) {
        present = false;
        notice.accept(
            (TopicReader.isGone(consumer, topic, CALL)
                    ? "Topic " + topic + " does not exist any more"
                    : "No broker answers")
                + "; the models that are known are served on.");
      }
    }
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
    public byte[] read(String key, List<Place> places) throws IOException {
      try {
        requireAnswers(places);
        if (!reading.tryLock(CALL.toNanos(), TimeUnit.NANOSECONDS)) {
          throw unanswered("other models are read first");
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

    private byte[] readAll(String key, List<Place> places) throws IOException {
      ModelAssembler parts = new ModelAssembler();
      Arrival whole = null;
      for (Place place : places) {
        ConsumerRecord<byte[], byte[]> record = read(place);
        if (record == null) {
          return null;
        }
        whole = parts.accept(KafkaClients.record(record));
      }
      // In a topic that was made anew another key's model may lie there.
      return whole == null || !whole.key().equals(key) ? null : whole.bytes();
    }

    private ConsumerRecord<byte[], byte[]> read(Place place) throws IOException {
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
