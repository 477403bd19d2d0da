package dev.millrace.cli.topics;

import dev.millrace.cli.console.CliError;
import dev.millrace.data.Durations;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options of {@code topics create}, each for all topics of a pipeline or for one of them. */
final class TopicChoices {
  private static final List<String> POLICIES = List.of("delete", "compact", "compact,delete");

  @Option(
      names = "--partitions",
      paramLabel = "N|TOPIC=N",
      hideParamSyntax = true,
      split = ",",
      description =
          "Partitions of each topic, or of one: 4, or examples=24 (default: the brokers').")
  private List<String> partitions = List.of();

  @Option(
      names = "--replication-factor",
      paramLabel = "N|TOPIC=N",
      hideParamSyntax = true,
      split = ",",
      description = "Replicas of each partition (default: the brokers').")
  private List<String> replicationFactor = List.of();

  @Option(
      names = "--retention",
      paramLabel = "TIME|TOPIC=TIME",
      hideParamSyntax = true,
      split = ",",
      description =
          "Retention of records, such as metrics=7d; off keeps them forever (default: the"
              + " brokers').")
  private List<String> retention = List.of();

  @Option(
      names = "--cleanup",
      paramLabel = "TOPIC=POLICY",
      description =
          "Cleanup policy: delete, compact or compact,delete (default: compact for models, else"
              + " the brokers').")
  private List<String> cleanup = List.of();

  /**
   * Applies the options to the topics.
   *
   * @throws CliError if an option names an unknown topic or has an invalid value
   */
  List<TopicPlan> apply(List<TopicPlan> plans) {
    List<TopicPlan> chosen = plans;
    for (Map.Entry<String, String> choice : byTopic("--partitions", partitions, plans)) {
      int count = count("--partitions", choice.getValue(), Integer.MAX_VALUE);
      chosen = change(chosen, choice.getKey(), plan -> plan.withPartitions(count));
    }
    for (Map.Entry<String, String> choice :
        byTopic("--replication-factor", replicationFactor, plans)) {
      int count = count("--replication-factor", choice.getValue(), Short.MAX_VALUE);
      chosen = change(chosen, choice.getKey(), plan -> plan.withReplicationFactor((short) count));
    }
    for (Map.Entry<String, String> choice : byTopic("--retention", retention, plans)) {
      String millis = millis(choice.getValue());
      chosen = change(chosen, choice.getKey(), plan -> plan.with(TopicPlan.RETENTION, millis));
    }
    for (Map.Entry<String, String> choice : byTopic("--cleanup", cleanup, plans)) {
      String policy = policy(choice.getValue());
      chosen = change(chosen, choice.getKey(), plan -> plan.with(TopicPlan.CLEANUP, policy));
    }
    return chosen;
  }

  /** Returns values by topic name; values for one topic override those for all. */
  private static List<Map.Entry<String, String>> byTopic(
      String option, List<String> values, List<TopicPlan> plans) {
    Map<String, String> all = new LinkedHashMap<>();
    Map<String, String> single = new LinkedHashMap<>();
    for (String value : values) {
      int equals = value.lastIndexOf('=');
      if (equals < 0) {
        plans.forEach(plan -> all.put(plan.name(), value));
      } else {
        TopicPlan plan = find(option, value.substring(0, equals), plans);
        single.put(plan.name(), value.substring(equals + 1));
      }
    }
    all.putAll(single);
    return new ArrayList<>(all.entrySet());
  }

  /**
   * Returns the topic of a role or name.
   *
   * @throws CliError if the pipeline has no such topic
   */
  static TopicPlan find(String option, String text, List<TopicPlan> plans) {
    return plans.stream()
        .filter(plan -> plan.isCalled(text))
        .findFirst()
        .orElseThrow(
            () ->
                CliError.usage(
                    "%s: unknown topic \"%s\". Topics of the pipeline: %s"
                        .formatted(
                            option,
                            text,
                            plans.stream()
                                .map(TopicPlan::role)
                                .collect(Collectors.joining(", ")))));
  }

  private static List<TopicPlan> change(
      List<TopicPlan> plans, String name, UnaryOperator<TopicPlan> change) {
    return plans.stream()
        .map(plan -> plan.name().equals(name) ? change.apply(plan) : plan)
        .toList();
  }

  private static int count(String option, String text, int max) {
    try {
      int count = Integer.parseInt(text);
      if (count >= 1 && count <= max) {
        return count;
      }
    } catch (NumberFormatException e) {
      // Reported like a number out of range.
    }
    throw CliError.usage("%s must be between 1 and %d, but was %s".formatted(option, max, text));
  }

  private static String millis(String text) {
    if (text.equals("off")) {
      return "-1";
    }
    return Durations.parse(text)
        .filter(millis -> millis > 0)
        .map(String::valueOf)
        .orElseThrow(
            () ->
                CliError.usage(
                    "--retention must be a time such as 12h or 7d, or off, but was " + text));
  }

  private static String policy(String text) {
    if (!POLICIES.contains(text)) {
      throw CliError.usage(
          "--cleanup must be one of %s, but was %s".formatted(String.join(" | ", POLICIES), text));
    }
    return text;
  }
}
