package dev.millrace.cli.topics;

import dev.millrace.config.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/**
 * Wanted state of a topic of a pipeline.
 *
 * @param role its use in the pipeline, such as {@code metrics}
 * @param partitions null for the brokers' default
 * @param replicationFactor null for the brokers' default
 * @param configs values other than the brokers' defaults, by Kafka's names
 */
public record TopicPlan(
    String role,
    String name,
    @Nullable Integer partitions,
    @Nullable Short replicationFactor,
    Map<String, String> configs) {

  static final String CLEANUP = "cleanup.policy";
  static final String RETENTION = "retention.ms";
  static final String MAX_BYTES = "max.message.bytes";

  public TopicPlan {
    configs = Map.copyOf(configs);
  }

  /** Returns the topics that a pipeline reads and writes, those it reads first. */
  public static List<TopicPlan> of(Settings settings) {
    Settings.Output output = settings.output();
    Map<String, String> roles = new LinkedHashMap<>();
    roles.put(settings.input().topic(), "examples");
    settings.input().topics().forEach(name -> roles.putIfAbsent(name, "labels"));
    roles.put(output.metrics(), "metrics");
    roles.put(output.events(), "events");
    roles.put(output.deadLetters(), "dead-letters");
    roles.put(output.models(), "models");
    roles.put(output.predictions(), "predictions");
    roles.put(output.summary(), "summary");
    if (output.commands() != null) {
      roles.put(output.commands(), "commands");
    }
    // Dead letters have more headers than their records.
    String outputBytes = Integer.toString(settings.input().spec().limits().outputBytes());
    List<TopicPlan> plans = new ArrayList<>();
    for (String name : settings.input().topics()) {
      plans.add(new TopicPlan(roles.getOrDefault(name, name), name, null, null, Map.of()));
    }
    for (String name : output.topics()) {
      Map<String, String> configs =
          name.equals(output.models())
              ? Map.of(MAX_BYTES, outputBytes, CLEANUP, "compact")
              : Map.of(MAX_BYTES, outputBytes);
      plans.add(new TopicPlan(roles.getOrDefault(name, name), name, null, null, configs));
    }
    return plans;
  }

  public TopicPlan withPartitions(Integer count) {
    return new TopicPlan(role, name, count, replicationFactor, configs);
  }

  TopicPlan withReplicationFactor(Short count) {
    return new TopicPlan(role, name, partitions, count, configs);
  }

  TopicPlan with(String config, String value) {
    Map<String, String> more = new LinkedHashMap<>(configs);
    more.put(config, value);
    return new TopicPlan(role, name, partitions, replicationFactor, more);
  }

  /** Returns true if the text is the topic's role or its name. */
  boolean isCalled(String text) {
    return role.equals(text) || name.equals(text);
  }

  NewTopic toNewTopic() {
    return new NewTopic(
            name, Optional.ofNullable(partitions), Optional.ofNullable(replicationFactor))
        .configs(configs);
  }
}
