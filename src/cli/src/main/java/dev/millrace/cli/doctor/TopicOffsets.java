package dev.millrace.cli.doctor;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Offsets of the partitions of topics. */
public final class TopicOffsets {
  private TopicOffsets() {}

  /** Returns an offset of each partition. */
  public static Map<TopicPartition, ListOffsetsResultInfo> of(
      Admin admin, Set<TopicPartition> partitions, OffsetSpec which, IsolationLevel isolation)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, which));
    return admin.listOffsets(asked, new ListOffsetsOptions(isolation)).all().get();
  }

  /** Returns the partitions of a topic, in order. */
  public static Set<TopicPartition> partitions(TopicDescription topic) {
    return topic.partitions().stream()
        .map(p -> new TopicPartition(topic.name(), p.partition()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }
}
