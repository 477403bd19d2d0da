package dev.millrace.serving;

import dev.millrace.codec.models.ModelAssembler;
import dev.millrace.codec.models.ModelAssembler.Arrival;
import dev.millrace.codec.models.ModelAssembler.Place;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.TopicReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads models again by their places. Thread-safe: one read at a time. While no broker answers for
 * a partition, only one read in a while waits for it; the others fail at once.
 */
public final class ModelTopicReader
    implements ServedModels.Source, ModelAssembler.Source, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration CALL = Duration.ofSeconds(5);
  // Between two reads of a model that wait for brokers that did not answer.
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final String topic;
  private final Consumer<byte[], byte[]> consumer;
  private final ReentrantLock reading = new ReentrantLock(true);
  // By partition: when the brokers did not answer last, in nanoseconds.
  private final Map<Integer, Long> unanswered = new ConcurrentHashMap<>();

  /**
   * @param kafka client properties
   */
  public ModelTopicReader(Map<String, String> kafka, String topic) {
    this(TopicReader.consumer(kafka), topic);
  }

  public ModelTopicReader(Consumer<byte[], byte[]> consumer, String topic) {
    this.topic = topic;
    this.consumer = consumer;
  }

  /** Reads records while no other thread does. */
  private interface Reading {
    byte @Nullable [] read() throws IOException;
  }

  @Override
  public byte @Nullable [] read(String key, List<Place> places) throws IOException {
    return alone(places, () -> readAll(key, places));
  }

  @Override
  public byte @Nullable [] read(Place place) throws IOException {
    return alone(
        List.of(place),
        () -> {
          ConsumerRecord<byte[], byte[]> record = record(place);
          return record == null ? null : record.value();
        });
  }

  private byte @Nullable [] alone(List<Place> places, Reading all) throws IOException {
    try {
      requireAnswers(places);
      if (!reading.tryLock(CALL.toNanos(), TimeUnit.NANOSECONDS)) {
        throw unanswered("other models are being read");
      }
      try {
        requireAnswers(places);
        return all.read();
      } finally {
        reading.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the reader is being closed");
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
    ModelAssembler parts = ModelAssembler.unlimited(); // one model
    Arrival whole = null;
    for (Place place : places) {
      ConsumerRecord<byte[], byte[]> record = record(place);
      if (record == null) {
        return null;
      }
      whole = parts.accept(KafkaClients.record(record));
    }
    // In a topic that was created again another key's model may be there.
    return whole == null || !whole.key().equals(key) ? null : whole.bytes();
  }

  private @Nullable ConsumerRecord<byte[], byte[]> record(Place place) throws IOException {
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
