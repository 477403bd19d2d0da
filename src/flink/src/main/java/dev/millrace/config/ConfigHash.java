package dev.millrace.config;

import dev.millrace.data.Declaration;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Sha256;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Computes the hash of the settings that determine models: two pipelines with the same hash learn
 * the same from the same records, whatever their topics, brokers and reports.
 */
final class ConfigHash {
  private static final int DIGITS = 8;

  private ConfigHash() {}

  /** Returns the first eight hex digits of the SHA-256 of the canonical text. */
  static String of(
      InputSpec input,
      ModelSpec model,
      MetricsSpec.Validation validation,
      @Nullable DriftPolicy drift) {
    byte[] text = canonical(input, model, validation, drift).getBytes(StandardCharsets.UTF_8);
    return Sha256.hex(text).substring(0, DIGITS);
  }

  private static String canonical(
      InputSpec input,
      ModelSpec model,
      MetricsSpec.Validation validation,
      @Nullable DriftPolicy drift) {
    StringBuilder text = new StringBuilder();
    input(text, input);
    limits(text, input);
    model(text, model);
    new TreeMap<>(model.classWeights().byName())
        .forEach((name, weight) -> line(text, "class-weight " + name, weight));
    if (model.classWeights().balanced()) {
      line(text, "class-weights", "balanced");
    }
    if (!(model instanceof SelectionSpec)) { // each of its models has its own
      line(text, "seed", model.seed());
    }
    if (model.start() != null) {
      line(text, "from", model.start().hash());
    }
    if (validation.fraction() > 0) {
      line(text, "validation", validation);
    }
    if (drift != null && drift.action() != DriftPolicy.Action.EVENT) {
      line(text, "drift", drift);
    }
    return text.toString();
  }

  private static void input(StringBuilder text, InputSpec input) {
    line(text, "key", input.key());
    line(text, "label", input.label());
    line(text, "weight", input.weight());
    line(text, "task", input.task());
    if (input.id() != null) {
      line(text, "id", input.id());
    }
    if (input.labels() != null) {
      labels(text, input.labels());
    }
    if (input.epochs()) {
      line(text, "epochs", true);
    }
    if (input.task() == Task.MULTILABEL) {
      line(text, "label-separator", input.labelSeparator());
    }
    input.targets().forEach(target -> line(text, "target", target));
    input.classes().forEach(name -> line(text, "class", name));
    input.features().forEach(feature -> feature(text, feature));
    if (input.forecast() != null) {
      line(text, "forecast", input.forecast());
    }
    input.crosses().forEach(cross -> line(text, "cross", cross));
    input.derived().forEach(feature -> line(text, "derived", feature));
    if (!input.derived().isEmpty()) {
      line(text, "event-time", input.eventTime());
      line(text, "limits.groups", input.limits().groups());
    }
  }

  private static void labels(StringBuilder text, InputSpec.LateLabels labels) {
    line(text, "labels.topic", labels.topic() == null ? "input" : "own");
    line(text, "labels.id", labels.id());
    line(text, "labels.key", labels.key());
    line(text, "labels.label", labels.label());
    line(text, "labels.timeout", labels.timeoutMillis());
    line(text, "labels.max-pending", labels.maxPending());
    if (labels.onTimeout() != null) {
      line(text, "labels.on-timeout", labels.onTimeout());
    }
  }

  private static void feature(StringBuilder text, FeatureSpec feature) {
    line(text, "feature", feature.name());
    line(text, "type", feature.type());
    line(text, "nullable", feature.nullable());
    line(text, "buckets", feature.buckets());
    feature.values().forEach(value -> line(text, "value", value));
    if (feature.ids() != null) {
      line(text, "ids", feature.ids());
    }
    if (feature.separator() != null) {
      line(text, "separator", feature.separator());
    }
  }

  private static void limits(StringBuilder text, InputSpec input) {
    line(text, "limits.record-bytes", input.limits().recordBytes());
    line(text, "limits.key-bytes", input.limits().keyBytes());
    line(text, "limits.classes", input.limits().classes());
    line(text, "limits.features", input.limits().features());
    line(text, "limits.weight", input.limits().weight());
    if (input.hasIds()) {
      line(text, "limits.ids", input.limits().ids());
    }
  }

  private static StringBuilder model(StringBuilder text, ModelSpec model) {
    return model.match(
        network -> network(text, network),
        auto -> line(text, "auto", auto.auto().id()),
        selection -> selection(text, selection));
  }

  private static StringBuilder selection(StringBuilder text, SelectionSpec selection) {
    for (SelectionSpec.NamedModel entrant : selection.models()) {
      line(text, "model", entrant.name());
      model(text, entrant.model());
      line(text, "seed", entrant.model().seed());
    }
    line(text, "champion", selection.champion());
    return line(text, "promotion", selection.promotion());
  }

  private static StringBuilder network(StringBuilder text, NetworkSpec model) {
    for (LayerSpec layer : model.hidden()) {
      Declaration.of(LayerSpec.class)
          .forEach(declared -> line(text, declared.name(), declared.valueOf(layer)));
    }
    if (!model.indicators().ids().isEmpty()) {
      line(text, "embeddings", model.dimension());
    }
    line(text, "initializer", model.initializer());
    line(text, "output", model.output());
    line(text, "loss", model.loss());
    line(text, "optimizer", model.optimizer());
    line(text, "schedule", model.schedule());
    line(text, "regularizer", model.regularizer());
    line(text, "normalization", model.normalization());
    line(text, "batch-size", model.batchSize());
    return line(text, "clip", model.clipping());
  }

  /** Appends a line; the length before a value makes its line breaks unambiguous. */
  private static StringBuilder line(StringBuilder text, String name, @Nullable Object value) {
    String shown = String.valueOf(value);
    text.append(name).append(' ').append(shown.length()).append(' ').append(shown).append('\n');
    return text;
  }
}
