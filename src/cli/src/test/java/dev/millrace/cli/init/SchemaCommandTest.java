package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.testing.StubRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaCommandTest {
  private static final String NEWER =
      """
      {"type":"record","name":"Payment","namespace":"shop","fields":[
        {"name":"amount","type":"int"},
        {"name":"card","type":{"type":"record","name":"Card","fields":[
          {"name":"bank","type":"string"}]}},
        {"name":"note","type":"string"},
        {"name":"verdict","type":"string"}]}
      """;

  @TempDir private Path folder;
  private Path config;

  @BeforeEach
  void writePipeline() throws IOException {
    Files.writeString(
        folder.resolve("payment.avsc"),
        """
        {"type":"record","name":"Payment","namespace":"shop","fields":[
          {"name":"amount","type":"double"},
          {"name":"card","type":{"type":"record","name":"Card","fields":[
            {"name":"bank","type":"string"},
            {"name":"kind","type":"string","default":"debit"}]}},
          {"name":"verdict","type":["null","string"],"default":null}]}
        """);
    config = pipeline("");
  }

  @Test
  void eachFieldStandsInALineWithWhatBecomesOfIt() throws IOException {
    Path writer = Files.writeString(folder.resolve("newer.avsc"), NEWER);

    Cli check = check("--schema", writer.toString());

    assertThat(check.err()).isEmpty();
    assertThat(check.exitCode()).isZero();
    assertThat(check.out().lines().skip(3))
        .containsExactly(
            "field      used as  written  read",
            "amount     numeric  int      double          promoted",
            "card.bank  hash     string   string          read",
            "card.kind  -        -        string          missing, the default is debit",
            "verdict    label    string   null or string  read",
            "note       -        string   -               not read",
            "",
            "Records of this schema can be read.");
  }

  @Test
  void aSchemaThatDoesNotFitEndsWithTheDifferenceAndExitCode1() throws IOException {
    Path writer =
        Files.writeString(
            folder.resolve("other.avsc"),
            NEWER.replace("\"amount\",\"type\":\"int\"", "\"amount\",\"type\":\"string\""));

    Cli check = check("--schema", writer.toString());

    assertThat(check.exitCode()).isEqualTo(1);
    assertThat(check.out())
        .contains("amount     numeric  string   double          INCOMPATIBLE\n")
        .endsWith(
            "Records of this schema cannot be read: amount is written as string, read as"
                + " double.\n");
  }

  @Test
  void theRegistryIsAskedForASubjectOrAnId() throws IOException {
    try (StubRegistry registry = new StubRegistry()) {
      registry.with("payments-value", "latest", 3, NEWER).with(3, NEWER);
      config = pipeline("  registry: { url: '" + registry.url() + "' }\n");

      assertThat(check("--subject", "payments-value").out())
          .startsWith("written  shop.Payment, subject payments-value, version latest\n");
      assertThat(check("--id", "3").exitCode()).isZero();
      Cli absent = check("--id", "4");
      assertThat(absent.exitCode()).isEqualTo(1);
      assertThat(absent.err())
          .isEqualTo("At " + registry.url() + ", the registry has no schema with id 4.\n");
      registry.setMode(StubRegistry.Mode.FAILING);
      assertThat(check("--id", "3").err())
          .isEqualTo("The schema registry " + registry.url() + " answers 503.\n");
    }
  }

  @Test
  void anErrorIsOneLine() throws IOException {
    assertThat(check("--id", "3").err())
        .isEqualTo(config + " has no input.registry to ask. Name a file with --schema.\n");
    assertThat(check("--schema", folder + "/gone.avsc").err())
        .isEqualTo("There is no file " + folder + "/gone.avsc.\n");
    Path broken = Files.writeString(folder.resolve("broken.avsc"), "{");
    assertThat(check("--schema", broken.toString()).err())
        .startsWith(broken + " is not an Avro schema: ")
        .hasLineCount(1);
    Path json = folder.resolve("json.yaml");
    Files.writeString(
        json,
        "pipeline: p\nkafka: { bootstrap.servers: a:1 }\n"
            + "input: { label: y, format: json, features: [a] }\n");
    Cli check = Cli.run("schema", "check", "-c", json.toString(), "--id", "1");
    assertThat(check.exitCode()).isEqualTo(2);
    assertThat(check.err())
        .isEqualTo(json + " reads json (input.format), which has no schema to check.\n");
    assertThat(Cli.run("schema").err()).startsWith("A command is missing: schema check.");
  }

  private Path pipeline(String more) throws IOException {
    return Files.writeString(
        folder.resolve("fraud.yaml"),
        "pipeline: fraud\nkafka: { bootstrap.servers: localhost:9092 }\ninput:\n"
            + "  label: verdict\n  schema: payment.avsc\n"
            + "  features: [amount, { name: card.bank, type: hash }]\n"
            + more);
  }

  private Cli check(String... writer) {
    String[] args = new String[4 + writer.length];
    System.arraycopy(new String[] {"schema", "check", "-c", config.toString()}, 0, args, 0, 4);
    System.arraycopy(writer, 0, args, 4, writer.length);
    return Cli.run(args);
  }
}
