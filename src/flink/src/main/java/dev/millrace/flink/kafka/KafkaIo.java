package dev.millrace.flink.kafka;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.models.ModelParts;
import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.kafka.Lease;
import dev.millrace.kafka.TransactionTimeout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.DefaultKafkaDatasetIdentifier;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacet;
import org.apache.flink.connector.kafka.lineage.KafkaDatasetFacetProvider;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** Sources and sinks of Kafka at both ends of the graph; their records are not decoded. */
public final class KafkaIo {
  // Records that the fetching thread hands over at once, and prepares one poll for; Kafka's 500 are
  // handed over every fraction of a millisecond.
  private static final String POLL_RECORDS = "2000";
  // How long records in a partition that is new to the topic may wait; the connector's own is five
  // minutes.
  private static final String DISCOVERY_MILLIS = "30000";

  /** The connector's option for the time between two looks for new partitions. */
  static final String DISCOVERY_INTERVAL = "partition.discovery.interval.ms";

  /** Default {@code buffer.memory} of producers. */
  private static final long MIN_BUFFER_BYTES = 32L << 20;

  private KafkaIo() {}

  /**
   * A source of raw records; those of several topics come in the order of their timestamps.
   *
   * @param group the consumer group, to which offsets are committed with each checkpoint
   * @param bounded whether to stop at the end that the topics have now
   */
  public static Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> source(
      Map<String, String> properties,
      List<String> topics,
      String group,
      OffsetsInitializer start,
      boolean bounded) {
    Map<String, String> consumer = consumer(properties);
    consumer.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    KafkaSourceBuilder<KafkaRecord> builder =
        KafkaSource.<KafkaRecord>builder()
            .setProperties(asProperties(consumer))
            .setTopics(topics)
            .setStartingOffsets(start)
            .setDeserializer(new RawDeserializer());
    if (bounded) {
      builder.setBounded(OffsetsInitializer.latest());
    }
    KafkaSource<KafkaRecord> records = builder.build();
    return new TopicFilteringSource(
        topics.size() == 1 ? records : new MergedSource(records, consumer, topics, start),
        topics,
        // The ends of a bounded source are not known yet.
        start instanceof StartingOffsets beginning && !bounded ? beginning.fixed() : Map.of());
  }

  private static Map<String, String> consumer(Map<String, String> properties) {
    Map<String, String> consumer = new HashMap<>(properties);
    consumer.putIfAbsent(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS);
    // What a producer has taken back, as a job does that failed, is no example.
    consumer.putIfAbsent(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    consumer.putIfAbsent(DISCOVERY_INTERVAL, DISCOVERY_MILLIS);
    return consumer;
  }

  /** Starts with the records that come from now on, also if the job restarts without state. */
  public static OffsetsInitializer latest(Map<String, String> properties, List<String> topics)
      throws InterruptedException {
    return StartingOffsets.atTheEnd(false, consumer(properties), topics);
  }

  /** Begins where the group has come to; with the oldest record where it has not been yet. */
  public static OffsetsInitializer committedOrEarliest() {
    return StartingOffsets.committed();
  }

  /** Starts at the committed offset, else at the current end of the partition. */
  public static OffsetsInitializer committedOrLatest(
      Map<String, String> properties, List<String> topics) throws InterruptedException {
    return StartingOffsets.atTheEnd(true, consumer(properties), topics);
  }

  /**
   * A sink of records for one topic.
   *
   * @param transactionalId unique to this sink of this pipeline
   * @param recordBytes the largest record that may have to be written
   * @param ageMillis how old a timestamp may be; of an older record it is the present
   * @param lease that the job must have while it writes
   */
  public static Sink<OutputRecord> sink(
      Map<String, String> properties,
      String topic,
      DeliveryGuarantee guarantee,
      String transactionalId,
      int recordBytes,
      long ageMillis,
      @Nullable Lease lease) {
    Properties producer = asProperties(properties);
    producer.putIfAbsent(
        ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
        Integer.toString(TransactionTimeout.DEFAULT_MILLIS));
    producer.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(recordBytes));
    long memory = Math.max(MIN_BUFFER_BYTES, 2L * recordBytes);
    producer.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, Long.toString(memory));
    KafkaClients.oneRequestAtATime(producer);
    return new QuietCloseKafkaSink(
        KafkaSink.<OutputRecord>builder()
            .setKafkaProducerConfig(producer)
            .setDeliveryGuarantee(guarantee)
            .setTransactionalIdPrefix(transactionalId)
            // Each id stays on the brokers for a week; by default every checkpoint adds one a
            // subtask.
            .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
            .setRecordSerializer(new RawSerializer(topic, ageMillis))
            .build(),
        topic,
        lease);
  }

  /** Returns how records become those of a topic, for a sink that the job has built itself. */
  public static KafkaRecordSerializationSchema<OutputRecord> serializer(String topic) {
    return new RawSerializer(topic, Long.MAX_VALUE);
  }

  private static Properties asProperties(Map<String, String> map) {
    Properties properties = new Properties();
    properties.putAll(map);
    return properties;
  }

  /**
   * Deserializer that leaves records as they came, but for a timestamp far ahead of this machine's
   * clock: times of models go by timestamps, and one such record would end windows, forecasts and
   * time-outs of its key. Brokers of Kafka 4 reject it by default, older ones accept it.
   */
  static final class RawDeserializer implements KafkaRecordDeserializationSchema<KafkaRecord> {
    private static final long serialVersionUID = 1L;

    /** Default of {@code message.timestamp.after.max.ms}. */
    static final long MAX_AHEAD_MILLIS = 3_600_000;

    // A time up to which timestamps are known to be allowed.
    private transient long allowed;

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> from, Collector<KafkaRecord> out) {
      long timestamp = from.timestamp();
      if (timestamp > allowed) {
        allowed = System.currentTimeMillis() + MAX_AHEAD_MILLIS;
        timestamp = Math.min(timestamp, allowed);
      }
      out.collect(KafkaClients.record(from, timestamp));
    }

    @Override
    public TypeInformation<KafkaRecord> getProducedType() {
      return TypeInformation.of(KafkaRecord.class);
    }
  }

  static final class RawSerializer
      implements KafkaRecordSerializationSchema<OutputRecord>, KafkaDatasetFacetProvider {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final long ageMillis;

    RawSerializer(String topic, long ageMillis) {
      this.topic = topic;
      this.ageMillis = ageMillis;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
        OutputRecord record, KafkaSinkContext context, Long timestamp) {
      RecordHeaders headers = new RecordHeaders();
      for (int h = 0; h < record.headerNames().length; h++) {
        headers.add(new RecordHeader(record.headerNames()[h], record.headerValues()[h]));
      }
      // The client rejects a timestamp below 0, and a broker one that is an hour ahead of its
      // clock, or older than the topic allows.
      long age = System.currentTimeMillis() - record.timestamp();
      boolean isTaken = record.timestamp() >= 0 && age > 0 && age < ageMillis;
      Long time = isTaken ? record.timestamp() : null; // now
      Integer partition = partition(record.key(), context);
      return new ProducerRecord<>(topic, partition, time, record.key(), record.value(), headers);
    }

    /** Names the topic whose open transactions the connector lists on restore. */
    @Override
    public Optional<KafkaDatasetFacet> getKafkaDatasetFacet() {
      return Optional.of(
          new DefaultKafkaDatasetFacet(DefaultKafkaDatasetIdentifier.ofTopics(List.of(topic))));
    }

    // All records of a model are in the partition of its key, so that readers hold few at a time.
    // Null leaves it to the client, which does the same for keys.
    private @Nullable Integer partition(byte @Nullable [] key, KafkaSinkContext context) {
      return key == null || ModelParts.isHead(key)
          ? null
          : BuiltInPartitioner.partitionForKey(
              ModelParts.modelKey(key), context.getPartitionsForTopic(topic).length);
    }
  }
}
