package dev.millrace.cli.topics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.kafka.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands {@code topics create}, {@code list} and {@code describe} against a broker. */
class TopicsCommandITCase {
  @TempDir private static Path dir;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void eachTopicHasItsOwnPartitionsRetentionAndCleanup() throws IOException {
    String pipeline = pipeline("own");

    Cli created =
        Cli.run(
            "topics",
            "create",
            "-c",
            pipeline,
            "--partitions",
            "2,own.examples=5",
            "--retention",
            "metrics=7d,events=off",
            "--cleanup",
            "metrics=compact,delete");

    assertThat(created.err()).isEmpty();
    assertThat(created.exitCode()).isZero();
    Cli listed = Cli.run("topics", "list", "-c", pipeline);
    assertThat(listed.err()).isEmpty();
    assertThat(listed.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
        .contains(
            "used for topic partitions copies records cleanup retention",
            "metrics own.metrics 2 1 0 compact,delete 7d",
            "events own.events 2 1 0 delete forever")
        .anyMatch(line -> line.startsWith("examples own.examples 5 1 0 delete "))
        .anyMatch(line -> line.startsWith("models own.models 2 1 0 compact "));
  }

  @Test
  void anExistingTopicThatDiffersIsNamedAndKeptAndFailsTheCommand() throws IOException {
    String pipeline = pipeline("other");
    Cli.run("topics", "create", "-c", pipeline, "--partitions", "1");

    Cli again =
        Cli.run(
            "topics",
            "create",
            "-c",
            pipeline,
            "--partitions",
            "examples=4",
            "--cleanup",
            "models=delete");

    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.err())
        .isEqualTo(
            "2 topics are not as requested. Change settings with kafka-configs.sh --alter, add"
                + " partitions with kafka-topics.sh --alter, or request what exists with the"
                + " options of this command.\n");
    assertThat(again.out().lines())
        .contains(
            "exists   other.examples, but differs: 1 partition, not 4",
            "exists   other.models, but differs: cleanup.policy compact, not delete",
            "exists   other.metrics");
  }

  @Test
  void aTopicIsDescribedWithItsSettingsAndOffsets() throws IOException {
    String pipeline = pipeline("seen");
    Cli.run("topics", "create", "-c", pipeline, "--partitions", "2", "--retention", "models=1d");

    Cli described = Cli.run("topics", "describe", "-c", pipeline, "models");

    assertThat(described.err()).isEmpty();
    assertThat(described.out().lines())
        .contains(
            "seen.models, used for models",
            "  partitions   2, copies 1",
            "  cleanup      compact",
            "  retention    1d",
            "  set          retention.ms=86400000",
            "  partition 0   offsets 0 to 0",
            "  partition 1   offsets 0 to 0");
  }

  @Test
  void topicsThatDoNotExistAreListedAsSuch() throws IOException {
    Cli listed = Cli.run("topics", "list", "-c", pipeline("absent"));

    assertThat(listed.exitCode()).isZero();
    assertThat(listed.out()).containsPattern("metrics +absent.metrics +does not exist");
  }

  @Test
  void wrongChoicesSayWhatIsAllowed() throws IOException {
    String pipeline = pipeline("wrong");

    assertUsage(
        pipeline,
        "--partitions: unknown topic \"metric\". Topics of the pipeline: examples, metrics, events,"
            + " dead-letters, models",
        "--partitions",
        "metric=4");
    assertUsage(
        pipeline, "--partitions must be between 1 and 2147483647, but was 0", "--partitions", "0");
    assertUsage(
        pipeline,
        "--retention must be a time such as 12h or 7d, or off, but was week",
        "--retention",
        "week");
    assertUsage(
        pipeline,
        "--cleanup must be one of delete | compact | compact,delete, but was drop",
        "--cleanup",
        "metrics=drop");
  }

  private static void assertUsage(String pipeline, String message, String option, String value) {
    Cli cli = Cli.run("topics", "create", "-c", pipeline, option, value);

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).startsWith(message);
  }

  private static String pipeline(String name) throws IOException {
    String yaml =
        """
        pipeline: %1$s
        kafka: { bootstrap.servers: "%2$s" }
        input: { topic: %1$s.examples, label: y }
        output:
          topics:
            metrics: %1$s.metrics
            events: %1$s.events
            dead-letters: %1$s.dlq
            models: %1$s.models
        """
            .formatted(name, kafka.bootstrapServers());
    return Files.writeString(dir.resolve(name + ".yaml"), yaml).toString();
  }
}
