package dev.millrace.flink.kafka;

import dev.millrace.data.KafkaRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.SplitAndAssignmentStatus;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source of the topics that the pipeline names now.
 *
 * <p>Flink's own source keeps reading every topic of a snapshot, even if the pipeline names another
 * one in its place. The new one is read from its first record, and so is the old one if it is named
 * again.
 */
final class TopicFilteringSource extends DelegatingSource {
  private static final long serialVersionUID = 1L;

  private static final Logger LOG = LoggerFactory.getLogger(TopicFilteringSource.class);

  private final ArrayList<String> topics;
  private final HashMap<TopicPartition, Long> begins;

  /**
   * @param begins where partitions are begun with that are known before the source starts
   */
  TopicFilteringSource(
      Source<KafkaRecord, KafkaPartitionSplit, KafkaSourceEnumState> records,
      List<String> topics,
      Map<TopicPartition, Long> begins) {
    super(records);
    this.topics = new ArrayList<>(topics);
    this.begins = new HashMap<>(begins);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState state)
      throws Exception {
    Set<SplitAndAssignmentStatus> named = new LinkedHashSet<>();
    Set<String> dropped = new LinkedHashSet<>();
    for (SplitAndAssignmentStatus split : state.splits()) {
      if (isNamed(split.split())) {
        named.add(split);
      } else {
        dropped.add(split.split().getTopic());
      }
    }
    if (!dropped.isEmpty()) {
      LOG.warn("{} is not read any more; the pipeline names {} now", dropped, topics);
    }
    return redealing(
        super.restoreEnumerator(
            context, new KafkaSourceEnumState(named, state.initialDiscoveryFinished())),
        context);
  }

  @Override
  public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
      SplitEnumeratorContext<KafkaPartitionSplit> context) throws Exception {
    return redealing(super.createEnumerator(context), context);
  }

  private SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> redealing(
      SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
      SplitEnumeratorContext<KafkaPartitionSplit> context) {
    return new StableSplitEnumerator(enumerator, context, this::isNamed, begins);
  }

  private boolean isNamed(KafkaPartitionSplit split) {
    return topics.contains(split.getTopic());
  }
}
