package dev.millrace.serving;

import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Printable;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicFollower;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
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

  private final Map<String, String> kafka;
  private final String topic;
  private final Listener listener;
  private final Consumer<String> notice;
  private final TopicFollower follower;
  private final ModelAssembler models;
  private final LongAdder dropped = new LongAdder();
  private volatile int incomplete;
  // Belongs to the thread in run(); null until it is needed.
  private @Nullable ModelTopicReader reader;

  /**
   * @param kafka client properties
   * @param modelBytes max bytes of a model
   * @param notice takes one line when the brokers or the topic go away or come back, a record is no
   *     model, or the parts of one do not fit in memory
   */
  public ModelsFollower(
      Map<String, String> kafka,
      String topic,
      long modelBytes,
      Listener listener,
      Consumer<String> notice) {
    models = new ModelAssembler(modelBytes, this::readAgain, new Losses());
    this.kafka = Map.copyOf(kafka);
    this.topic = topic;
    this.listener = listener;
    this.notice = notice;
    this.follower = new TopicFollower(kafka, topic, this::accept, this::reportConnection);
  }

  @Override
  public void run() {
    try {
      follower.run();
    } finally {
      if (reader != null) {
        reader.close();
      }
    }
  }

  private byte @Nullable [] readAgain(Place place) throws IOException {
    if (reader == null) {
      reader = new ModelTopicReader(kafka, topic);
    }
    return reader.read(place);
  }

  /** Returns true once the models that were on the topic at the start have been read. */
  public boolean isReady() {
    return follower.isCaughtUp();
  }

  /** Returns the number of records that are not yet read, or -1 if it is not yet known. */
  public long remaining() {
    return follower.remaining();
  }

  /**
   * Returns why nothing could be read at the last check, or null if the brokers answered and had
   * the topic.
   */
  public @Nullable String absence() {
    return follower.absence();
  }

  /** Returns the number of models dropped because not all of their parts fitted in memory. */
  public long dropped() {
    return dropped.sum();
  }

  /** Returns the number of keys whose newest model has records that are missing on the topic. */
  public int incomplete() {
    return incomplete;
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
      Arrival arrival = models.accept(read);
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
                  Printable.line("" + e.getMessage(), SHOWN_OF_MESSAGE)));
    } finally {
      incomplete = models.incomplete();
    }
  }

  private final class Losses implements ModelAssembler.Listener {
    @Override
    public void evicted(String key) {
      dropped.increment();
      notice.accept(
          ("Dropped the incomplete parts of a new model of key %s: the parts of unfinished models"
                  + " need more memory than there is for them. Its previous model, if there is"
                  + " one, is still served; give the process a larger heap.")
              .formatted(quoted(key)));
    }

    @Override
    public void incomplete(String key) {
      notice.accept(
          ("The newest model of key %s on %s is incomplete: some of its records are missing. Its"
                  + " previous model, if there is one, is still served, until a newer one is"
                  + " complete.")
              .formatted(quoted(key), topic));
    }
  }

  private static String quoted(String key) {
    return '"' + Printable.line(key, SHOWN_OF_KEY) + '"';
  }
}
