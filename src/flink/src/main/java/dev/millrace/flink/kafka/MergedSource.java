package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import dev.millrace.kafka.BrokerOffsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumerator;
import org.apache.flink.connector.kafka.source.enumerator.initializer.NoStoppingOffsetsInitializer;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.util.clock.SystemClock;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * A Kafka source of several topics that gives older records before newer ones, however far it is
 * behind: see {@link MergedSourceReader}.
 *
 * <p>A subtask can only order what it reads, so partitions of the same number go to the same one.
 */
final class MergedSource extends DelegatingSource {
  private static final long serialVersionUID = 1L;

  private final HashMap<String, String> consumer;
  private final ArrayList<String> topics;
  private final OffsetsInitializer start;

  /**
   * @param records the source of all topics
   * @param consumer properties of that source, its group among them
   * @param topics in the order of records of the same time
   * @param start where that source starts
   */
  MergedSource(
      KafkaSource<KafkaRecord> records,
      Map<String, String> consumer,
      List<String> topics,
      OffsetsInitializer start) {
    super(records);
    this.consumer = new HashMap<>(consumer);
    this.topics = new ArrayList<>(topics);
    this.start = start;
  }

  @Override
  public SourceReader<KafkaRecord, KafkaPartitionSplit> createReader(SourceReaderContext context) {
    List<Gauge<Long>> pending = new CopyOnWriteArrayList<>();
    context
        .metricGroup()
        .setPendingRecordsGauge(() -> pending.stream().mapToLong(Gauge::getValue).sum());
    return new MergedSourceReader(
        topics,
        split -> createSplitReader(new MergedReaderContext(context, split.splitId(), pending)),
        new BrokerOffsets(consumer),
        SystemClock.getInstance());
  }

  private SourceReader<KafkaRecord, KafkaPartitionSplit> createSplitReader(
      SourceReaderContext context) {
    try {
      return super.createReader(context);
    } catch (Exception e) {
      throw new IllegalStateException("A partition of " + topics + " cannot be read", e);
    }
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return restoreEnumerator(context, new KafkaSourceEnumState(Set.of(), false));
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state) {
    boolean bounded = getBoundedness() == Boundedness.BOUNDED;
    // As the source's own builder completes them.
    Properties properties = new Properties();
    properties.putAll(consumer);
    properties.putIfAbsent("client.id.prefix", consumer.get(ConsumerConfig.GROUP_ID_CONFIG));
    if (bounded) {
      properties.put(KafkaIo.DISCOVERY_INTERVAL, "-1");
    }
    return new KafkaSourceEnumerator(
        KafkaSubscriber.getTopicListSubscriber(topics),
        start,
        bounded ? OffsetsInitializer.latest() : new NoStoppingOffsetsInitializer(),
        properties,
        context,
        getBoundedness(),
        state,
        (split, subtasks) -> split.getPartition() % subtasks);
  }
}
