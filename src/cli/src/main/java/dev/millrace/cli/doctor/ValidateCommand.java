package dev.millrace.cli.doctor;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.kafka.BrokerCheck;
import dev.millrace.codec.text.NumberText;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Durations;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KebabCase;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.drift.InputDriftSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.IdColumns;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.prequential.key.KeySizes;
import dev.millrace.prequential.spec.DriftPolicy;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Validates a pipeline file. */
@Command(
    name = "validate",
    description = "Validates a pipeline file: prints all errors, or the settings with defaults.",
    footer = {"", "Example:", "  ./millrace validate -c fraud.yaml"})
public final class ValidateCommand implements Callable<Integer> {
  private static final long WIDE_MODEL_BYTES = 2_000_000;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "Pipeline file.")
  private Path file;

  @Override
  public Integer call() {
    Settings settings = PipelineFile.read(file);
    PrintWriter out = spec.commandLine().getOut();
    out.println(file + " is valid. Settings with defaults:");
    print(settings, out);
    out.flush();
    return ExitCode.OK;
  }

  private static String metrics(MetricsSpec metrics) {
    List<String> parts = new ArrayList<>();
    parts.add(
        metrics.windowMillis() == 0
            ? "window of " + metrics.window()
            : "window of %s, %d examples at most"
                .formatted(Durations.show(metrics.windowMillis()), metrics.window()));
    parts.add(
        metrics.every() == 1 ? "every example" : "every %d examples".formatted(metrics.every()));
    parts.add("max-interval " + Durations.show(metrics.maxIntervalMillis()));
    if (metrics.decay() != 0) {
      parts.add("decay " + metrics.decay());
    }
    if (metrics.thresholdMetric() != MetricsSpec.Decision.NONE) {
      parts.add("threshold-metric " + KebabCase.of(metrics.thresholdMetric()));
    }
    if (metrics.beta() != 1) {
      parts.add("beta " + metrics.beta());
    }
    if (metrics.quantile() != 0.5) {
      parts.add("quantile " + metrics.quantile());
    }
    return String.join(", ", parts);
  }

  private static String labels(Settings.Input input) {
    InputSpec.LateLabels labels = input.spec().labels();
    ForecastSpec forecast = input.spec().forecast();
    if (forecast != null) {
      return "values of %s that come %s %s later"
          .formatted(
              forecast.column(),
              forecast.horizons().stream()
                  .map(ForecastSpec.Step::text)
                  .collect(Collectors.joining(", ")),
              forecast.ofTime() ? "of time" : "records");
    }
    return labels == null
        ? "with the features"
        : "%s, at most %s after their features%s, max %d pending per key"
            .formatted(
                labels.topic() == null ? input.topic() : labels.topic(),
                Durations.show(labels.timeoutMillis()),
                onTimeout(labels.onTimeout()),
                labels.maxPending());
  }

  private static String onTimeout(InputSpec.@Nullable DefaultLabel label) {
    if (label == null) {
      return "";
    }
    return ", then " + shown(label);
  }

  private static String shown(InputSpec.DefaultLabel label) {
    if (label.label() == null) {
      return NumberText.of(label.target());
    }
    // Those of a set; one class is a set of it.
    List<String> names = OutputLabels.set(label.label());
    return names.isEmpty() ? "the empty set" : '"' + String.join(", ", names) + '"';
  }

  private static void print(Settings settings, PrintWriter out) {
    Settings.Output output = settings.output();
    line(out, "pipeline", settings.pipeline() + " (configuration " + settings.configHash() + ")");
    line(out, "kafka", BrokerCheck.servers(settings.kafka()));
    input(out, settings);
    models(out, settings);
    line(out, "model size", size(settings));
    state(out, settings);
    line(out, "metrics", output.metrics() + ", " + metrics(settings.metrics()));
    line(out, "validation", validation(settings.metrics().validation(), settings.input().spec()));
    line(
        out,
        "predictions",
        output.publish().predictions() ? output.predictions() : "not published");
    line(out, "drift", drift(settings.drift()));
    line(out, "input drift", inputDrift(settings.inputDrift()));
    line(out, "events", output.events());
    line(out, "dead letters", output.deadLetters());
    line(out, "models", output.models());
    if (output.commands() != null) {
      line(out, "commands", output.commands());
    }
    line(out, "summary", output.publish().summary() ? output.summary() : "not published");
    line(
        out,
        "guarantee",
        "%s, a checkpoint every %s in %s"
            .formatted(
                KebabCase.of(output.guarantee()),
                Durations.show(settings.state().checkpointMillis()),
                KebabCase.of(settings.state().backend())));
  }

  private static void input(PrintWriter out, Settings settings) {
    Settings.Input input = settings.input();
    InputSpec examples = input.spec();
    line(
        out,
        "input",
        "%s, %s, starts at %s"
            .formatted(input.topic(), examples.format().id(), KebabCase.of(input.start())));
    if (examples.registry() != null) {
      line(out, "schemas", "from " + examples.registry().url());
      if (examples.registry().exposesLogin()) {
        line(out, "", "warning: the registry's login is sent in clear text; use https");
      }
    }
    line(out, "label", label(settings));
    line(out, "key", examples.key() == null ? "the record key" : "field " + examples.key());
    line(out, "id", examples.id() == null ? "none" : "field " + examples.id());
    line(out, "labels", labels(input));
    line(out, "features", features(examples));
    if (!examples.derived().isEmpty()) {
      line(out, "derived", derived(examples));
    }
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("  %-13s %s%n", name, value);
  }

  private static String validation(Validation validation, InputSpec input) {
    if (validation.fraction() == 0) {
      return "nothing held out";
    }
    String text = validation.fraction() + " of the examples held out";
    return validation.patience() == 0
        ? text
        : text
            + ", stops after %d epochs without a lower loss%s"
                .formatted(
                    validation.patience(),
                    input.epochs() ? "" : " (input.epochs is off: all records are one epoch)");
  }

  private static String drift(@Nullable DriftPolicy plan) {
    return plan == null ? "not looked for" : plan.name() + ", then " + plan.action().id();
  }

  private static String inputDrift(@Nullable InputDriftSpec spec) {
    return spec == null ? "not looked for" : "reported from an index of " + spec.threshold();
  }

  private static String label(Settings settings) {
    InputSpec examples = settings.input().spec();
    if (!examples.targets().isEmpty()) {
      return "fields "
          + examples.targets().stream()
              .map(ValidateCommand::target)
              .collect(Collectors.joining("; "));
    }
    String text =
        "field "
            + examples.label()
            + ", task "
            + (examples.task() == null ? "guessed from the labels" : KebabCase.of(examples.task()));
    if (examples.task() == Task.MULTILABEL) {
      text += " (an array, or a text with \"" + examples.labelSeparator() + "\" between labels)";
    }
    if (!examples.classes().isEmpty()) {
      text += ", classes " + String.join(" ", examples.classes());
    }
    String positive = settings.metrics().positiveClass();
    return positive == null ? text : text + ", positive " + positive;
  }

  private static String target(TargetSpec target) {
    String text =
        "%s (%s"
            .formatted(
                target.name(),
                target.task() == null ? "task guessed from the labels" : target.task().id());
    if (!target.classes().isEmpty()) {
      text += ", classes " + String.join(" ", target.classes());
    }
    if (target.positiveClass() != null) {
      text += ", positive " + target.positiveClass();
    }
    if (target.timeoutMillis() != null) {
      text += ", at most " + Durations.show(target.timeoutMillis()) + " after the features";
    }
    return text + onTimeout(target.onTimeout()) + ")";
  }

  private static String derived(InputSpec examples) {
    String sizes =
        DerivedState.groupBytes(examples).entrySet().stream()
            .map(
                group ->
                    group.getKey().isEmpty()
                        ? "%,d bytes a key".formatted(group.getValue())
                        : "%,d bytes for each %s"
                            .formatted(group.getValue(), String.join(" and ", group.getKey())))
            .collect(Collectors.joining(", "));
    return "%s: %s; up to %,d groups of a key"
        .formatted(Plural.of(examples.slots(), "input"), sizes, examples.limits().groups());
  }

  private static String features(InputSpec examples) {
    List<FeatureSpec> features = examples.features();
    if (features.isEmpty()) {
      return examples.hasFeatures() ? "none declared" : "all that the examples carry";
    }
    IdColumns ids = IdColumns.of(examples);
    String fields = Plural.of(features.size(), "field") + ", ";
    String inputs = Plural.of(ids.numbers(examples.width()).length, "input");
    if (!ids.isEmpty()) {
      inputs += " and %s of ids".formatted(Plural.of(ids.columns().size(), "column"));
    }
    if (!ids.crosses().isEmpty()) {
      inputs += " with " + Plural.of(ids.crosses().size(), "cross", "crosses");
    }
    return fields
        + inputs
        + ": "
        + features.stream().map(FeatureSpec::name).collect(Collectors.joining(" "));
  }

  /** Describes the size of a model with a full replay buffer, in state and on the models topic. */
  private static String size(Settings settings) {
    InputSpec examples = settings.input().spec();
    if (!examples.hasFeatures()) {
      return "depends on the features of the records";
    }
    if (examples.hasOutputs()) {
      return sizeOfOutputs(settings, examples);
    }
    Task task = examples.task() == null ? Task.BINARY : examples.task();
    int classes = Math.max(2, examples.classes().size());
    long bytes = Models.modelBytes(settings.model(), task, examples.width(), classes);
    String text =
        "up to %s a key in state, and for each copy on %s"
            .formatted(bytes(bytes), settings.output().models());
    if (task.isClassification() && examples.classes().isEmpty()) {
      text += ", with 2 classes";
    }
    if (!IdColumns.of(examples).isEmpty()) {
      return text + ", without the ids that it knows";
    }
    return bytes < WIDE_MODEL_BYTES
        ? text
        : text
            + "; "
            + examples.width()
            + " inputs are many, and each costs time per record: use fewer buckets, or a smaller"
            + " auto.buffer";
  }

  /** Prints what a key may take with all that it keeps, and a warning if that is not allowed. */
  private static void state(PrintWriter out, Settings settings) {
    long allowed = settings.state().spec().stateBytes();
    if (!settings.input().spec().hasFeatures()) {
      line(out, "state", "at most %s a key (limits.state-bytes)".formatted(bytes(allowed)));
      return;
    }
    Map<String, Long> sizes = KeySizes.of(settings.trainSpec());
    long sum = sizes.values().stream().mapToLong(Long::longValue).sum();
    line(
        out,
        "state",
        "up to %s a key when all is full (%s); %s are allowed (limits.state-bytes)"
            .formatted(
                bytes(sum),
                sizes.entrySet().stream()
                    .map(part -> part.getKey() + " " + bytes(part.getValue()))
                    .collect(Collectors.joining(", ")),
                bytes(allowed)));
    if (sum > allowed) {
      line(
          out,
          "",
          "warning: %s. Increase limits.state-bytes to %d, or lower the limits of these parts"
              .formatted(
                  sizes.containsKey("groups") || sizes.containsKey("ids")
                      ? "a key that needs more forgets its least recently used groups and ids"
                      : "a key that needs more drops what waits for labels",
                  sum));
    }
  }

  private static String sizeOfOutputs(Settings settings, InputSpec examples) {
    if (examples.targets().isEmpty()) {
      long bytes = Models.modelBytes(settings.model(), Task.BINARY, examples.width(), 2);
      return "up to %s for each label of a key in state".formatted(bytes(bytes));
    }
    long bytes =
        examples.targets().stream()
            .mapToLong(
                target ->
                    Models.modelBytes(
                        settings.model(),
                        Objects.requireNonNullElse(target.task(), Task.BINARY),
                        examples.width(),
                        Math.max(2, target.classes().size())))
            .sum();
    return "up to %s a key in state, of %s"
        .formatted(bytes(bytes), Plural.of(examples.targets().size(), "target"));
  }

  private static String bytes(long bytes) {
    return bytes < 1_000_000
        ? "%,d kB".formatted((bytes + 999) / 1_000)
        : "%,.1f MB".formatted(bytes / 1e6);
  }

  private static void models(PrintWriter out, Settings settings) {
    if (!(settings.model() instanceof SelectionSpec selection)) {
      line(out, "model", model(settings, settings.model(), settings.warmStartKey()));
      return;
    }
    for (SelectionSpec.NamedModel entrant : selection.models()) {
      boolean isChampion = entrant.name().equals(selection.champion());
      line(
          out,
          isChampion ? "champion" : "challenger",
          entrant.name() + ": " + model(settings, entrant.model(), null));
    }
    SelectionSpec.Promotion promotion = selection.promotion();
    line(
        out,
        "promotion",
        promotion.automatic()
            ? "%d examples ahead over a window of %d, significance %s"
                .formatted(promotion.examples(), promotion.window(), promotion.significance())
            : "by command");
  }

  private static String model(Settings settings, ModelSpec model, @Nullable String prior) {
    String origin =
        model.start() != null
            ? "from the file, "
            : prior != null ? "from the model of key \"" + prior + "\", " : "";
    return model.match(
        network ->
            origin + inputs(settings.input().spec(), network) + network(network) + weights(network),
        auto -> origin + auto.auto().id().replaceFirst("auto ", "auto: ") + weights(auto),
        SelectionSpec::names);
  }

  /** Describes the inputs of the first layer if some of them are vectors of ids. */
  private static String inputs(InputSpec examples, NetworkSpec model) {
    IdColumns ids = IdColumns.of(examples);
    return ids.isEmpty()
        ? ""
        : "input %s + %d × %d of ids, "
            .formatted(
                Plural.of(ids.numbers(examples.width()).length, "number"),
                ids.fields(),
                model.dimension());
  }

  private static String network(NetworkSpec model) {
    String layers =
        model.hidden().isEmpty()
            ? "linear model"
            : model.hidden().stream()
                .map(ValidateCommand::layer)
                .collect(Collectors.joining(", ", "", " hidden"));
    return "%s, %s %s, normalization %s, batch size %d, %s"
        .formatted(
            layers,
            model.optimizer().id(),
            Float.toString(model.optimizer().learningRate()),
            model.normalization().kind().id(),
            model.batchSize(),
            clipping(model.clipping()));
  }

  private static String clipping(Clipping clipping) {
    String norm = clipping.norm() == 0 ? "no clip" : "clip " + clipping.norm();
    return clipping.value() == 0 ? norm : norm + ", clip-value " + clipping.value();
  }

  private static String weights(ModelSpec model) {
    return model.classWeights().balanced() ? ", class weights balanced" : "";
  }

  private static String layer(LayerSpec layer) {
    return layer.units() + " " + layer.activation().id();
  }
}
