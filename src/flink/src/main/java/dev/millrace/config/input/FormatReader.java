package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.input.RegistrySpec;
import dev.millrace.input.TargetSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the options that apply to one input format: the columns of CSV, the registry of Avro. */
public final class FormatReader {
  private FormatReader() {}

  /**
   * Returns the columns of CSV lines, which include every field of the pipeline; empty for other
   * formats.
   *
   * @param fields options that name a field
   * @param features with their lines
   * @param targets with their lines
   * @param labels delayed labels, null if there are none
   */
  static List<String> columns(
      OptionReader in,
      List<Option<String>> fields,
      Map<FeatureSpec, Integer> features,
      Map<TargetSpec, Integer> targets,
      @Nullable LateLabels labels,
      ConfigErrors errors) {
    boolean isCsv = in.get(InputOptions.FORMAT) == InputSpec.Format.CSV;
    if (!isCsv && in.mentions(InputOptions.COLUMNS)) {
      in.reject(InputOptions.COLUMNS, "apply only to input.format: csv. Remove them");
    }
    if (isCsv && !in.mentions(InputOptions.COLUMNS)) {
      in.reject(
          InputOptions.FORMAT, "csv needs input.columns, for example: columns: [label, amount]");
    }
    List<String> columns = in.get(InputOptions.COLUMNS);
    if (!isCsv || columns.isEmpty()) {
      return List.of();
    }
    if (labels != null && labels.topic() != null) {
      in.reject(
          InputOptions.LABELS,
          "must be on the topic of the features with csv, because all lines have the same columns."
              + " Set that topic");
    }
    for (Option<String> option : fields) {
      String name = in.given(option);
      if (name != null && !columns.contains(name)) {
        in.reject(option, notAColumn(name, columns));
      }
    }
    features.forEach(
        (feature, line) -> require(feature.name(), columns, "input.features", line, errors));
    targets.forEach(
        (target, line) -> require(target.name(), columns, "input.targets", line, errors));
    return columns;
  }

  private static void require(
      String name, List<String> columns, String option, int line, ConfigErrors errors) {
    if (!columns.contains(name)) {
      errors.add(line, option + " " + notAColumn(name, columns));
    }
  }

  public static String notAColumn(String name, List<String> columns) {
    return Scalar.quote(name)
        + " is not one of input.columns. "
        + Suggestions.hint(name, columns, "They are: " + String.join(", ", columns));
  }

  /** Returns the registry, null if there is none. */
  static @Nullable RegistrySpec registry(OptionReader in) {
    if (!(in.given(InputOptions.REGISTRY) instanceof Mapping)) {
      return null;
    }
    InputSpec.Format format = in.get(InputOptions.FORMAT);
    if (format != InputSpec.Format.AVRO) {
      in.reject(
          InputOptions.REGISTRY,
          "applies only to input.format: avro, but it is " + format.id() + ". Remove it");
    }
    return RegistryOptions.read(in.below(InputOptions.REGISTRY, RegistryOptions.GROUP));
  }
}
