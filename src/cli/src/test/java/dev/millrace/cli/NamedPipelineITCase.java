package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.kafka.EmbeddedKafka;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that are given brokers and no pipeline file. */
class NamedPipelineITCase {
  @TempDir private Path dir;

  private EmbeddedKafka kafka;

  @BeforeEach
  void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterEach
  void stopBroker() {
    kafka.close();
  }

  @Test
  void theOnlyPipelineOfTheBrokersIsTaken() throws IOException {
    createTopics("shops");

    Cli run = produce();

    assertThat(run.err())
        .contains("Pipeline shops, the only one at " + kafka.bootstrapServers() + ".\n");
    assertThat(run.out()).startsWith("Sent 2 records to shops.examples in ");
  }

  @Test
  void oneOfSeveralPipelinesIsNamed() throws IOException {
    createTopics("shops");
    createTopics("tides");

    assertThat(produce().err())
        .contains(kafka.bootstrapServers() + " has 2 pipelines: shops, tides.")
        .contains("Name one with --pipeline NAME.");
    assertThat(produce("--pipeline", "tides").out())
        .startsWith("Sent 2 records to tides.examples in ");
    assertThat(produce("--topic", "shops.examples").out())
        .startsWith("Sent 2 records to shops.examples in ");
  }

  @Test
  void aPipelineThatIsNotThereIsAnError() throws IOException {
    assertThat(produce().err())
        .contains(kafka.bootstrapServers() + " has no topic *.metrics.")
        .contains("Name the pipeline with --pipeline NAME.");
    createTopics("shops");

    Cli run = produce("--pipeline", "shop");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("Topic shop.examples does not exist on " + kafka.bootstrapServers() + ".")
        .contains("Pipelines there: shops.");
  }

  @Test
  void aNameThatNoPipelineMayHaveIsAWrongUsage() throws IOException {
    Cli run = produce("--pipeline", "my shops");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("--pipeline must be 1 to 100 letters, digits, '.', '_' or '-'");
  }

  private void createTopics(String pipeline) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve(pipeline + ".yaml"),
            "pipeline: %s\nkafka: { bootstrap.servers: \"%s\" }\ninput: { label: y }\n"
                .formatted(pipeline, kafka.bootstrapServers()));
    assertThat(Cli.run("topics", "create", "-c", file.toString()).exitCode()).isZero();
  }

  private Cli produce(String... options) throws IOException {
    Path rows = Files.writeString(dir.resolve("rows.csv"), "x,y\n1.5,a\n2.5,b\n");
    List<String> words = new ArrayList<>(List.of("produce", "--input", rows.toString()));
    words.addAll(List.of("--label", "y", "--bootstrap-server", kafka.bootstrapServers()));
    words.addAll(List.of(options));
    return Cli.run(words.toArray(String[]::new));
  }
}
