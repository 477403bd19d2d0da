package dev.millrace.cli.topics;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.cli.kafka.RequiredPipeline;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Creates and shows the topics of a pipeline. */
@Command(
    name = "topics",
    description = "Manages the topics of a pipeline.",
    subcommands = {
      TopicsCommand.Create.class,
      TopicsCommand.ListAll.class,
      TopicsCommand.Describe.class
    },
    footer = {
      "",
      "Examples:",
      "  ./millrace topics create -c fraud.yaml",
      "  ./millrace topics list -c fraud.yaml"
    })
public final class TopicsCommand implements Runnable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "A command is missing: topics create, list or describe");
  }

  /**
   * Creates missing topics and waits until the brokers know them.
   *
   * @return true by name for each new topic
   * @throws CliError if a topic cannot be created
   */
  public static Map<String, Boolean> create(Settings settings, List<TopicPlan> plans)
      throws InterruptedException {
    try (Admin admin = KafkaClients.admin(settings.kafka(), TIMEOUT)) {
      return create(admin, plans);
    }
  }

  private static Map<String, Boolean> create(Admin admin, List<TopicPlan> plans)
      throws InterruptedException {
    List<NewTopic> topics = plans.stream().map(TopicPlan::toNewTopic).toList();
    Map<String, KafkaFuture<Void>> creations = admin.createTopics(topics).values();
    Map<String, Boolean> outcomes = new LinkedHashMap<>();
    for (Map.Entry<String, KafkaFuture<Void>> creation : creations.entrySet()) {
      outcomes.put(creation.getKey(), isNew(creation.getKey(), creation.getValue()));
    }
    BrokerCheck.awaitTopics(admin, outcomes.keySet());
    return outcomes;
  }

  private static boolean isNew(String topic, KafkaFuture<Void> creation)
      throws InterruptedException {
    try {
      creation.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof TopicExistsException) {
        return false;
      }
      throw BrokerCheck.failure("Topic " + topic + " could not be created", e.getCause());
    }
  }

  @Command(
      name = "create",
      description = {
        "Creates the topics of a pipeline. Fails if an existing topic differs, and reports how.",
        "TOPIC is a topic's role (examples, labels, metrics, predictions, events, dead-letters,"
            + " models, summary, commands) or its name."
      },
      footer = {
        "",
        "Examples:",
        "  ./millrace topics create -c fraud.yaml --partitions 4",
        "  ./millrace topics create -c fraud.yaml --partitions examples=24"
      })
  static final class Create implements Callable<Integer> {
    @Mixin private RequiredPipeline kafka;
    @Mixin private TopicChoices choices;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      Settings settings = kafka.settings();
      List<TopicPlan> plans = choices.apply(TopicPlan.of(settings));
      kafka.requireBroker();
      PrintWriter out = spec.commandLine().getOut();
      try (Admin admin = KafkaClients.admin(settings.kafka(), TIMEOUT)) {
        Map<String, Boolean> outcomes = create(admin, plans);
        FoundTopics found = new FoundTopics(admin, plans);
        int differing = 0;
        for (TopicPlan plan : plans) {
          boolean isNew = Boolean.TRUE.equals(outcomes.get(plan.name()));
          List<String> differences = isNew ? List.of() : found.differences(plan);
          differing += differences.isEmpty() ? 0 : 1;
          out.printf(
              "%-7s  %s%s%n",
              isNew ? "created" : "exists",
              plan.name(),
              differences.isEmpty() ? "" : ", but differs: " + String.join("; ", differences));
        }
        if (differing > 0) {
          out.flush();
          throw new CliError(
              ("%s not as requested. Change settings with kafka-configs.sh --alter, add partitions"
                      + " with kafka-topics.sh --alter, or request what exists with the options of"
                      + " this command.")
                  .formatted(differing == 1 ? "1 topic is" : differing + " topics are"));
        }
      }
      return ExitCode.OK;
    }
  }

  @Command(
      name = "list",
      description = "Lists the topics of a pipeline with size, cleanup policy and retention.",
      footer = {"", "Example:", "  ./millrace topics list -c fraud.yaml"})
  static final class ListAll implements Callable<Integer> {
    private static final String FORMAT = "%-12s  %-36s %10s %8s %12s  %-14s %s%n";

    @Mixin private RequiredPipeline kafka;
    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      Settings settings = kafka.settings();
      kafka.requireBroker();
      PrintWriter out = spec.commandLine().getOut();
      List<TopicPlan> plans = TopicPlan.of(settings);
      try (Admin admin = KafkaClients.admin(settings.kafka(), TIMEOUT)) {
        FoundTopics found = new FoundTopics(admin, plans);
        out.printf(
            FORMAT, "used for", "topic", "partitions", "copies", "records", "cleanup", "retention");
        for (TopicPlan plan : plans) {
          if (!found.exists(plan)) {
            out.printf("%-12s  %-36s does not exist%n", plan.role(), plan.name());
            continue;
          }
          long records = 0;
          for (long[] offsets : found.offsets(plan).values()) {
            records += offsets[1] - offsets[0];
          }
          out.printf(
              FORMAT,
              plan.role(),
              plan.name(),
              found.partitions(plan),
              found.replicationFactor(plan),
              "%,d".formatted(records),
              found.cleanup(plan),
              found.retention(plan));
        }
      }
      return 0;
    }
  }

  @Command(
      name = "describe",
      description = "Shows settings and partition offsets of a topic of a pipeline.",
      footer = {"", "Example:", "  ./millrace topics describe -c fraud.yaml models"})
  static final class Describe implements Callable<Integer> {
    @Mixin private RequiredPipeline kafka;

    @Parameters(
        paramLabel = "TOPIC",
        description = "The topic's role, such as metrics, or its name.")
    private String topic;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      Settings settings = kafka.settings();
      TopicPlan plan = TopicChoices.find("TOPIC", topic, TopicPlan.of(settings));
      kafka.requireTopic(plan.name());
      PrintWriter out = spec.commandLine().getOut();
      try (Admin admin = KafkaClients.admin(settings.kafka(), TIMEOUT)) {
        FoundTopics found = new FoundTopics(admin, List.of(plan));
        out.printf("%s, used for %s%n", plan.name(), plan.role());
        out.printf(
            "  partitions   %d, copies %d%n",
            found.partitions(plan), found.replicationFactor(plan));
        out.printf("  cleanup      %s%n", found.cleanup(plan));
        out.printf("  retention    %s%n", found.retention(plan));
        found
            .ownConfigs(plan)
            .forEach((name, value) -> out.printf("  set          %s=%s%n", name, value));
        found.differences(plan).forEach(text -> out.printf("  differs      %s%n", text));
        for (Map.Entry<TopicPartition, long[]> partition : found.offsets(plan).entrySet()) {
          out.printf(
              "  partition %-3d offsets %,d to %,d%n",
              partition.getKey().partition(), partition.getValue()[0], partition.getValue()[1]);
        }
      }
      return 0;
    }
  }
}
