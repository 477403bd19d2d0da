package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The producers of the standard schema say what the page shows, and all they send is learned. */
class ProducerExamplesITCase {
  private static final Path PAGE = Path.of("docs", "send-data.md");
  private static final Path PYTHON = Path.of("/usr/bin/python3");
  private static final String JAVA_PROGRAM = "examples/java/ProduceExamples.java";

  @TempDir private Path dir;
  private EmbeddedKafka kafka;
  private Path pipeline;

  @BeforeEach
  void startBroker() throws IOException {
    kafka = EmbeddedKafka.start(0, null);
    PageBlock shops =
        PageBlock.of(PAGE).stream()
            .filter(block -> "shops.yaml".equals(block.file()))
            .findFirst()
            .orElseThrow();
    pipeline =
        Files.writeString(
            dir.resolve(shops.file()),
            shops.text().replace("localhost:9092", kafka.bootstrapServers()));
    assertThat(Cli.run("topics", "create", "-c", pipeline.toString()).exitCode()).isZero();
  }

  @AfterEach
  void stopBroker() {
    kafka.close();
  }

  @Test
  void theJavaExampleSendsWhatItsPipelineLearns() throws Exception {
    PageBlock block =
        PageBlock.of(PAGE).stream()
            .filter(each -> each.isShell() && each.text().contains(JAVA_PROGRAM))
            .findFirst()
            .orElseThrow();

    String said =
        ChildJvm.run(
            List.of(
                ChildJvm.java(Path.of(System.getProperty("java.home"))).toString(),
                "-cp",
                System.getProperty("java.class.path"),
                JAVA_PROGRAM,
                kafka.bootstrapServers()));

    assertThat(said.strip()).isEqualTo(block.lines().get(block.lines().size() - 1));
    assertThat(Story.learn(pipeline, dir.resolve("state"))).isEqualTo(1_000);
  }

  @Test
  void thePythonExampleSendsTheRowsOfAFile() throws Exception {
    assumePythonClient();
    StringBuilder rows = new StringBuilder("shop,amount,hour,verdict\n");
    for (int i = 0; i < 300; i++) {
      rows.append(
          "shop-%d,%d.5,%d,%s%n".formatted(i % 3, i % 90, i % 24, i % 7 < 2 ? "bad" : "ok"));
    }
    Path csv = Files.writeString(dir.resolve("rows.csv"), rows);

    int exitCode = produce(csv);

    assertThat(exitCode).as(said("errors")).isZero();
    assertThat(said("output")).isEqualTo("Sent 300 examples to topic shops.examples.\n");
    assertThat(Story.learn(pipeline, dir.resolve("state"))).isEqualTo(300);
  }

  @Test
  void thePythonExampleReportsRejectedRecords() throws Exception {
    assumePythonClient();
    Path csv = Files.writeString(dir.resolve("rows.csv"), "shop,amount,verdict\na,1,ok\na,2,ok\n");

    int exitCode = produce(csv, "--topic=no/topic");

    assertThat(exitCode).isEqualTo(1);
    assertThat(said("errors")).contains("2 of 2 examples were not sent: ");
  }

  private void assumePythonClient() throws IOException, InterruptedException {
    assumeThat(Files.isExecutable(PYTHON) && python("-c", "import confluent_kafka") == 0)
        .as("%s has no confluent_kafka (Debian: python3-confluent-kafka)", PYTHON)
        .isTrue();
  }

  private int produce(Path csv, String... options) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("examples/python/produce.py", csv.toString()));
    words.addAll(List.of("--topic=shops.examples", "--label=verdict", "--key=shop"));
    words.add("--bootstrap=" + kafka.bootstrapServers());
    words.addAll(List.of(options));
    return python(words.toArray(String[]::new));
  }

  private int python(String... words) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-B"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command)
        .redirectError(dir.resolve("errors").toFile()) // where its client logs, too
        .redirectOutput(dir.resolve("output").toFile())
        .start()
        .waitFor();
  }

  private String said(String stream) throws IOException {
    return Files.readString(dir.resolve(stream));
  }
}
