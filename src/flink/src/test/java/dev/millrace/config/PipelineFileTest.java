package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.config.input.Start;
import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Decision;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.Segments;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.flink.StateSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.PublishSpec;
import dev.millrace.prequential.spec.SnapshotSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineFileTest {
  private static final String HEAD = PipelineFileReference.SMALLEST;
  private static final String TO_INPUT =
      "pipeline: fraud\nkafka: { bootstrap.servers: localhost:9092 }\n";

  @TempDir private Path folder;

  @Test
  void areasHaveALimitOfClasses() {
    assertThat(parse(HEAD + "metrics: { auc-max-classes: 20 }").metrics().aucClasses())
        .isEqualTo(20);
    assertThat(parse(HEAD + "metrics: { auc: false }").metrics().aucClasses()).isZero();
  }

  @Test
  void pipelinesDoNotMeetByDefault() {
    Settings fraud = parse(HEAD);
    Settings tides = parse(HEAD.replace("pipeline: fraud", "pipeline: tides"));

    assertThat(tides.input().topics()).containsExactly("tides.examples");
    assertThat(tides.output().topics())
        .contains("tides.metrics", "tides.events", "tides.dlq", "tides.models")
        .doesNotContainAnyElementsOf(fraud.output().topics());
  }

  @Test
  void commandsAreReadIfTheirTopicIsNamedAndByDefaultWithSeveralModels() {
    Settings named = parse(HEAD + "output: { topics: { commands: orders } }");

    assertThat(named.output().commands()).isEqualTo("orders");
    assertThat(named.configHash()).isEqualTo(parse(HEAD).configHash());
    assertThat(parse(HEAD).output().commands()).isNull();
    assertThat(parse(HEAD + "models: { a: {}, b: auto }").output().commands())
        .isEqualTo("fraud.commands");
  }

  @Test
  void theSmallestFileHasEveryDefault() {
    Settings settings = parse(HEAD);

    assertThat(settings.pipeline()).isEqualTo("fraud");
    assertThat(settings.kafka())
        .containsExactlyEntriesOf(Map.of("bootstrap.servers", "localhost:9092"));
    assertThat(settings.input())
        .isEqualTo(
            new Settings.Input(
                "fraud.examples",
                Start.COMMITTED,
                InputSpec.DEFAULT.with(to -> to.label = "class")));
    assertThat(settings.model()).isEqualTo(ModelSpec.auto(1));
    assertThat(settings.metrics()).isEqualTo(MetricsSpec.DEFAULT);
    assertThat(settings.output())
        .isEqualTo(
            new Settings.Output(
                "fraud.metrics",
                "fraud.predictions",
                "fraud.events",
                "fraud.dlq",
                "fraud.models",
                "fraud.summary",
                null,
                new PublishSpec(false, 0, 0, SnapshotSpec.DEFAULT.to("fraud.models"), false),
                Guarantee.AT_LEAST_ONCE));
    assertThat(settings.state())
        .isEqualTo(new Settings.State(Backend.HEAP, 10_000, StateSpec.DEFAULT));
    assertThat(settings.configHash()).matches("[0-9a-f]{8}");
  }

  @Test
  void theFullFileIsUnderstoodToTheLastOption() {
    Settings settings = parse(PipelineFileReference.FULL);

    assertThat(settings.kafka())
        .containsEntry("bootstrap.servers", "broker-1:9093,broker-2:9093")
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
        .containsEntry("config.providers", "env")
        .hasSize(6);
    assertThat(settings.input())
        .isEqualTo(
            new Settings.Input(
                "payments.v2",
                Start.EARLIEST,
                InputSpec.DEFAULT.with(
                    to -> {
                      to.format = InputSpec.Format.JSON;
                      to.key = "shop.id";
                      to.label = "verdict";
                      to.weight = "importance";
                      to.eventTime = "paid_at";
                      to.task = Task.BINARY;
                      to.classes = List.of("ok", "fraud");
                      to.features =
                          List.of(
                              feature("amount", FeatureSpec.Type.NUMERIC, false),
                              feature("age_days", FeatureSpec.Type.NUMERIC, true),
                              feature("first_order", FeatureSpec.Type.BOOLEAN, false),
                              new FeatureSpec(
                                  "card",
                                  FeatureSpec.Type.ONE_HOT,
                                  false,
                                  List.of("visa", "mastercard", "amex"),
                                  0),
                              new FeatureSpec(
                                  "country", FeatureSpec.Type.HASH, true, List.of(), 64));
                      to.limits = new InputSpec.Limits(65_536, 64, 10, 512);
                      to.id = "payment.id";
                      to.labels =
                          new InputSpec.LateLabels(
                              "verdicts.v2",
                              "payment",
                              "shop",
                              "outcome",
                              30L * 86_400_000,
                              50_000,
                              new InputSpec.DefaultLabel("ok", Double.NaN));
                    })));
    assertThat(settings.model())
        .isEqualTo(
            NetworkSpec.of(new Optimizer.RmsProp(0.003f, 0.95f, 1e-7f, false))
                .with(
                    to -> {
                      to.hidden =
                          List.of(
                              new LayerSpec(64, Activation.RELU, 0.2f, true),
                              new LayerSpec(16, Activation.TANH));
                      to.output = Activation.SIGMOID;
                      to.loss = Loss.BINARY_CROSSENTROPY;
                      to.schedule = new Schedule.Cosine(1_000_000, 0.01f, 1000);
                      to.regularizer = new Regularizer(0.0001f, 0.001f, 3f, 0.05f);
                      to.normalization =
                          new Normalization(
                              Normalization.Kind.STANDARD,
                              0.001f,
                              3f,
                              Indicators.of(IntStream.range(2, 72).toArray()));
                      to.batchSize = 8;
                      to.clipping = new Clipping(5f, 1f);
                      to.seed = 42;
                      to.classWeights = ClassWeights.of(Map.of("fraud", 10f));
                    }));
    assertThat(settings.metrics())
        .isEqualTo(
            MetricsSpec.DEFAULT.with(
                to -> {
                  to.window = 500;
                  to.windowMillis = 600_000;
                  to.decay = 0.999;
                  to.every = 100;
                  to.maxIntervalMillis = 5000;
                  to.perClass = false;
                  to.confusionMatrix = false;
                  to.averages = false;
                  to.calibration = false;
                  to.aucClasses = 0;
                  to.beta = 2;
                  to.quantile = 0.9;
                  to.thresholdMetric = Decision.F1;
                  to.positiveClass = "fraud";
                  to.validation = new Validation(0.1, 3);
                }));
    assertThat(settings.drift())
        .isEqualTo(
            new DriftPolicy(
                "ddm",
                new DriftSpec.Ddm(50, 2.5, 3.5),
                DriftPolicy.Action.BOOST_LEARNING_RATE,
                2f,
                1000));
    assertThat(settings.output())
        .isEqualTo(
            new Settings.Output(
                "fraud.metrics",
                "fraud.predictions",
                "fraud.events",
                "fraud.rejected",
                "fraud.models",
                "fraud.summary",
                null,
                new PublishSpec(
                    true, 0.9, 5, new SnapshotSpec(5000, 60_000).to("fraud.models"), true),
                Guarantee.EXACTLY_ONCE));
    assertThat(settings.state())
        .isEqualTo(new Settings.State(Backend.ROCKSDB, 60_000, StateSpec.DEFAULT));
  }

  @Test
  void modelsAreReadByNameInTheirOrder() {
    SelectionSpec selection =
        (SelectionSpec)
            parse(
                    HEAD
                        + """
                        models:
                          small: { layers: [{ units: 4 }], seed: 7 }
                          mixed: auto
                          quick-one: fast
                        auto: { buffer: 100 }
                        champion: mixed
                        promotion: { automatic: false, window: 200, examples: 50, significance: 0.05 }
                        """)
                .model();

    assertThat(selection.names()).isEqualTo("small, mixed, quick-one");
    assertThat(selection.champion()).isEqualTo("mixed");
    assertThat(selection.isChampionNamed()).isTrue();
    assertThat(selection.promotion()).isEqualTo(new SelectionSpec.Promotion(false, 200, 50, 0.05));
    NetworkSpec small = (NetworkSpec) selection.each().get(0);
    assertThat(small.hidden()).containsExactly(new LayerSpec(4, Activation.TANH));
    assertThat(small.seed()).isEqualTo(7);
    assertThat(selection.each().subList(1, 3))
        .extracting(one -> ((AutoModelSpec) one).auto().id())
        .containsExactly("auto balanced, buffer 100", "auto fast, buffer 100");
  }

  @Test
  void modelsHaveDefaultsAndNamesCount() {
    Settings settings = parse(HEAD + "models: { a: {}, b: auto }");

    SelectionSpec selection = (SelectionSpec) settings.model();
    assertThat(selection.champion()).isEqualTo("a");
    assertThat(selection.isChampionNamed()).isFalse();
    assertThat(selection.promotion()).isEqualTo(SelectionSpec.Promotion.DEFAULT);
    assertThat(parse(HEAD + "models: { a: {}, c: auto }").configHash())
        .isNotEqualTo(settings.configHash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model: auto; models: { a: auto, b: fast } | model and models exclude each other. Keep one",
        "models: { small: auto, big: fast }; champion: bug | champion \"bug\" is not known. Did you"
            + " mean \"big\"? One of: small, big",
        "models: { a: {}, b: {} }; auto: fast | auto applies only to model: auto, but no model is"
            + " auto. Remove it, or add one",
        "models: { a: {}, b: {} }; drift: { detector: ddm, action: reset-head } | drift.action"
            + " reset-head applies to one network, but there are several models. Use"
            + " swap-in-challenger or reset",
      })
  void rejectsOptionsThatExcludeModels(String lines, String problem) {
    assertThat(invalid(HEAD + lines.replace("; ", "\n")).errors())
        .singleElement()
        .asString()
        .endsWith(problem);
  }

  @Test
  void withSeveralModelsAnyDetectorMaySwapOneIn() {
    Settings settings =
        parse(
            HEAD
                + "models: { a: {}, b: {} }\n"
                + "drift: { detector: adwin, action: swap-in-challenger }");

    assertThat(settings.drift().action()).isEqualTo(DriftPolicy.Action.SWAP_IN_CHALLENGER);
  }

  @Test
  void aModelMapHasTheDefaultsOfAWrittenNetwork() {
    assertThat(parse(HEAD + "model: { layers: [] }").model())
        .isEqualTo(
            NetworkSpec.of(new Optimizer.Sgd(0.02f, 0f))
                .with(
                    to -> {
                      to.normalization = new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
                      to.clipping = new Clipping(10f, 0f);
                      to.seed = 1;
                    }));
    assertThat(network("{ seed: -7 }"))
        .returns(List.of(new LayerSpec(32, Activation.TANH)), NetworkSpec::hidden)
        .returns(-7L, NetworkSpec::seed);
    assertThat(parse(HEAD + "model: auto").model()).isEqualTo(ModelSpec.auto(1));
  }

  @Test
  void aTreeIsRejectedWhereAllTargetsAreValues() {
    String regression = TO_INPUT + "input: { label: y, task: regression }\n";

    assertThat(invalid(regression + "auto: { members: [knn, tree] }").errors())
        .containsExactly(
            "fraud.yaml:4  auto.members tree applies only to classes, but input.task is"
                + " regression. Remove it");
    assertThat(parse(regression + "auto: { members: [knn] }").model())
        .isEqualTo(
            ModelSpec.auto(
                1,
                new AutoSpec(
                    AutoSpec.Tier.BALANCED, Set.of(AutoSpec.Extra.KNN), AutoSpec.DEFAULT_BUFFER),
                ClassWeights.NONE));
  }

  @Test
  void autoTakesATierOrAMap() {
    AutoSpec fast = AutoSpec.of(AutoSpec.Tier.FAST);
    assertThat(parse(HEAD + "auto: fast").model())
        .isEqualTo(ModelSpec.auto(1, fast, ClassWeights.NONE));
    assertThat(
            parse(
                    HEAD
                        + "model: auto\nauto: { tier: accurate, members: [knn, tree],"
                        + " buffer: 500, seed: 7, class-weights: { fraud: 10 } }")
                .model())
        .isEqualTo(
            ModelSpec.auto(
                7,
                new AutoSpec(AutoSpec.Tier.ACCURATE, Set.of(AutoSpec.Extra.values()), 500),
                ClassWeights.of(Map.of("fraud", 10f))));
  }

  @Test
  void autoDoesNotGoWithANetworkWrittenOut() {
    assertThat(invalid(HEAD + "model: { layers: [] }\nauto: fast").errors())
        .containsExactly(
            "fraud.yaml:5  auto applies only to model: auto, but the file defines a network. Remove"
                + " one");
  }

  @Test
  void aTierChangesTheConfigurationsHashAndAutoDoesNot() {
    String hash = parse(HEAD).configHash();

    assertThat(parse(HEAD + "model: auto\nauto: balanced").configHash()).isEqualTo(hash);
    assertThat(parse(HEAD + "auto: fast").configHash()).isNotEqualTo(hash);
    assertThat(parse(HEAD + "auto: { buffer: 100 }").configHash()).isNotEqualTo(hash);
  }

  @Test
  void eachOptimizerHasItsOwnDefaults() {
    assertThat(optimizer("sgd")).isEqualTo(new Optimizer.Sgd(0.02f, 0f));
    assertThat(optimizer("rmsprop")).isEqualTo(new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true));
    assertThat(optimizer("adam")).isEqualTo(new Optimizer.Adam(0.001f, 0.9f, 0.999f, 1e-8f));
    assertThat(optimizer("{ name: sgd, momentum: 0.9, learning-rate: 0.1 }"))
        .isEqualTo(new Optimizer.Sgd(0.1f, 0.9f));
    assertThat(optimizer("{ name: sgd, momentum: 0.9, nesterov: true }"))
        .isEqualTo(new Optimizer.Sgd(0.02f, 0.9f, true));
    assertThat(optimizer("adamw"))
        .isEqualTo(new Optimizer.AdamW(0.001f, 0.9f, 0.999f, 1e-8f, 0.01f));
    assertThat(optimizer("adagrad")).isEqualTo(new Optimizer.Adagrad(0.01f, 0f, 1e-10f));
    assertThat(optimizer("ftrl")).isEqualTo(new Optimizer.Ftrl(0.05f, 1f, 0f, 0f));
    assertThat(optimizer("{ name: ftrl, alpha: 0.2, beta: 2, l1: 0.5, l2: 0.1 }"))
        .isEqualTo(new Optimizer.Ftrl(0.2f, 2f, 0.5f, 0.1f));
  }

  @Test
  void aScheduleIsAWordOrAMap() {
    assertThat(schedule("constant")).isEqualTo(new Schedule.Constant(0));
    assertThat(schedule("{ name: constant, warmup-steps: 100 }"))
        .isEqualTo(new Schedule.Constant(100));
    assertThat(schedule("{ name: step, decay-steps: 1000 }"))
        .isEqualTo(new Schedule.Step(1000, 0.1f, 0));
    assertThat(
            schedule("{ name: inverse-time, decay-steps: 10, decay-rate: 0.5, warmup-steps: 5 }"))
        .isEqualTo(new Schedule.InverseTime(10, 0.5f, 5));
    assertThat(schedule("{ name: cosine, decay-steps: 1_000_000, floor: 0.01 }"))
        .isEqualTo(new Schedule.Cosine(1_000_000, 0.01f, 0));
  }

  private static Schedule schedule(String yaml) {
    return network("{ schedule: " + yaml + " }").schedule();
  }

  @Test
  void normalizationIsAWordOrAMap() {
    assertThat(network("{ normalization: none }").normalization())
        .isEqualTo(new Normalization(Normalization.Kind.NONE, 0f, 0f));
    assertThat(network("{ normalization: { clip: 0 } }").normalization())
        .isEqualTo(new Normalization(Normalization.Kind.STANDARD, 0f, 0f));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "loss: binary_crossentropy                       | BINARY",
        "loss: categorical_crossentropy                  | MULTICLASS",
        "output: softmax                                 | MULTICLASS",
        "output: sigmoid                                 |",
        "loss: mse                                       |",
      })
  void aLossForClassesDecidesTheTask(String option, Task task) {
    assertThat(parse(HEAD + "model: { " + option + " }").input().spec().task()).isEqualTo(task);
  }

  @Test
  void theStandardSchemaHasItsOwnFields() {
    assertErrors(
        TO_INPUT + "input: { label: y, key: shop, weight: w, event-time: at }",
        "must be key with the standard example schema, but was shop",
        "must be weight with the standard example schema, but was w",
        "must be ts with the standard example schema, but was at");
  }

  @Test
  void exactlyOnceNeedsACheckpointBeforeTheTransactionEnds() {
    assertErrors(
        HEAD + "output: { guarantee: exactly-once }\nstate: { checkpoint-interval: 20m }",
        "state.checkpoint-interval must be shorter, but is 20m");
  }

  private static void assertErrors(String yaml, String... parts) {
    List<String> errors =
        catchThrowableOfType(InvalidPipelineException.class, () -> parse(yaml)).errors();
    assertThat(errors).hasSize(parts.length);
    for (int i = 0; i < parts.length; i++) {
      assertThat(errors.get(i)).contains(parts[i]);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "classes: [a, b]            | BINARY",
        "classes: [a, b, c]         | MULTICLASS",
        "classes: [0, 1]            | BINARY",
        "positive-class: 1          | BINARY",
        "task: regression           | REGRESSION",
        "weight: weight             |",
        "positive-class: b, task: binary | BINARY",
      })
  void declaredClassesDecideTheTask(String option, Task task) {
    assertThat(parse(TO_INPUT + "input: { label: y, " + option + " }").input().spec().task())
        .isEqualTo(task);
  }

  @ParameterizedTest
  @CsvSource({"500ms,500", "1s,1000", "5m,300000", "2h,7200000", "0,0", "off,0"})
  void timesHaveUnits(String text, long millis) {
    assertThat(
            parse(HEAD + "metrics: { max-interval: " + text + " }").metrics().maxIntervalMillis())
        .isEqualTo(millis);
  }

  @Test
  void emptySectionsAndAnchorsAreFine() {
    Settings settings =
        parse(
            """
            pipeline: &name fraud
            kafka: &brokers
              bootstrap.servers: [one:9092, two:9092]
            input:
              label: *name
              features:
                - &first { name: a, nullable: true }
                - { <<: *first, name: b }
            model:
            metrics:
              # all defaults
            """);

    assertThat(settings.input().spec().label()).isEqualTo("fraud");
    assertThat(settings.input().spec().features())
        .containsExactly(
            feature("a", FeatureSpec.Type.NUMERIC, true),
            feature("b", FeatureSpec.Type.NUMERIC, true));
    assertThat(settings.kafka()).containsEntry("bootstrap.servers", "one:9092,two:9092");
  }

  @Test
  void allErrorsComeAtOnceInTheOrderOfTheFile() {
    InvalidPipelineException e =
        invalid(
            """
            pipeline: my fraud
            kafka: { bootstrap.servers: localhost }
            input:
              label: class
              positive: UP
            model:
              layers:
                - { units: 32 }
                - { units: 0 }
              optimizer: adm
              learning-rate: 20
            output: { guarantee: at-most-once }
            metrics:
              widow: 5
            """);

    assertThat(e)
        .hasMessage(
            """
            fraud.yaml:1   pipeline must be 1 to 100 letters, digits, '.', '_' or '-', the first no '.', but was "my fraud"
            fraud.yaml:2   kafka.bootstrap.servers must be HOST:PORT, several separated by commas, but was "localhost"
            fraud.yaml:5   input.positive is not an option. Did you mean "positive-class"?
            fraud.yaml:9   model.layers[1].units must be between 1 and 65536, but was 0
            fraud.yaml:10  model.optimizer "adm" is not known. Did you mean "adam"? One of: sgd, rmsprop, adam, adamw, adagrad, ftrl
            fraud.yaml:11  model.learning-rate must be above 0 and at most 10, but was 20
            fraud.yaml:12  output.guarantee "at-most-once" is not known. Did you mean "at-least-once"? One of: at-least-once, exactly-once
            fraud.yaml:14  metrics.widow is not an option. Did you mean "window"?
            8 errors. Reference: docs/reference/pipeline.md\
            """);
    assertThat(e.errors()).hasSize(8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "metrics: { window: many }  | metrics.window must be a whole number between 1 and 1000000,"
            + " but was \"many\"",
        "metrics: { every: 99999999999999999999 } | metrics.every must be between 1 and 2147483647,"
            + " but was 99999999999999999999",
        "metrics: { window: }       | metrics.window has no value. It must be a whole number"
            + " between 1 and 1000000; leave the line out for the default, 1000",
        "metrics: { auc-max-classes: 1 } | metrics.auc-max-classes must be between 2 and 100, but"
            + " was 1",
        "metrics: { per-class: yes } | metrics.per-class must be true or false, but was \"yes\"",
        "metrics: { max-interval: 5 }  | metrics.max-interval must be a time between 1ms and 1d"
            + " (such as 500ms, 10s, 5m), or off, but was 5",
        "metrics: 7                 | metrics must be a map of options, but was a single value",
        "window: 7                  | window is not an option. Did you mean \"metrics.window\"?",
        "xyz: 7                     | xyz is not an option. A pipeline file takes: pipeline, kafka,"
            + " input, model, auto, models, champion, promotion, forecast, metrics, validation,"
            + " drift, output, state, limits",
        "models: { small: auto } | models must be 2 to 8 models, but there is 1. For a single"
            + " model, use model",
        "models: {} | models must be 2 to 8 models, but there are 0. For a single model, use model",
        "models: | models has no value. Add 2 or more models, or remove it",
        "models: auto | models must be a map of models by name, but was a single value",
        "models: { a: auto, B: auto } | models.B is not a valid model name. Use at most 40"
            + " lower-case letters, digits and single hyphens",
        "models: { a: auto, b: tuned } | models.b must be auto, fast, balanced, accurate, or a map"
            + " of options, but was \"tuned\"",
        "models: { a: auto, b: { lerning-rate: 1 } } | models.b.lerning-rate is not an option. Did"
            + " you mean \"learning-rate\"?",
        "models: { a: auto, b: { warm-start: { key: shop } } } | models.b.warm-start applies only"
            + " to a single model. Remove it, or use model instead of models",
        "models: { a: auto, b: { loss: mse } } | models.b.loss mse gives no probabilities, by which"
            + " classifiers are compared. Use a cross-entropy, or set input.task: regression",
        "models: { a: auto, b: { class-weights: { x: 2 } } } | models.b has other class-weights"
            + " than models.a. All models must have the same class-weights",
        "champion: small | champion applies only with models, but there are none. Add models, or"
            + " remove it",
        "promotion: { examples: 5 } | promotion applies only with models, but there are none. Add"
            + " models, or remove it",
        "drift: { action: reset } | drift.action applies only to a detector. Add one, for example:"
            + " detector: adwin, or remove it",
        "model: { layers: [{ units: 2, activation: Swish }] } | model.layers[0].activation"
            + " \"Swish\" is not known. Did you mean \"silu\"? One of: sigmoid, tanh, relu,"
            + " leaky_relu, elu, selu, gelu, silu, softplus, linear",
        "model: { loss: sparse_categorical_crossentropy } | model.loss"
            + " \"sparse_categorical_crossentropy\" is not known. Did you mean"
            + " \"categorical_crossentropy\"? One of: mse, mae, huber, binary_crossentropy,"
            + " categorical_crossentropy, categorical_focal_crossentropy",
        "drift: { detector: adwinn } | drift.detector \"adwinn\" is not known. Did you mean"
            + " \"adwin\"? One of: adwin, ddm, eddm, hddm-a, page-hinkley, kswin",
        "drift: { detector: adwin, action: swap-in-challenger } | drift.action swap-in-challenger"
            + " needs a detector that warns, but adwin does not. Add several models (models), or"
            + " use ddm, eddm or hddm-a, or the action reset",
        "drift: { detector: ddm, action: reset-head } | drift.action reset-head needs a network of"
            + " layers, but the model is auto. Define one (model: layers), or use reset",
        "drift: { detector: ddm, boost-factor: 2 } | drift.boost-factor applies only to action"
            + " boost-learning-rate, but the action is event. Remove it",
        "model: { optimizer: { name: adamw, learning-rate: 1, weight-decay: 10 } } |"
            + " model.optimizer.weight-decay times the learning rate must be at most 1, or weights"
            + " grow with each step, but was 10.0",
        "model: { optimizer: { name: adam, epsilon: 1e-30 } } | model.optimizer.epsilon must be"
            + " between 1e-20 and 1, but was \"1e-30\"",
        "drift: { detector: { name: ddm, warning-threshold: 4, drift-threshold: 3 } } |"
            + " drift.detector warning-threshold must be above 0 and drift-threshold above it, but"
            + " they were 4.0 and 3.0",
        "drift: { detector: { name: kswin, stat-size: 5 } } | drift.detector stat-size must be at"
            + " least 6 with alpha 0.005, or nothing is ever a drift, but was 5",
        "state: { checkpoint-interval: off } | state.checkpoint-interval must be a time between"
            + " 10ms and 1d (such as 500ms, 10s, 5m), but was \"off\"",
        "output: { topics: { metrics: a b } } | output.topics.metrics must be a topic name: 1 to"
            + " 249 letters, digits, '.', '_' or '-', but was \"a b\"",
        "output: { topics: { metrics: . } } | output.topics.metrics must be a topic name: 1 to 249"
            + " letters, digits, '.', '_' or '-', but was \".\"",
        "output: { topics: { models: fraud.metrics } } | output.topics.models and"
            + " output.topics.metrics must be different topics, but both are fraud.metrics",
        "auto: quick | auto \"quick\" is not known. One of: fast, balanced, accurate",
        "auto: { members: [knnn] } | auto.members \"knnn\" is not known. Did you mean \"knn\"? One"
            + " of: knn, tree",
        "auto: { buffer: 0 } | auto.buffer must be between 1 and 1000000, but was 0",
        "model: automatic           | model must be auto, or a map of options, but was"
            + " \"automatic\"",
        "model: { layers: [32] }    | model.layers[0] must be a map such as { units: 32 }, but was"
            + " 32",
        "model: { layers: [{ activation: relu }] } | model.layers[0].units is missing. Add it, for"
            + " example: units: 32",
        "model: { layers: [{ units: 8, activation: softmax }] } | model.layers[0].activation"
            + " \"softmax\" is for the output layer only (model.output). It is one of: sigmoid,"
            + " tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus, linear",
        "model: { optimizer: { momentum: 0.9 } } | model.optimizer.name is missing. Add it, for"
            + " example: name: sgd",
        "model: { optimizer: { name: sgd, rho: 0.9 } } | model.optimizer.rho is not an option."
            + " model.optimizer takes: name, learning-rate, momentum, nesterov",
        "model: { optimizer: { name: sgd, nesterov: true } } | model.optimizer.nesterov needs"
            + " momentum, but momentum is 0. Add it, for example: momentum: 0.9",
        "model: { optimizer: { name: ftrl, alpha: 1 }, learning-rate: 1 } | model.learning-rate"
            + " is also in model.optimizer (line 4). Remove one of them",
        "model: { optimizer: { name: sgd, momentum: 1 } } | model.optimizer.momentum must be at"
            + " least 0 and below 1, but was 1",
        "model: { optimizer: { name: sgd, learning-rate: 1 }, learning-rate: 1 } |"
            + " model.learning-rate is also in model.optimizer (line 4). Remove one of them",
        "model: { normalization: { name: minmax, alpha: 0.1 } } | model.normalization.alpha applies"
            + " only to standard, but the normalization is minmax. Remove it",
        "model: { loss: binary_crossentropy, output: softmax } | model.output must be sigmoid with"
            + " loss binary_crossentropy, but was softmax. Leave it out, or change the loss",
        "model: { loss: categorical_crossentropy, output: linear } | model.output must be softmax"
            + " with loss categorical_crossentropy, but was linear. Leave it out, or change the"
            + " loss",
        "model: { clip: .nan }      | model.clip must be a number between 0 and 1000000, but was"
            + " \".nan\"",
        "model: { l1: 1e9 }         | model.l1 must be between 0 and 1000, but was \"1e9\"",
        "model: { loss: mse, label-smoothing: 0.1 } | model.label-smoothing applies only to"
            + " cross-entropies, but the loss is mse. Remove it",
        "model: { label-smoothing: 1 } | model.label-smoothing must be at least 0 and below 1, but"
            + " was 1",
        "model: { schedule: cosine } | model.schedule.decay-steps is missing. Add it, for example:"
            + " decay-steps: 100000",
        "model: { schedule: { name: cosine, decay-steps: 9, floor: 2 } } | model.schedule.floor"
            + " must be between 0 and 1, but was 2",
        "model: { schedule: { name: cosin, decay-steps: 9 } } | model.schedule.name \"cosin\" is"
            + " not known. Did you mean \"cosine\"? One of: constant, step, inverse-time, cosine",
        "model: { optimizer: ftrl, schedule: { name: constant, warmup-steps: 9 } } | model.schedule"
            + " has no effect with ftrl, whose step size falls by itself. Remove it",
        "model: { class-weights: { fraud: many } } | model.class-weights.fraud must be a number"
            + " between 0 and 1000000, but was \"many\"",
        "model: { layers: [{ units: 8, dropout: 1 }] } | model.layers[0].dropout must be at least 0"
            + " and below 1, but was 1",
        "model: { optimizer: ftrl, max-norm: 1 } | model.max-norm has no effect with ftrl, which"
            + " computes new weights in each step. Remove it",
        "state: { speed: 3 }        | state.speed is not an option. state takes: backend,"
            + " checkpoint-interval, cache-bytes, ttl, on-shape-change",
      })
  void eachMistakeHasItsOwnWords(String line, String error) {
    assertThat(invalid(HEAD + line).errors()).containsExactly("fraud.yaml:4  " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "topic: t                   | input.label is missing. Add it, for example: label: class",
        "label: y, topic: fraud.dlq | input.topic and output.topics.dead-letters must be"
            + " different topics, but both are fraud.dlq",
        "label: y, format: orc      | input.format \"orc\" is not known. One of: avro, avro-raw,"
            + " json, csv",
        "label: y, format: json     | input.format json needs input.features, the fields that are"
            + " features of the model",
        "label: y, format: avro-raw | input.format avro-raw needs input.schema, the path of the"
            + " records' .avsc file",
        "label: y, classes: [a]     | input.classes must be a list of 2 to 1000 different classes,"
            + " but has 1",
        "label: y, classes: [a, b, a] | input.classes must be a list of 2 to 1000 different"
            + " classes, but has \"a\" twice",
        "label: y, classes: [a, b, c], task: binary | input.classes must be 2 for task binary, but"
            + " are 3. Is the task multiclass?",
        "label: y, classes: [a, b], positive-class: c | input.positive-class must be one of"
            + " input.classes (a, b), but was \"c\"",
        "label: y, classes: [a, b, c], positive-class: a | input.positive-class applies only to two"
            + " classes, but the task is multiclass. Remove it",
        "label: y, classes: [a, b], task: regression | input.classes has no effect for regression."
            + " Remove it, or change input.task",
        "label: y, positive-class: b, task: regression | input.positive-class has no effect for"
            + " regression. Remove it, or change input.task",
        "label: y, features: y      | input.features must be a list of fields, but was a single"
            + " value",
        "label: y, features: [[a]]  | input.features[0] must be the name of a field or a map of"
            + " options, but was a list",
        "label: y, features: [{ type: hash }] | input.features[0].name is missing. Add it, for"
            + " example: name: temperature",
        "label: y, features: [a, a] | input.features[1] is \"a\" again, first in line 3. Remove"
            + " one of them",
        "label: y, features: [a, y] | input.features has the label \"y\". A model that sees the"
            + " label learns nothing else. Remove it",
        "label: y, features: [{ name: a, values: [x] }] | input.features[0].values applies only to"
            + " type one-hot, but the type is numeric. Remove it",
        "label: y, features: [{ name: a, type: boolean, buckets: 2 }] | input.features[0].buckets"
            + " applies only to type hash, but the type is boolean. Remove it",
        "label: y, features: [{ name: a, type: one-hot }] | input.features[0].type one-hot needs"
            + " the values. Add them, for example: values: [red, green], or use hash",
        "label: y, features: [{ name: a, type: hash, buckets: 65536 }, b] | input.features have"
            + " 65537 inputs, but limits.features is 65536",
        "label: y, features: [{ name: a, type: words }] | input.features[0].type \"words\" is not"
            + " known. One of: numeric, boolean, one-hot, hash, time, id, set, text, sparse",
        "label: y, format: json, features: [a], key: y | input.key must be another field than"
            + " input.label, but both are \"y\"",
        "label: y, format: json, features: [a], weight: y | input.weight must be another field"
            + " than input.label, but both are \"y\"",
        "label: y, format: json, features: [a], id: y | input.id must be another field than"
            + " input.label, but both are \"y\"",
        "label: y, schema: none.avsc, features: [a] | input.schema is not a file: none.avsc does"
            + " not exist. Paths are relative to this file",
      })
  void eachMistakeInTheInputHasItsOwnWords(String input, String error) {
    assertThat(invalid(TO_INPUT + "input: { " + input + " }").errors())
        .containsExactly("fraud.yaml:3  " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "validation: { patience: 3 } | validation.patience needs a validation set. Add a fraction,"
            + " for example: fraction: 0.1",
        "validation: { fraction: 1 } | validation.fraction must be at least 0 and below 1, but was"
            + " 1",
        "metrics: { threshold-metric: f2 } | metrics.threshold-metric \"f2\" is not known. Did you"
            + " mean \"f1\"? One of: none, balanced-accuracy, f1, f-beta",
        "model: { class-weights: even } | model.class-weights must be balanced, but was \"even\"",
      })
  void eachMistakeInTheMetricsHasItsOwnWords(String line, String error) {
    assertThat(invalid(HEAD + line).errors()).singleElement().asString().endsWith("  " + error);
  }

  @Test
  void labelsOfTheStandardSchemaFindTheirFeaturesByTheEventId() {
    Settings.Input input =
        parse(TO_INPUT + "input: { label: y, task: binary, labels: { topic: truth } }").input();

    assertThat(input.topics()).containsExactly("fraud.examples", "truth");
    assertThat(input.spec().id()).isEqualTo("event_id");
    assertThat(input.spec().labels())
        .isEqualTo(new InputSpec.LateLabels("truth", "event_id", null, "y", 86_400_000, 10_000));
  }

  @Test
  void classesThatFollowFromTheLabelForATimeoutAreCheckedLikeDeclaredOnes() {
    String label = "x".repeat(257);
    String input =
        "input: { label: y, positive-class: \"1\", labels: { topic: t, on-timeout: { label: %s } } }"
            .formatted(label);

    assertThat(invalid(TO_INPUT + input).errors())
        .singleElement()
        .asString()
        .contains("input.classes must have at most 256 bytes each");
  }

  @Test
  void labelsMayComeOnTheTopicOfTheFeatures() {
    Settings.Input input =
        parse(TO_INPUT + "input: { topic: t, label: y, task: binary, labels: { topic: t } }")
            .input();

    assertThat(input.topics()).containsExactly("t");
    assertThat(input.spec().labels().topic()).isNull();
  }

  @Test
  void theLabelForATimeoutIsTheOtherOneOfThePositiveClassOrANumber() {
    String positive =
        "input: { label: y, positive-class: \"1\", labels: { topic: t, on-timeout: { label: 0 } }"
            + " }";
    InputSpec implied = parse(TO_INPUT + positive).input().spec();
    String value =
        "input: { label: y, task: regression, labels: { topic: t, on-timeout: { label: 0 } } }";
    InputSpec number = parse(TO_INPUT + value).input().spec();

    assertThat(implied.classes()).containsExactly("0", "1");
    assertThat(implied.labels().onTimeout()).isEqualTo(new InputSpec.DefaultLabel("0", Double.NaN));
    assertThat(number.labels().onTimeout()).isEqualTo(new InputSpec.DefaultLabel(null, 0));
    assertThat(parse(TO_INPUT + value).configHash())
        .isNotEqualTo(parse(TO_INPUT + value.replace("label: 0", "label: 1")).configHash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "labels: { topic: t } | input.labels needs input.task: models predict before the first"
            + " label",
        "task: binary, labels: { id: event_id } | input.labels.topic is missing. Add it, for"
            + " example: topic: fraud.labels",
        "task: binary, labels: { topic: t, id: x } | input.labels.id must be event_id with the"
            + " standard example schema. Leave it out",
        "task: binary, labels: { topic: fraud.examples, label: x } | input.labels.label has no"
            + " effect if labels are on the topic of the features. Remove it, or set their own"
            + " topic",
        "task: binary, format: json, features: [a], id: i, labels: { topic: t, key: y } |"
            + " input.labels.key must be another field than the label, but both are \"y\"",
        "task: binary, format: json, features: [a], labels: { topic: t } | input.labels needs"
            + " input.id, the field that joins a label to its features. Add it",
        "task: binary, classes: [a, b], labels: { topic: t, on-timeout: { label: c } } |"
            + " input.labels.on-timeout.label must be one of input.classes (a, b), but was \"c\"",
        "task: binary, labels: { topic: t, on-timeout: { label: c } } |"
            + " input.labels.on-timeout.label needs input.classes; for a number, input.task:"
            + " regression",
        "task: regression, labels: { topic: t, on-timeout: { label: none } } |"
            + " input.labels.on-timeout.label must be a number for regression, but was \"none\"",
        "task: binary, labels: { topic: t, on-timeout: {} } | input.labels.on-timeout.label is"
            + " missing. Add it, for example: label: \"0\"",
        "id: x | input.id must be event_id with the standard example schema, but was x. Leave it"
            + " out, or name the records' own schema with input.schema",
      })
  void eachMistakeWithLabelsHasItsOwnWords(String input, String error) {
    assertThat(invalid(TO_INPUT + "input: { label: y, " + input + " }").errors())
        .containsExactly("fraud.yaml:3  " + error);
  }

  @Test
  void labelsDoNotComeOnATopicThatThePipelineWrites() {
    assertThat(
            invalid(
                    TO_INPUT
                        + "input: { label: y, task: binary, labels: { topic: m } }\n"
                        + "output: { topics: { metrics: m } }")
                .errors())
        .containsExactly(
            "fraud.yaml:4  output.topics.metrics and input.labels.topic must be different topics,"
                + " but both are m");
  }

  @Test
  void aWindowOfTimeHoldsMoreExamplesUnlessTheirNumberIsGiven() {
    assertThat(parse(HEAD + "metrics: { window-time: 1h }").metrics())
        .returns(3_600_000L, MetricsSpec::windowMillis)
        .returns(100_000, MetricsSpec::window);
    assertThat(parse(HEAD + "metrics: { window-time: 1h, window: 50 }").metrics().window())
        .isEqualTo(50);
  }

  @Test
  void groupsMakeTheWindowLargerUnlessItsSizeIsGiven() {
    Settings groups = parse(HEAD + "metrics: { group: user }");
    assertThat(groups.input().spec().group()).isEqualTo("user");
    assertThat(groups.metrics())
        .returns(10, MetricsSpec::rankAt)
        .returns(10_000, MetricsSpec::window);
    assertThat(parse(HEAD + "metrics: { group: user, at: 3, window: 50 }").metrics())
        .returns(3, MetricsSpec::rankAt)
        .returns(50, MetricsSpec::window);
    assertThat(parse(HEAD).metrics().rankAt()).isZero();
  }

  @Test
  void theValuesOfAColumnAreSegments() {
    String features =
        "input: { label: y, features: [x, { name: device, type: one-hot, values: [phone, tablet] },"
            + " { name: new, type: boolean }, { name: user, type: id }] }\n";

    assertThat(parse(TO_INPUT + features + "metrics: { segments: device }").metrics().segments())
        .isEqualTo(new Segments("device", 1, false, List.of("phone", "tablet")));
    assertThat(parse(TO_INPUT + features + "metrics: { segments: new }").metrics().segments())
        .isEqualTo(new Segments("new", 3, true, List.of("false", "true")));
    assertThat(invalid(TO_INPUT + features + "metrics: { segments: user }").errors())
        .containsExactly(
            "fraud.yaml:4  metrics.segments must be a one-hot or boolean feature, but \"user\" is"
                + " none; there are: device, new");
    assertThat(invalid(TO_INPUT + "input: { label: y }\nmetrics: { segments: device }").errors())
        .containsExactly(
            "fraud.yaml:4  metrics.segments must be a one-hot or boolean feature, but \"device\" is"
                + " none; there is no such feature");
    assertThat(
            invalid(
                    TO_INPUT
                        + "input: { label: y, task: regression }\nmetrics: { segments: device }")
                .errors())
        .containsExactly(
            "fraud.yaml:4  metrics.segments applies only to two classes, but input.task is"
                + " regression. Remove it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "label: y | at: 5 | metrics.at needs groups. Add the field of the group, for example:"
            + " group: user",
        "label: y | group: y | metrics.group must be another field than input.label, but both are"
            + " \"y\"",
        "label: y, task: regression | group: u | metrics.group applies only to two classes, but"
            + " input.task is regression. Remove it",
        "label: y, features: [user] | group: user | metrics.group must be an attribute of the"
            + " standard example schema, but \"user\" is declared as a number, which has no name"
            + " there. Declare it as type: id",
        "label: y, format: csv, columns: [y, user, x], features: [x] | group: usr | metrics.group"
            + " \"usr\" is not one of input.columns. Did you mean \"user\"?",
      })
  void theGroupMustBeAFieldOfTwoClasses(String input, String metrics, String error) {
    assertThat(
            invalid(TO_INPUT + "input: { " + input + " }\nmetrics: { " + metrics + " }").errors())
        .containsExactly("fraud.yaml:4  " + error);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "task: regression   | loss: categorical_crossentropy | model.loss categorical_crossentropy"
            + " applies only to classes, but input.task is regression. Use mse, mae or huber",
        "task: regression   | output: softmax | model.output softmax applies only to classes, but"
            + " input.task is regression. Use linear",
        "task: regression   | class-weights: { a: 2 } | model.class-weights apply only to classes,"
            + " but input.task is regression. Remove them",
        "classes: [fraud, ok] | class-weights: { fruad: 9 } | model.class-weights.fruad is not one"
            + " of input.classes (fraud, ok). Did you mean \"fraud\"?",
        "classes: [fraud, ok] | class-weights: { else: 9 } | model.class-weights.else is not one of"
            + " input.classes (fraud, ok). Remove it, or declare the class",
        "classes: [a, b, c] | loss: binary_crossentropy | model.loss binary_crossentropy applies"
            + " only to two classes, but the task is multiclass. Use output: softmax and loss:"
            + " categorical_crossentropy",
        "task: multiclass   | output: sigmoid | model.output sigmoid implies loss"
            + " binary_crossentropy, which applies only to two classes, but the task is multiclass."
            + " Use output: softmax and loss: categorical_crossentropy",
      })
  void theModelMustFitTheTask(String input, String model, String error) {
    assertThat(
            invalid(TO_INPUT + "input: { label: y, " + input + " }\nmodel: { " + model + " }")
                .errors())
        .containsExactly("fraud.yaml:4  " + error);
  }

  @Test
  void aLargerStepForAWhileMustMeanSomethingToTheOptimizer() {
    String input = TO_INPUT + "input: { label: y }\n";
    String drift = "drift: { detector: adwin, action: boost-learning-rate, boost-factor: 10 }";

    assertThat(invalid(input + "model: { optimizer: ftrl }\n" + drift).errors())
        .containsExactly(
            "fraud.yaml:5  drift.action boost-learning-rate has no effect with ftrl, whose step"
                + " follows from all gradients so far. Use another optimizer, reset-head or reset");
    String decaying = "{ name: adamw, learning-rate: 0.1, weight-decay: 2 }";
    assertThat(invalid(input + "model: { optimizer: " + decaying + " }\n" + drift).errors())
        .containsExactly(
            "fraud.yaml:5  drift.boost-factor times weight-decay and learning-rate of adamw must be"
                + " at most 1, or weights grow with each boosted step");
  }

  @Test
  void namesOfClassesThatNoRecordMayHaveAreRejected() {
    String name = "x".repeat(257);

    assertThat(invalid(TO_INPUT + "input: { label: y, classes: [a, " + name + "] }").errors())
        .singleElement()
        .asString()
        .startsWith("fraud.yaml:3  input.classes must have at most 256 bytes each, but \"xxx");
  }

  @Test
  void moreClassesThanTheLimitAreRejected() {
    assertThat(
            invalid(TO_INPUT + "input: { label: y, classes: [a, b, c] }\nlimits: { classes: 2 }")
                .errors())
        .containsExactly(
            "fraud.yaml:3  input.classes must be at most limits.classes, 2, but are 3. Increase"
                + " limits.classes");
  }

  @Test
  void aModelThatEveryKeyWouldBeRejectedForIsRejectedBefore() {
    String input = TO_INPUT + "input: { label: y, features: [a, b] }\n";

    assertThat(invalid(input + "model: { layers: [{ units: 65536 }, { units: 65536 }] }").errors())
        .containsExactly(
            "fraud.yaml:1  limits.state-bytes is 67108864, but a model needs at least 34371273392."
                + " Increase the limit, or use a smaller model");
    assertThat(invalid(input + "auto: fast\nlimits: { state-bytes: 4096 }").errors())
        .singleElement(STRING)
        .startsWith("fraud.yaml:5  limits.state-bytes is 4096, but a model needs at least ");
  }

  @Test
  void moreClassesThanAnyLimitAllowsAreRejectedWithThatBound() {
    String names =
        IntStream.rangeClosed(1, 1_001).mapToObj(i -> "c" + i).collect(Collectors.joining(", "));

    assertThat(invalid(TO_INPUT + "input: { label: y, classes: [" + names + "] }").errors())
        .containsExactly(
            "fraud.yaml:3  input.classes must be a list of 2 to 1000 different classes, but has"
                + " 1001");
  }

  @Test
  void aClassThatACsvLineCannotNameIsRejected() {
    String input = "input: { label: y, format: csv, columns: [x, y], features: [x], ";

    assertThat(invalid(TO_INPUT + input + "classes: [NA, EU] }").errors())
        .containsExactly(
            "fraud.yaml:3  input.classes has \"NA\", which means a missing value in a CSV line. Use"
                + " another name, or send format: json");
    assertThat(parse(TO_INPUT + "input: { label: y, classes: [NA, EU] }").input().spec().classes())
        .containsExactly("NA", "EU");
  }

  @Test
  void missingPartsAreNamedWithAnExample() {
    assertThat(invalid("metrics: { window: 0 }\n").errors())
        .containsExactly(
            "fraud.yaml:1  pipeline is missing. Add it, for example: pipeline: fraud",
            "fraud.yaml:1  kafka is missing. Add it, for example:"
                + " kafka: { bootstrap.servers: localhost:9092 }",
            "fraud.yaml:1  input is missing. Add it, for example: input: { label: class }",
            "fraud.yaml:1  metrics.window must be between 1 and 1000000, but was 0");
  }

  @Test
  void aKeyThatStandsTwiceIsNamedWithBothLines() {
    assertThat(invalid(HEAD + "metrics:\n  window: 5\n  window: 6\n").errors())
        .containsExactly(
            "fraud.yaml:6  window is given twice, first in line 5. Remove one of them");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "pipeline: a\\nkafka:\\n\\tb: c | 3 | a tab. Indent with spaces",
        "pipeline: \"a\\n"
            + "kafka: b     | 2 | while scanning a quoted scalar, found unexpected end of stream",
        "a: [1, 2                    | 1 | while parsing a flow sequence, expected ',' or ']', but"
            + " got <stream end>",
        "a: 1\\n"
            + "---\\n"
            + "b: 2           | 2 | a second document starts here, but a pipeline file has one",
        "a: *hunter2                 | 1 | an alias without its anchor above. Quote text that"
            + " begins with *",
        "a: \\u0001                  | 1 | a character that YAML does not allow",
        "a: 1\\nb: &x [*x]            | 2 | an alias inside its own anchor",
        "a: 1\\n? [a]\\n: b          | 2 | a key must be text, but this is a list or a map",
        "a: 1\\n<<: 3                | 2 | << needs a map, such as an alias of one",
      })
  void textThatIsNotYamlIsOneLine(String yaml, int line, String problem) {
    String text = yaml.replace("\\n", "\n").replace("\\t", "\t").replace("\\u0001", "\u0001");

    assertThat(invalid(text))
        .hasMessage(
            "fraud.yaml:%d  not valid YAML: %s\n1 error. Reference: docs/reference/pipeline.md",
            line, problem);
  }

  @Test
  void nestingWithoutEndIsRejected() {
    assertThat(invalid("a: " + "[".repeat(5000)).errors())
        .containsExactly(
            "fraud.yaml:1  not read: nested deeper than 32, more than 50 aliases or 1,048,576"
                + " characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n", "# nothing yet\n", "---\n", "~", "\uFEFF"})
  void anEmptyFileGetsAMinimalExample(String yaml) {
    assertThat(invalid(yaml).errors())
        .singleElement()
        .asString()
        .contains("the file is empty. A minimal file has three lines: pipeline: NAME; ");
  }

  @Test
  void rejectsAFileThatIsNotAMap() {
    assertThat(invalid("- a\n").errors())
        .containsExactly(
            "fraud.yaml:1  a pipeline file must be a map of options, but this is a list");
  }

  @Test
  void filesThatCannotBeReadAreOneLine() throws IOException {
    Path missing = folder.resolve("none.yaml");
    Path binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});

    assertThat(unreadable(missing))
        .hasMessageStartingWith(missing + " does not exist. Create it. A minimal file has")
        .hasMessageNotContaining("\n");
    assertThat(unreadable(folder))
        .hasMessage(folder + " is a directory. Name the pipeline file in it");
    assertThat(unreadable(binary)).hasMessage(binary + " is not UTF-8 text. Save it as UTF-8");
  }

  @Test
  void aSchemaIsReadBesideThePipelineFile() throws IOException {
    String schema =
        "{\"type\":\"record\",\"name\":\"Pay\",\"fields\":[{\"name\":\"verdict\",\"type\":\"string\"},"
            + "{\"name\":\"shop\",\"type\":[\"null\",{\"type\":\"record\",\"name\":\"Shop\","
            + "\"fields\":[{\"name\":\"size\",\"type\":\"int\"}]}]}]}";
    Files.writeString(folder.resolve("pay.avsc"), schema);
    Files.writeString(folder.resolve("int.avsc"), "\"int\"");
    Files.writeString(folder.resolve("bad.avsc"), "{\"type\":");

    Path good = pipeline("{ label: verdict, schema: pay.avsc, features: [shop.size] }");
    assertThat(PipelineFile.read(good).input().spec().schema()).isEqualTo(schema);

    assertThat(unreadable(pipeline("{ label: verdict, schema: pay.avsc }")))
        .hasMessageContaining(
            "input.schema needs input.features, the fields that are features of the model");
    assertThat(unreadable(pipeline("{ label: verdct, schema: pay.avsc, features: [shop.age] }")))
        .hasMessageContaining(
            "input.label \"verdct\" is not a field of Pay. Did you mean \"verdict\"?")
        .hasMessageContaining(
            "input.features \"shop.age\" is not a field of Pay. Its fields: verdict, shop");
    assertThat(unreadable(pipeline("{ label: y, schema: int.avsc, features: [a] }")))
        .hasMessageContaining("must be an Avro record schema in JSON, but ")
        .hasMessageContaining(" is of type int");
    assertThat(unreadable(pipeline("{ label: y, schema: bad.avsc, features: [a] }")))
        .hasMessageContaining("bad.avsc is not");
  }

  private Path pipeline(String input) throws IOException {
    return Files.writeString(folder.resolve("fraud.yaml"), TO_INPUT + "input: " + input + "\n");
  }

  private static FeatureSpec feature(String name, FeatureSpec.Type type, boolean nullable) {
    return new FeatureSpec(name, type, nullable, List.of(), 0);
  }

  private static Optimizer optimizer(String yaml) {
    return network("{ optimizer: " + yaml + " }").optimizer();
  }

  private static NetworkSpec network(String yaml) {
    return (NetworkSpec) parse(HEAD + "model: " + yaml).model();
  }

  private static Settings parse(String yaml) {
    return PipelineFile.parse("fraud.yaml", yaml, null);
  }

  @Test
  void showsTheFirstOfManyErrorsAndCountsAll() {
    String options =
        IntStream.range(0, 60_000).mapToObj(i -> "  o" + i + ": 1\n").collect(Collectors.joining());

    InvalidPipelineException invalid = invalid(HEAD + "state:\n" + options);

    assertThat(invalid.errors()).hasSize(50);
    assertThat(invalid)
        .hasMessageContaining("fraud.yaml:54  state.o49 is not an option.")
        .hasMessageEndingWith(
            "\n"
                + "60000 errors, of which the first 50 are shown. Reference:"
                + " docs/reference/pipeline.md");
  }

  private static InvalidPipelineException invalid(String yaml) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> parse(yaml));
  }

  private static InvalidPipelineException unreadable(Path file) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> PipelineFile.read(file));
  }
}
