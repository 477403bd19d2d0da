package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.DefaultLabel;
import dev.millrace.input.TargetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sets of labels and several targets in the pipeline file. */
class PipelineFileOutputsTest {
  private static final String SET = "format: json, features: [x], label: tags, task: multilabel";
  private static final String TWO = "format: json, features: [x], targets: [a, b]";
  private static final String LATE =
      "format: json, features: [x], id: id, labels: { topic: l.v1, timeout: 1d }";

  private static Settings settings(String input, String others) {
    String yaml =
        """
        pipeline: shop
        kafka: { bootstrap.servers: localhost:9092 }
        input: { %s }
        %s
        """
            .formatted(input, others);
    return PipelineFile.parse("shop.yaml", yaml, null);
  }

  private static InputSpec input(String input) {
    return settings(input, "").input().spec();
  }

  @Test
  void aSetOfLabelsHasASeparatorAndMayHaveDeclaredLabels() {
    InputSpec plain = input(SET);
    assertThat(plain.task()).isEqualTo(Task.MULTILABEL);
    assertThat(plain.label()).isEqualTo("tags");
    assertThat(plain.labelSeparator()).isEqualTo(",");
    assertThat(plain.hasOutputs()).isTrue();
    assertThat(plain.modelTasks()).containsExactly(Task.BINARY);

    InputSpec declared = input(SET + ", label-separator: ' | ', classes: [drama, war, crime]");
    assertThat(declared.labelSeparator()).isEqualTo(" | ");
    assertThat(declared.classes()).containsExactly("drama", "war", "crime");
  }

  @Test
  void theStandardSchemaMayHaveASetOfLabels() {
    assertThat(input("label: tags, task: multilabel").schema()).isNull();
  }

  @Test
  void aListOfTargetsLeavesTheirTasksOpen() {
    InputSpec two = input(TWO);

    assertThat(two.targets()).containsExactly(new TargetSpec("a", null), new TargetSpec("b", null));
    assertThat(two.task()).isEqualTo(Task.MULTI_TARGET);
    assertThat(two.labelFields()).containsExactly("a", "b");
    assertThat(two.fieldNames()).containsExactly("a", "b", "x");
  }

  @Test
  void aMapOfTargetsHasTasksAndOptions() {
    InputSpec three =
        input(
            LATE
                + ", targets: { click: binary, amount: { task: regression, timeout: 30m },"
                + " buy: { positive-class: '1', on-timeout: '0', timeout: 7d },"
                + " kind: { classes: [a, b, c] }, spam: { classes: [no, yes] } }");

    assertThat(three.targets())
        .containsExactly(
            new TargetSpec("click", Task.BINARY),
            new TargetSpec("amount", Task.REGRESSION, List.of(), null, 1_800_000L, null),
            new TargetSpec(
                "buy",
                Task.BINARY,
                List.of("0", "1"),
                "1",
                7 * 86_400_000L,
                new DefaultLabel("0", Double.NaN)),
            new TargetSpec("kind", Task.MULTICLASS, List.of("a", "b", "c"), null, null, null),
            new TargetSpec("spam", Task.BINARY, List.of("no", "yes"), null, null, null));
    assertThat(three.ofLabels().targets()).isEqualTo(three.targets());
  }

  @Test
  void aMapMayLeaveATaskOpen() {
    assertThat(input("format: json, features: [x], targets: { a: , b: regression }").targets())
        .containsExactly(new TargetSpec("a", null), new TargetSpec("b", Task.REGRESSION));
  }

  @Test
  void theLossOfANetworkImpliesTheTaskOfTargetsWithoutOne() {
    assertThat(settings(TWO, "model: { loss: binary_crossentropy }").input().spec().modelTasks())
        .containsExactly(Task.BINARY);
  }

  @Test
  void theDefaultLabelOfAllIsReadAsThatOfEachTarget() {
    InputSpec spec =
        input(
            LATE.replace("1d }", "1d, on-timeout: { label: '0' } }")
                + ", targets: { buy: { positive-class: '1' }, amount: regression }");

    assertThat(spec.targets().get(0).onTimeout()).isEqualTo(new DefaultLabel("0", Double.NaN));
    assertThat(spec.targets().get(1).onTimeout()).isEqualTo(new DefaultLabel(null, 0));
  }

  @Test
  void theDefaultLabelOfASetIsTheEmptySet() {
    String set = ", label: tags, task: multilabel";
    String late = LATE.replace("1d }", "1d, on-timeout: { label: '%s' } }");

    assertThat(input(late.formatted("") + set).labels().onTimeout())
        .isEqualTo(new DefaultLabel(OutputLabels.ofSet(List.of()), Double.NaN));
    assertThatThrownBy(() -> input(late.formatted("a,b") + set))
        .hasMessageContaining(
            "shop.yaml:3  input.labels.on-timeout.label must be \"\", the empty set, with task:"
                + " multilabel, but was \"a,b\"");
  }

  @Test
  void outputsTuneTheThresholdAndDoNotWatchTheInput() {
    for (String input : List.of(SET, TWO)) {
      assertThat(settings(input, "").metrics().thresholdMetric()).isEqualTo(Decision.F1);
      assertThat(settings(input, "").inputDrift()).isNull();
      assertThat(settings(input, "drift: { input: false }").inputDrift()).isNull();
      assertThat(settings(input, "metrics: { threshold-metric: none }").metrics().thresholdMetric())
          .isEqualTo(Decision.NONE);
    }
    Settings one = settings("format: json, features: [x], label: tags", "");
    assertThat(one.metrics().thresholdMetric()).isEqualTo(Decision.NONE);
    assertThat(one.inputDrift()).isNotNull();
  }

  @Test
  void theHashDependsOnTheTargets() {
    String two = settings(TWO, "").configHash();

    assertThat(settings(TWO.replace("[a, b]", "[b, a]"), "").configHash()).isNotEqualTo(two);
    assertThat(settings(TWO.replace("[a, b]", "{ a: binary, b: }"), "").configHash())
        .isNotEqualTo(two);
    assertThat(settings(SET + ", label-separator: ';'", "").configHash())
        .isNotEqualTo(settings(SET, "").configHash());
  }

  @Test
  void columnsAndSchemasHaveTheTargets(@TempDir Path dir) throws IOException {
    Files.writeString(
        dir.resolve("s.avsc"),
        """
        {"type": "record", "name": "R", "fields": [
          {"name": "a", "type": ["null", "string"]}, {"name": "x", "type": "double"}]}
        """);
    String yaml =
        """
        pipeline: shop
        kafka: { bootstrap.servers: localhost:9092 }
        input: { schema: s.avsc, features: [x], targets: [%s] }
        """;

    assertThat(
            PipelineFile.parse("shop.yaml", yaml.formatted("a"), dir).input().spec().labelFields())
        .containsExactly("a");
    assertThatThrownBy(() -> PipelineFile.parse("shop.yaml", yaml.formatted("a, b"), dir))
        .hasMessageContaining(
            "shop.yaml:3  input.targets \"b\" is not a field of R. Did you mean \"a\"?");
    assertThat(input("format: csv, columns: [a, b, x], features: [x], targets: [a, b]").columns())
        .hasSize(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          label: c, targets: [a, b]          | input.label and input.targets exclude each other: each target is a label. Remove one of them
          targets: [a, b], task: binary      | input.task is an option of one label. Set it for a target, for example: targets: { FIELD: { task: binary } }
          targets: [a, b], classes: [n, y]   | input.classes is an option of one label. Set it for a target, for example: targets: { FIELD: { classes: [no, yes] } }
          targets: [a], positive-class: y    | input.positive-class is an option of one label. Set it for a target
          targets: a                         | input.targets must be a list of fields, or a map from fields to tasks, but was a single value
          targets: []                        | input.targets must be 1 to 100 fields, but has none that is valid
          targets: [a, { b: binary }]        | input.targets[1] must be the name of a field, but was a map. For options write a map
          targets: [a, a]                    | input.targets[1] is "a" again. Remove one of them
          targets: { a: [binary] }           | input.targets.a must be a task or a map of options, but was a list
          targets: { a: multilabel }         | input.targets.a.task "multilabel" is not known.
          targets: { a: { tasks: binary } }  | input.targets.a.tasks is not an option. Did you mean "task"?
          targets: { a: { task: regression, classes: [n, y] } } | input.targets.a.classes has no effect for regression. Remove it, or change input.targets.a.task
          targets: { a: { task: multiclass, positive-class: y } } | input.targets.a.positive-class applies only to two classes, but the task is multiclass. Remove it
          targets: { a: { classes: [n, y], positive-class: z } } | input.targets.a.positive-class must be one of input.targets.a.classes (n, y), but was "z"
          targets: { a: { task: binary, classes: [a, b, c] } } | input.targets.a.classes must be 2 for task binary, but are 3
          targets: { a: { timeout: 1d } }    | input.targets.a.timeout applies only to delayed labels. Add input.labels, or remove this option
          targets: { a: { task: regression, on-timeout: 0 } } | input.targets.a.on-timeout applies only to delayed labels. Add input.labels
          targets: [x]                       | input.features has the target "x". A model that sees the label learns nothing else. Remove it
          targets: [a], key: a               | input.key must be a field that is not in input.targets, but was "a"
          targets: [a], weight: a            | input.weight must be a field that is not in input.targets, but was "a"
          targets: [a], label-separator: ";" | input.label-separator applies only to sets of labels. Set input.task: multilabel, or remove it
          targets: [a], derived: [{ lag: a }] | input.derived use a label, but features cannot be derived from one of several targets. Remove them
          targets: [a], derived: [{ window: x, of: 5, by: a }] | input.derived[0].by has the label, which is not known when the record comes
          label: c, task: multilabel, derived: [{ lag: c }] | input.derived use a label, but features cannot be derived from sets of labels. Remove them
          label: c, task: multilabel, positive-class: y | input.positive-class applies only to one label of two classes, but the task is multilabel
          label: c, task: multilabel, classes: ["a\\tb", d] | input.classes must have no control characters, but "a b" has one. Use another name
          targets: { a: { classes: ["a\\tb", d] } } | input.targets.a.classes must have no control characters, but "a b" has one
          task: multilabel                   | input.label is missing. Add it, for example: label: class
          """)
  void errorsOfTheInputNameTheOptionAndTheWayOut(String options, String error) {
    assertThatThrownBy(() -> input("format: json, features: [x], " + options))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("shop.yaml:3  " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          targets: [a]                                     | input.targets.a.task is missing: with input.labels, models predict before the first label. Add it, for example: task: binary
          targets: { a: { task: binary, on-timeout: y } }  | input.targets.a.on-timeout needs input.targets.a.classes; for a number, input.targets.a.task: regression
          targets: { a: { classes: [n, y], on-timeout: z } } | input.targets.a.on-timeout must be one of input.targets.a.classes (n, y), but was "z"
          targets: { a: { task: regression, on-timeout: z } } | input.targets.a.on-timeout must be a number for regression, but was "z"
          targets: { a: { task: binary, timeout: soon } }  | input.targets.a.timeout must be a time between 1ms and 3650d
          """)
  void errorsOfDelayedTargetsNameTheOptionAndTheWayOut(String targets, String error) {
    assertThatThrownBy(() -> input(LATE + ", " + targets))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("shop.yaml:3  " + error);
  }

  @Test
  void theDefaultLabelOfAllMustFitEachTarget() {
    String late = LATE.replace("1d }", "1d, on-timeout: { label: 'no' } }");

    assertThatThrownBy(() -> input(late + ", targets: { amount: regression }"))
        .hasMessageContaining(
            "input.targets.amount.on-timeout is that of input.labels, which must be a number for"
                + " regression, but was \"no\". Set one of its own");
    assertThatThrownBy(
            () ->
                input(
                    LATE.replace("1d }", "1d, on-timeout: { label: '' } }")
                        + ", label: c, task: binary"))
        .hasMessageContaining(
            "input.labels.on-timeout.label must be one of the classes, or a number for regression,"
                + " but was \"\"");
  }

  @Test
  void recordsOfTargetsLabelsHaveTheirFields() {
    String other = LATE.replace("topic: l.v1", "topic: l.v1, label: outcome");

    assertThatThrownBy(() -> input(other + ", targets: { a: binary }"))
        .hasMessageContaining(
            "input.labels.label has no effect with input.targets: a label's record has the fields"
                + " of the targets. Remove it");
    assertThatThrownBy(
            () ->
                input(
                    LATE.replace("topic: l.v1", "topic: l.v1, id: a") + ", targets: { a: binary }"))
        .hasMessageContaining(
            "input.labels.id must be another field than the label, but both are \"a\"");
  }

  @Test
  void targetsNeedAFieldEach() {
    assertThatThrownBy(() -> input("targets: [a, b]"))
        .hasMessageContaining(
            "shop.yaml:3  input.targets need records with a field for each target, but the standard"
                + " example schema has one label. Use format: json or csv, or name the records' own"
                + " Avro schema with input.schema");
    assertThatThrownBy(() -> input("format: csv, columns: [a, x], features: [x], targets: [a, b]"))
        .hasMessageContaining(
            "shop.yaml:3  input.targets \"b\" is not one of input.columns. Did you mean \"a\"?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          drift: { input: true }             | drift.input is not supported with sets of labels or several targets. Remove it
          drift: { input-threshold: 0.2 }    | drift.input-threshold is not supported with sets of labels or several targets. Remove it
          output: { reasons: 3 }             | output.reasons are not supported with sets of labels or several targets. Remove it
          auto: { warm-start: { key: k } }   | auto.warm-start is not supported with sets of labels or several targets. Remove it
          model: { warm-start: { file: m.onnx } } | model.warm-start is not supported with sets of labels or several targets. Remove it
          metrics: { group: u }              | metrics.group applies only to one label of two classes, but there are several outputs. Remove it
          metrics: { segments: x }           | metrics.segments applies only to one label of two classes, but there are several outputs. Remove it
          model: { class-weights: { y: 2 } } | model.class-weights must be balanced with sets of labels and several targets
          """)
  void otherPartsRejectWhatHasNoMeaningForOutputs(String part, String error) {
    for (String input : List.of(SET, TWO)) {
      assertThatThrownBy(() -> settings(input, part))
          .isInstanceOf(InvalidPipelineException.class)
          .hasMessageContaining("shop.yaml:4  " + error);
    }
  }

  @Test
  void modelsAndDetectorsMustFitAllTargets() {
    String mixed = "format: json, features: [x], targets: { a: binary, b: regression }";

    assertThatThrownBy(() -> settings(mixed, "drift: { detector: ddm }"))
        .hasMessageContaining("ddm needs wrong and right classes");
    assertThatThrownBy(() -> settings(mixed, "model: { loss: binary_crossentropy }"))
        .hasMessageContaining("model.loss binary_crossentropy applies only to classes");
    assertThat(
            settings(mixed, "model: { class-weights: balanced }").model().classWeights().balanced())
        .isTrue();
  }

  @Test
  void forecastsHaveOneLabel() {
    String yaml =
        """
        pipeline: shop
        kafka: { bootstrap.servers: localhost:9092 }
        input: { format: json, targets: [a, b] }
        forecast: { column: sold, horizons: 1 }
        """;
    assertThatThrownBy(() -> PipelineFile.parse("shop.yaml", yaml, null))
        .hasMessageContaining("shop.yaml:3  input.targets has no place next to forecast");
  }

  @ParameterizedTest
  @CsvSource({
    "'{ targets: [a, b] }', input.targets",
    "'{ task: multilabel }', input.task: multilabel"
  })
  void rowsOfSqlHaveOneLabel(String input, String option) {
    assertThatThrownBy(
            () -> PipelineFile.parseEmbedded("options", "input: " + input, "shop", "label"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(
            option + " is not supported in SQL, where a row has one label. Run the pipeline with");
  }
}
