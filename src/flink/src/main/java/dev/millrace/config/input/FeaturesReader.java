package dev.millrace.config.input;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code input.features}: the fields of a record that are features of the model. */
final class FeaturesReader {
  private final OptionReader in;
  private final ConfigErrors errors;

  /**
   * @param in the input part
   */
  FeaturesReader(OptionReader in, ConfigErrors errors) {
    this.in = in;
    this.errors = errors;
  }

  /** Returns the declared features with their lines, in the order of the file. */
  Map<FeatureSpec, Integer> read(InputSpec.Limits limit) {
    int before = errors.count();
    Map<FeatureSpec, Integer> features = declared();
    if (errors.noneSince(before)) {
      check(features, limit);
    }
    return features;
  }

  private Map<FeatureSpec, Integer> declared() {
    Map<FeatureSpec, Integer> features = new LinkedHashMap<>();
    if (!(in.given(InputOptions.FEATURES) instanceof Sequence list)) {
      return features;
    }
    Map<String, Integer> firstLines = new HashMap<>();
    for (int i = 0; i < list.items().size(); i++) {
      YamlNode item = list.items().get(i);
      FeatureSpec feature = feature(in.name(InputOptions.FEATURES) + "[" + i + "]", item);
      if (feature == null) {
        continue;
      }
      Integer first = firstLines.putIfAbsent(feature.name(), item.line());
      if (first != null) {
        errors.add(
            item.line(),
            String.format(
                "input.features[%d] is %s again, first in line %d. Remove one of them",
                i, Scalar.quote(feature.name()), first));
      }
      features.put(feature, item.line());
    }
    return features;
  }

  /** Returns one feature, null if it is invalid. */
  private @Nullable FeatureSpec feature(String path, YamlNode item) {
    if (item instanceof Scalar scalar && scalar.text() != null && !scalar.text().isBlank()) {
      return new FeatureSpec(
          scalar.text(),
          InputOptions.FEATURE_TYPE.requireDefault(),
          InputOptions.NULLABLE.requireDefault(),
          List.of(),
          0);
    }
    if (!(item instanceof Mapping mapping)) {
      errors.add(
          item.line(),
          path + " must be the name of a field or a map of options, but was " + item.describe());
      return null;
    }
    OptionReader options = new OptionReader(path, mapping, InputOptions.FEATURE_GROUP, errors);
    String name = options.given(InputOptions.FEATURE_NAME);
    FeatureSpec.Type type = options.get(InputOptions.FEATURE_TYPE);
    check(options, type);
    return name == null
        ? null
        : new FeatureSpec(
            name,
            type,
            options.get(InputOptions.NULLABLE),
            type == FeatureSpec.Type.ONE_HOT ? options.get(InputOptions.VALUES) : List.of(),
            type == FeatureSpec.Type.HASH ? options.get(InputOptions.BUCKETS) : 0,
            IdOptionsReader.read(options, type),
            IdOptionsReader.separator(options, type));
  }

  private static void check(OptionReader options, FeatureSpec.Type type) {
    if (options.has(InputOptions.FEATURE_TYPE) || !options.mentions(InputOptions.FEATURE_TYPE)) {
      IdOptionsReader.onlyWith(InputOptions.VALUES, type, options, FeatureSpec.Type.ONE_HOT);
      IdOptionsReader.onlyWith(InputOptions.BUCKETS, type, options, FeatureSpec.Type.HASH);
      IdOptionsReader.requireOfIds(options, type);
    }
    if (type == FeatureSpec.Type.ONE_HOT && !options.mentions(InputOptions.VALUES)) {
      options.reject(
          InputOptions.FEATURE_TYPE,
          "one-hot needs the values. Add them, for example: values: [red, green], or use hash");
    }
  }

  private void check(Map<FeatureSpec, Integer> features, InputSpec.Limits limit) {
    List<String> labels = TargetsReader.labelFields(in);
    long width = 0;
    for (Map.Entry<FeatureSpec, Integer> feature : features.entrySet()) {
      width += feature.getKey().width();
      if (labels.contains(feature.getKey().name())) {
        errors.add(
            feature.getValue(),
            (in.mentions(InputOptions.TARGETS)
                    ? "input.features has the target "
                    : "input.features has the label ")
                + Scalar.quote(feature.getKey().name())
                + ". A model that sees the label learns nothing else. Remove it");
      }
    }
    if (width > limit.features()) {
      in.reject(
          InputOptions.FEATURES,
          "have " + width + " inputs, but limits.features is " + limit.features());
    }
  }
}
