package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.CsvExamples.Format;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files with a set of labels, or several columns to predict. */
class CsvOutputsTest {
  private static final String TARGETS =
      """
      shop,x,click,kind,amount
      s1,1.5,1.0,a,2.5
      s1,2.5,0,,NA
      s2,3.5,,b,-1
      s2,4.5,0,c,
      """;
  private static final String SETS =
      """
      shop,x,tags
      s1,1.5,"war, drama"
      s1,2.5,
      s2,3.5,NA
      s2,4.5,drama
      """;

  @TempDir private Path dir;

  @Test
  void columnsAreTargetsWithTheirTasksClassesAndTheRarerClass() throws IOException {
    CsvScan scan =
        scan(
            TARGETS,
            false,
            new TargetSpec("click", null),
            new TargetSpec("kind", null),
            new TargetSpec("amount", null));

    assertThat(scan.targets())
        .containsExactly(
            new TargetSpec("click", Task.BINARY, List.of("0", "1"), "1", null, null),
            new TargetSpec("kind", Task.MULTICLASS, List.of("a", "b", "c"), null, null, null),
            new TargetSpec("amount", Task.REGRESSION));
    assertThat(scan.task()).isEqualTo(Task.MULTI_TARGET);
    assertThat(scan.features()).extracting(FeatureSpec::name).containsExactly("x");
    assertThat(scan.allWarnings()).isEmpty();
  }

  @Test
  void targetsOfAPipelineKeepTheirTasks() throws IOException {
    CsvScan scan =
        scan(TARGETS, true, new TargetSpec("click", Task.REGRESSION), new TargetSpec("kind", null));

    assertThat(scan.targets())
        .containsExactly(
            new TargetSpec("click", Task.REGRESSION), new TargetSpec("kind", Task.MULTICLASS));
    assertThatThrownBy(() -> scan(TARGETS, true, new TargetSpec("kind", Task.REGRESSION)))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("Task regression needs numbers; column \"kind\"");
    assertThatThrownBy(() -> scan(TARGETS, true, new TargetSpec("clik", null)))
        .hasMessageContaining("--label \"clik\" is not a column of");
  }

  @Test
  void namesOfColumnsMayHaveCommas() throws IOException {
    Path file = write("a,\"b,c\",d\n1,2,3\n");

    assertThat(CsvScan.columns(file, "a")).containsExactly("a");
    assertThat(CsvScan.columns(file, "b,c")).containsExactly("b,c");
    assertThat(CsvScan.columns(file, "a,b,c,d")).containsExactly("a", "b,c", "d");
  }

  @Test
  void linesOfTargetsAreExamples() throws IOException {
    CsvScan scan =
        scan(
            TARGETS,
            false,
            new TargetSpec("click", null),
            new TargetSpec("kind", null),
            new TargetSpec("amount", null));
    Settings settings = CsvPipeline.settings(null, "evaluate", scan, null);
    assertThat(settings.metrics().thresholdMetric()).isEqualTo(Decision.F1);

    List<Example> examples = lines(settings, scan, RowPart.ALL);

    assertThat(examples).extracting(example -> example.key).containsExactly("s1", "s1", "s2", "s2");
    assertTargets(examples.get(0), Label.of("1"), Label.of("a"), Label.of(2.5));
    assertTargets(examples.get(1), Label.of("0"), null, null);
    assertTargets(examples.get(2), null, Label.of("b"), Label.of(-1));
    assertTargets(examples.get(3), Label.of("0"), Label.of("c"), null);
  }

  @Test
  void linesOfSetsAreExamples() throws IOException {
    CsvScan scan = sets(false);
    assertThat(scan.task()).isEqualTo(Task.MULTILABEL);
    assertThat(scan.classes()).isEqualTo(2);
    assertThat(scan.labels()).containsExactly("drama", "war");
    assertThat(scan.rarerClass()).isNull();
    Settings settings = CsvPipeline.settings(null, "evaluate", scan, null);
    assertThat(settings.input().spec().classes()).containsExactly("drama", "war");

    List<Example> examples = lines(settings, scan, RowPart.ALL);

    assertThat(examples)
        .filteredOn(example -> example.label != null)
        .extracting(example -> OutputLabels.set(example.label))
        .containsExactly(List.of("war", "drama"), List.of(), List.of("drama"));
  }

  @Test
  void setsAreSplitWhereTheFileSeparatesTheirLabels() throws IOException {
    Path file = write(recurringSets('|'));
    InputSpec input =
        InputSpec.DEFAULT.with(
            to -> {
              to.label = "tags";
              to.task = Task.MULTILABEL;
            });

    CsvScan scan = CsvScan.outputs(CsvInput.plain(file), input, false, null, List.of());
    Settings settings = CsvPipeline.settings(null, "evaluate", scan, null);

    assertThat(scan.labels()).containsExactly("drama", "love", "war");
    assertThat(settings.input().spec().labelSeparator()).isEqualTo("|");
    assertThat(lines(settings, scan, RowPart.ALL))
        .extracting(example -> OutputLabels.set(example.label))
        .contains(List.of("drama", "love", "war"));
  }

  @Test
  void aPipelineWithAnotherSeparatorIsReported() throws IOException {
    InputSpec input =
        pipeline(
            "pipeline: shop\n"
                + "kafka: { bootstrap.servers: 'a:1' }\n"
                + "input: { format: json, label: tags, task: multilabel, features: [x] }");

    assertThat(read(input, '|').allWarnings())
        .containsExactly(
            "The labels of \"tags\" seem to have \"|\" between them, but input.label-separator is"
                + " \",\": sets are taken as single labels.");
    assertThat(read(input, ',').allWarnings()).isEmpty();
  }

  private CsvScan read(InputSpec input, char separator) throws IOException {
    CsvInput file = CsvInput.plain(write(recurringSets(separator)));
    return CsvScan.outputs(file, input, true, null, List.of()).withInput(input);
  }

  private static String recurringSets(char separator) {
    StringBuilder rows = new StringBuilder("x,tags\n");
    for (int i = 0; i < 40; i++) {
      for (String set :
          List.of(
              "drama", "drama|love", "drama|war", "love|war", "drama|love|war", "love", "war")) {
        rows.append(i).append(",\"").append(set.replace('|', separator)).append("\"\n");
      }
    }
    return rows.toString();
  }

  @Test
  void delayedLinesHaveTheSetLater() throws IOException {
    CsvScan scan = sets(false);
    Settings settings = CsvPipeline.settings(null, "evaluate", scan, null);

    assertThat(lines(settings, scan, RowPart.FEATURES))
        .allMatch(example -> example.kind == RecordKind.FEATURES);
    List<Example> labels = lines(settings, scan, RowPart.LABEL);
    assertThat(labels.get(0).kind).isEqualTo(RecordKind.LABEL);
    assertThat(OutputLabels.set(labels.get(0).label)).containsExactly("war", "drama");
    assertThat(labels.get(1).kind).isEqualTo(RecordKind.LABEL);
    assertThat(labels.get(1).label).isEmpty();
  }

  @Test
  void objectsOfJsonHaveTargetsAndSets() throws IOException {
    String head =
        "pipeline: shop\n"
            + "kafka: { bootstrap.servers: 'a:1' }\n"
            + "input: { format: json, key: shop, features: [x], ";
    InputSpec targets =
        pipeline(head + "targets: { click: binary, kind: multiclass, amount: regression } }");
    CsvScan scan =
        CsvScan.outputs(CsvInput.plain(write(TARGETS)), targets, true, "shop", List.of())
            .withInput(targets);
    List<Example> examples = decoded(scan, targets, Format.JSON, RowPart.ALL);
    assertTargets(examples.get(0), Label.of("1"), Label.of("a"), Label.of(2.5));
    assertTargets(examples.get(1), Label.of("0"), null, null);

    InputSpec sets = pipeline(head + "label: tags, task: multilabel, label-separator: ', ' }");
    CsvScan setScan =
        CsvScan.outputs(CsvInput.plain(write(SETS)), sets, true, "shop", List.of()).withInput(sets);
    assertThat(decoded(setScan, sets, Format.JSON, RowPart.ALL))
        .filteredOn(example -> example.label != null)
        .extracting(example -> OutputLabels.set(example.label))
        .containsExactly(List.of("war", "drama"), List.of(), List.of("drama"));
  }

  @Test
  void theStandardSchemaHasSets() throws IOException {
    InputSpec input =
        pipeline(
            "pipeline: shop\n"
                + "kafka: { bootstrap.servers: 'a:1' }\n"
                + "input: { label: tags, task: multilabel }");
    CsvScan scan = CsvScan.outputs(CsvInput.plain(write(SETS)), input, true, "shop", List.of());

    assertThat(decoded(scan, input, Format.AVRO, RowPart.ALL))
        .filteredOn(example -> example.label != null)
        .extracting(example -> OutputLabels.set(example.label))
        .containsExactly(List.of("war", "drama"), List.of(), List.of("drama"));
  }

  @Test
  void labelsThatThePipelineAssumesAreNotReported() throws IOException {
    InputSpec input =
        pipeline(
            "pipeline: shop\n"
                + "kafka: { bootstrap.servers: 'a:1' }\n"
                + "input: { format: json, key: shop, id: id, labels: { topic: l.v1 }, features:"
                + " [x], targets: { click: { positive-class: '1', on-timeout: '0' }, amount: {"
                + " task: regression, on-timeout: -1 } } }");
    CsvScan scan =
        CsvScan.outputs(CsvInput.plain(write(TARGETS)), input, true, "shop", List.of())
            .withInput(input);
    List<Boolean> reported = new ArrayList<>();
    try (CsvExamples rows = new CsvExamples(scan, 0, 1, Format.JSON, RowPart.LABEL, input, 10)) {
      while (rows.next()) {
        reported.add(rows.isReported());
      }
    }
    assertThat(reported).containsExactly(true, false, false, false);
  }

  private static void assertTargets(Example example, @Nullable Label... labels) {
    assertThat(OutputLabels.targets(example.label)).containsExactly(labels);
  }

  private CsvScan sets(boolean isPipeline) throws IOException {
    InputSpec input =
        InputSpec.DEFAULT.with(
            to -> {
              to.label = "tags";
              to.task = Task.MULTILABEL;
            });
    return CsvScan.outputs(CsvInput.plain(write(SETS)), input, isPipeline, "shop", List.of());
  }

  private CsvScan scan(String text, boolean isPipeline, TargetSpec... targets) throws IOException {
    InputSpec input = InputSpec.DEFAULT.with(to -> to.targets = List.of(targets));
    List<String> drop = isPipeline ? List.of("amount") : List.of();
    return CsvScan.outputs(CsvInput.plain(write(text)), input, isPipeline, "shop", drop);
  }

  private static InputSpec pipeline(String yaml) {
    return PipelineFile.parse("shop.yaml", yaml, null).input().spec();
  }

  /** Returns the examples of the lines that evaluate sends; without label where one is rejected. */
  private static List<Example> lines(Settings settings, CsvScan scan, RowPart part) {
    InputSpec input = CsvPipeline.ofLines(settings, scan, 1, part != RowPart.ALL).input().spec();
    ExampleDecoder decoder = new ExampleDecoder(input);
    List<Example> examples = new ArrayList<>();
    try (CsvExamples rows = new CsvExamples(scan, 0, 1, Format.AVRO, part, input, 0)) {
      while (rows.next()) {
        examples.add(decoded(decoder, rows.key(), rows.line()));
      }
    }
    return examples;
  }

  private static List<Example> decoded(CsvScan scan, InputSpec input, Format format, RowPart part) {
    ExampleDecoder decoder = new ExampleDecoder(input);
    List<Example> examples = new ArrayList<>();
    try (CsvExamples rows = new CsvExamples(scan, 0, 1, format, part, input, 0)) {
      while (rows.next()) {
        examples.add(decoded(decoder, rows.key(), rows.value()));
      }
    }
    return examples;
  }

  private static Example decoded(ExampleDecoder decoder, String key, byte[] value) {
    Example example = new Example();
    KafkaRecord record = KafkaRecord.of("t", 0, 0, 0, key.getBytes(StandardCharsets.UTF_8), value);
    DeadLetter letter = decoder.decode(record, example);
    if (letter != null) {
      assertThat(letter.message()).isEqualTo("the record has no label");
      example.label = null;
    }
    return example;
  }

  private Path write(String text) throws IOException {
    return Files.writeString(dir.resolve("data.csv"), text);
  }
}
