package dev.millrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ValidateCommandTest {
  private static final String SMALLEST =
      "pipeline: fraud\nkafka: { bootstrap.servers: localhost:9092 }\ninput: { label: class }\n";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  @Test
  void aValidFileIsSummedUpWithItsDefaults() throws IOException {
    int exitCode = validate(SMALLEST);

    assertThat(exitCode).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .contains("fraud.yaml is valid. Settings with defaults:")
        .containsPattern("pipeline +fraud \\(configuration [0-9a-f]{8}\\)")
        .containsPattern("kafka +localhost:9092")
        .containsPattern("input +fraud.examples, avro, starts at committed")
        .containsPattern("label +field class, task guessed from the labels")
        .containsPattern("key +the record key")
        .containsPattern("features +all that the examples carry")
        .containsPattern("model +auto: balanced, buffer 2048")
        .containsPattern(
            "metrics +fraud.metrics, window of 1000, every 1000 examples, max-interval 1s\n")
        .containsPattern("guarantee +at-least-once, a checkpoint every 10s in heap");
  }

  @Test
  void outputsAreSummedUp() throws IOException {
    String head =
        "pipeline: shop\n"
            + "kafka: { bootstrap.servers: localhost:9092 }\n"
            + "input: { format: json, id: id, features: [x], labels: { topic: shop.labels,"
            + " on-timeout: { label: %s } }, ";
    Path targets =
        Files.writeString(
            folder.resolve("targets.yaml"),
            head.formatted("'0'")
                + "targets: { click: { positive-class: '1', timeout: 30m }, amount: regression }"
                + " }\n");
    Path set =
        Files.writeString(
            folder.resolve("set.yaml"),
            head.formatted("''") + "label: tags, task: multilabel, label-separator: '|' }\n");

    Cli ofTargets = Cli.run("validate", "-c", targets.toString());
    assertThat(ofTargets.exitCode()).as(ofTargets.err()).isZero();
    assertThat(ofTargets.out())
        .contains(
            "fields click (binary, classes 0 1, positive 1, at most 30m after the features, then"
                + " \"0\"); amount (regression, then 0)")
        .containsPattern("up to \\d+ kB a key in state, of 2 targets");
    Cli ofSet = Cli.run("validate", "-c", set.toString());
    assertThat(ofSet.exitCode()).as(ofSet.err()).isZero();
    assertThat(ofSet.out())
        .contains(
            "field tags, task multilabel (an array, or a text with \"|\" between labels)",
            "then the empty set")
        .containsPattern("up to \\d+ kB for each label of a key in state");
  }

  @Test
  void aLoginThatTheRegistryReceivesInClearTextIsAWarning() throws IOException {
    String registry =
        SMALLEST.replace(
            "{ label: class }",
            "{ label: class, format: avro, registry: { url: '%s', bearer-token: '${env:TOKEN}' }"
                + " }");

    validate(registry.formatted("http://registry:8081"));
    assertThat(out.toString())
        .containsPattern("schemas +from http://registry:8081\n")
        .contains("warning: the registry's login is sent in clear text; use https");

    out.getBuffer().setLength(0);
    validate(registry.formatted("https://registry:8081"));
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString()).contains("https://registry:8081").doesNotContain("warning");
  }

  @Test
  void theSizeOfModelsIsEstimatedAndAWideOneSaysWhatItCosts() throws IOException {
    validate(SMALLEST);
    assertThat(out.toString())
        .containsPattern("model size +depends on the features of the records\n");

    out.getBuffer().setLength(0);
    validate(SMALLEST.replace("{ label: class }", "{ label: class, features: [amount, age] }"));
    assertThat(out.toString())
        .containsPattern(
            "model size +up to \\d+ kB a key in state, and for each copy on fraud.models,"
                + " with 2 classes\n");

    out.getBuffer().setLength(0);
    validate(
        SMALLEST.replace(
            "{ label: class }",
            "{ label: class, features: [{ name: user, type: hash, buckets: 1024 }] }"));
    assertThat(out.toString())
        .containsPattern(
            "model size +up to \\d+\\.\\d MB a key .*; 1024 inputs are many, and each");
  }

  @Test
  void allThatAKeyMayKeepIsSummedUpAndMoreThanIsAllowedIsAWarning() throws IOException {
    validate(SMALLEST);
    assertThat(out.toString())
        .containsPattern("state +at most 67\\.1 MB a key \\(limits\\.state-bytes\\)\n");

    out.getBuffer().setLength(0);
    String derived =
        SMALLEST.replace(
            "{ label: class }",
            "{ label: class, format: json, event-time: at, features: [amount],"
                + " derived: [{ lag: amount, ago: [1h, 1d, 7d], by: card }] }");
    validate(derived);
    assertThat(out.toString())
        .containsPattern(
            "state +up to 24\\d\\.\\d MB a key when all is full \\(models \\d+ kB, groups 247\\.9"
                + " MB, metrics windows 24 kB\\); 67\\.1 MB are allowed"
                + " \\(limits\\.state-bytes\\)\n")
        .containsPattern(
            "warning: a key that needs more forgets its least recently used groups and ids\\."
                + " Increase limits\\.state-bytes to 24\\d{7}, or lower the limits of these"
                + " parts\n");

    out.getBuffer().setLength(0);
    validate(derived + "limits: { groups: 100 }\n");
    assertThat(out.toString()).contains("groups 2.5 MB").doesNotContain("warning");
  }

  @Test
  void summarizesTheMetricsOptions() throws IOException {
    validate(
        SMALLEST
            + "auto: { class-weights: balanced }\n"
            + "metrics: { window-time: 10m, every: 1, max-interval: off, decay: 0.98,"
            + " threshold-metric: f1, beta: 2, quantile: 0.9 }\n");

    assertThat(err.toString()).isEmpty();
    assertThat(out.toString())
        .containsPattern("model +auto: balanced, buffer 2048, class weights balanced\n")
        .containsPattern(
            "window of 10m, \\d+ examples at most, every example, max-interval off, decay 0.98,"
                + " threshold-metric f1, beta 2.0, quantile 0.9\n");
  }

  @Test
  void inputAndNetworkThatAreWrittenOutAreSummedUp() throws IOException {
    validate(
        "pipeline: p\nkafka: { bootstrap.servers: a:1 }\nmodel: { layers: [] }\n"
            + "input: { label: y, key: key, classes: [n, p], positive-class: p,"
            + " features: [a, { name: b, nullable: true }] }\n");

    assertThat(out.toString())
        .containsPattern("label +field y, task binary, classes n p, positive p")
        .containsPattern("key +field key")
        .containsPattern("features +2 fields, 3 inputs: a b")
        .containsPattern(
            "model +linear model, sgd 0.02, normalization standard, batch size 1, clip 10.0");
  }

  @Test
  void errorsGoToTheErrorStreamWithExitCodeTwo() throws IOException {
    int exitCode = validate(SMALLEST + "metrics: { widow: 5 }\n");

    assertThat(exitCode).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().strip())
        .endsWith(
            "fraud.yaml:4  metrics.widow is not an option. Did you mean \"window\"?\n"
                + "1 error. Reference: docs/reference/pipeline.md");
  }

  @Test
  void helpShowsAnExample() {
    CommandLine command = Millrace.commandLine().getSubcommands().get("validate");

    assertThat(command.getUsageMessage()).contains("./millrace validate -c fraud.yaml");
  }

  private int validate(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("fraud.yaml"), yaml);
    return Millrace.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute("validate", "-c", file.toString());
  }
}
