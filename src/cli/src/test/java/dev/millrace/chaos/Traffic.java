package dev.millrace.chaos;

import dev.millrace.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Records that are sent at a steady rate, as far as they are wanted: on a slow machine a fault
 * takes longer, and there must be records left to send when it is over.
 */
final class Traffic implements AutoCloseable {
  static final String CLIENT_ID = "chaos-traffic";

  /** Records a second while a cluster of processes runs on one or two processors. */
  static final int CALM = 60;

  private static final int MILLIS_BETWEEN = 50;
  private static final int MAX_OUTAGE_SECONDS = 300;

  /** Of a record in its topic, to which nobody else sends anything. */
  record Place(int partition, int offset) {}

  private final List<ProducerRecord<byte[], byte[]>> records;
  private final KafkaProducer<byte[], byte[]> producer;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final String topic;
  private final int atOnce;
  private final Map<Integer, Integer> ends = new HashMap<>();
  private final Map<Place, Long> sentAt = new HashMap<>();
  private int sent;
  private int wanted;
  private volatile Exception failure;

  /**
   * @param topic for the records, whatever they say
   * @param rate in records a second
   */
  Traffic(
      String bootstrapServers,
      String topic,
      List<ProducerRecord<byte[], byte[]>> records,
      int rate) {
    this.records = records;
    this.topic = topic;
    this.atOnce = rate * MILLIS_BETWEEN / 1_000;
    Map<String, Object> properties = new HashMap<>();
    properties.put("bootstrap.servers", bootstrapServers);
    properties.put("client.id", CLIENT_ID);
    properties.put("delivery.timeout.ms", MAX_OUTAGE_SECONDS * 1_000);
    KafkaClients.oneRequestAtATime(properties);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    clock.scheduleAtFixedRate(this::tick, 0, MILLIS_BETWEEN, TimeUnit.MILLISECONDS);
  }

  /** Lets so many more be sent at the steady rate; returns how many will have been sent then. */
  synchronized int want(int count) {
    wanted = Math.min(records.size(), Math.max(wanted, sent) + count);
    return wanted;
  }

  synchronized int sent() {
    return sent;
  }

  /** Sends up to a total at once. */
  void hurry(int total) {
    send(total);
    producer.flush();
  }

  /**
   * Checks that the broker has everything, or may yet.
   *
   * @throws IllegalStateException if the test's own producer has given up a record
   */
  void requireNoLoss() {
    if (failure != null) {
      throw new IllegalStateException("a record could not be sent", failure);
    }
  }

  int size() {
    return records.size();
  }

  /** When a record was sent, in milliseconds since the epoch. */
  synchronized long sentAt(Place place) {
    return sentAt.get(place);
  }

  private synchronized void tick() {
    send(Math.min(wanted, sent + atOnce));
  }

  private synchronized void send(int total) {
    int end = Math.min(records.size(), total);
    while (sent < end) {
      ProducerRecord<byte[], byte[]> r = records.get(sent++);
      int offset = ends.merge(r.partition(), 1, Integer::sum) - 1;
      sentAt.put(new Place(r.partition(), offset), System.currentTimeMillis());
      producer.send(
          new ProducerRecord<>(topic, r.partition(), r.timestamp(), r.key(), r.value()),
          (metadata, e) -> failure = e == null ? failure : e);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    producer.close(Duration.ofSeconds(5));
  }
}
