package dev.millrace.cli.topics;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.doctor.TopicChecks;
import dev.millrace.cli.doctor.TopicOffsets;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.data.Durations;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Actual state of the topics of a pipeline. */
final class FoundTopics {
  private static final String UNKNOWN = "-";

  private final Admin admin;
  private final Map<String, TopicDescription> descriptions = new LinkedHashMap<>();
  private final Map<String, Config> configs = new LinkedHashMap<>();

  /**
   * Looks up the topics that exist.
   *
   * @throws CliError if a broker does not describe a topic
   */
  FoundTopics(Admin admin, List<TopicPlan> plans) throws InterruptedException {
    this.admin = admin;
    List<String> names = plans.stream().map(TopicPlan::name).toList();
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(names).topicNameValues();
    for (String name : names) {
      try {
        descriptions.put(name, Objects.requireNonNull(answers.get(name)).get());
        Config config = TopicChecks.config(admin, name);
        if (config != null) {
          configs.put(name, config);
        }
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw BrokerCheck.failure("Topic " + name + " could not be described", e.getCause());
        }
      }
    }
  }

  boolean exists(TopicPlan plan) {
    return descriptions.containsKey(plan.name());
  }

  private TopicDescription description(TopicPlan plan) {
    return Objects.requireNonNull(descriptions.get(plan.name()));
  }

  int partitions(TopicPlan plan) {
    return description(plan).partitions().size();
  }

  int replicationFactor(TopicPlan plan) {
    return description(plan).partitions().get(0).replicas().size();
  }

  /** Returns a setting of the topic; null if it may not be read. */
  @Nullable String config(TopicPlan plan, String name) {
    Config config = configs.get(plan.name());
    ConfigEntry entry = config == null ? null : config.get(name);
    return entry == null ? null : entry.value();
  }

  /** Returns the settings of the topic that override the brokers' defaults. */
  Map<String, String> ownConfigs(TopicPlan plan) {
    Map<String, String> overrides = new TreeMap<>();
    Config config = configs.get(plan.name());
    if (config != null) {
      config.entries().stream()
          .filter(entry -> entry.source() == ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG)
          .forEach(entry -> overrides.put(entry.name(), entry.value()));
    }
    return overrides;
  }

  /** Returns differences from the plan, such as "1 partition, not 4". */
  List<String> differences(TopicPlan plan) {
    List<String> differences = new ArrayList<>();
    if (plan.partitions() != null && partitions(plan) != plan.partitions()) {
      differences.add(Plural.of(partitions(plan), "partition") + ", not " + plan.partitions());
    }
    if (plan.replicationFactor() != null && replicationFactor(plan) != plan.replicationFactor()) {
      differences.add(
          "replication factor %d, not %d"
              .formatted(replicationFactor(plan), plan.replicationFactor()));
    }
    for (Map.Entry<String, String> wanted : new TreeMap<>(plan.configs()).entrySet()) {
      String found = config(plan, wanted.getKey());
      if (found != null && !found.equals(wanted.getValue())) {
        differences.add("%s %s, not %s".formatted(wanted.getKey(), found, wanted.getValue()));
      }
    }
    return differences;
  }

  /** Returns the retention, such as 7d. */
  String retention(TopicPlan plan) {
    String millis = config(plan, TopicPlan.RETENTION);
    if (millis == null) {
      return UNKNOWN;
    }
    long kept = Long.parseLong(millis);
    return kept < 0 ? "forever" : Durations.show(kept);
  }

  String cleanup(TopicPlan plan) {
    String policy = config(plan, TopicPlan.CLEANUP);
    return policy == null ? UNKNOWN : policy;
  }

  /**
   * Returns the first offset of each partition and the one after its last record.
   *
   * @throws CliError if a broker does not answer
   */
  Map<TopicPartition, long[]> offsets(TopicPlan plan) throws InterruptedException {
    TopicDescription topic = description(plan);
    try {
      Map<TopicPartition, ListOffsetsResultInfo> first = offsets(topic, OffsetSpec.earliest());
      Map<TopicPartition, long[]> offsets = new LinkedHashMap<>();
      offsets(topic, OffsetSpec.latest())
          .forEach(
              (partition, end) ->
                  offsets.put(
                      partition,
                      new long[] {
                        Objects.requireNonNull(first.get(partition)).offset(), end.offset()
                      }));
      return offsets;
    } catch (ExecutionException e) {
      throw BrokerCheck.failure(
          "The offsets of topic " + plan.name() + " could not be read", e.getCause());
    }
  }

  private Map<TopicPartition, ListOffsetsResultInfo> offsets(
      TopicDescription topic, OffsetSpec spec) throws ExecutionException, InterruptedException {
    return TopicOffsets.of(
        admin, TopicOffsets.partitions(topic), spec, IsolationLevel.READ_UNCOMMITTED);
  }
}
