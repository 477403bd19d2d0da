package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.flink.KafkaIo;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.TopicExistsException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Creates the topics of a pipeline. */
@Command(
    name = "topics",
    description = "Manages the topics of a pipeline.",
    subcommands = TopicsCommand.Create.class,
    footer = {"", "Example:", "  ./millrace topics create -c fraud.yaml"})
final class TopicsCommand implements Runnable {
  private static final Duration CREATE_TIMEOUT = Duration.ofSeconds(60);

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing: topics create");
  }

  /**
   * Creates the topics of a pipeline that are not there yet.
   *
   * @param partitions of each topic, or null for the broker's default
   * @param replicationFactor of each topic, or null for the broker's default
   * @return for each topic whether it is new
   */
  static Map<String, Boolean> create(Settings settings, Integer partitions, Short replicationFactor)
      throws InterruptedException {
    List<NewTopic> topics =
        Stream.concat(settings.input().topics().stream(), settings.output().topics().stream())
            .map(
                name ->
                    new NewTopic(
                        name,
                        Optional.ofNullable(partitions),
                        Optional.ofNullable(replicationFactor)))
            .toList();
    // A refused record comes with more headers than it had.
    String outputBytes = Integer.toString(settings.input().spec().limits().outputBytes());
    for (NewTopic topic : topics.subList(settings.input().topics().size(), topics.size())) {
      boolean isModels = topic.name().equals(settings.output().models());
      topic.configs(
          isModels // of which only the last of each key is of use
              ? Map.of("max.message.bytes", outputBytes, "cleanup.policy", "compact")
              : Map.of("max.message.bytes", outputBytes));
    }
    Map<String, Boolean> outcomes = new LinkedHashMap<>();
    try (Admin admin = KafkaIo.admin(settings.kafka(), CREATE_TIMEOUT)) {
      Map<String, KafkaFuture<Void>> creations = admin.createTopics(topics).values();
      for (NewTopic topic : topics) {
        outcomes.put(topic.name(), isNew(topic.name(), creations.get(topic.name())));
      }
      BrokerCheck.awaitTopics(admin, outcomes.keySet());
    }
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
      description = "Creates the topics that a pipeline reads and writes; keeps those that exist.",
      footer = {"", "Example:", "  ./millrace topics create -c fraud.yaml --partitions 4"})
  static final class Create implements Callable<Integer> {
    @Mixin private KafkaOptions kafka;

    @Option(
        names = "--partitions",
        paramLabel = "N",
        description = "Partitions of each topic (default: the broker's).")
    private Integer partitions;

    @Option(
        names = "--replication-factor",
        paramLabel = "N",
        description = "Copies of each partition (default: the broker's).")
    private Short replicationFactor;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
      requirePositive("--partitions", partitions);
      requirePositive("--replication-factor", replicationFactor);
      Settings settings = kafka.settings();
      if (settings == null) {
        throw new ParameterException(
            spec.commandLine(), "topics create needs -c FILE: the file names the topics");
      }
      kafka.requireBroker();
      PrintWriter out = spec.commandLine().getOut();
      create(settings, partitions, replicationFactor)
          .forEach((topic, isNew) -> out.printf("%-7s  %s%n", isNew ? "created" : "exists", topic));
      return 0;
    }

    private void requirePositive(String option, Number value) {
      if (value != null && value.intValue() < 1) {
        throw new ParameterException(
            spec.commandLine(), option + " must be at least 1, but was " + value);
      }
    }
  }
}
