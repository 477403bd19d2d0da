package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.InputSpec.LateLabels;
import dev.millrace.data.RegistrySpec;
import java.util.List;
import java.util.Map;

/** Reads what goes with one input format alone: the columns of CSV, the registry of Avro. */
final class FormatReader {
  private FormatReader() {}

  /**
   * The columns of CSV lines; empty for other formats. Every field of the pipeline has to be one.
   *
   * @param fields options that name a field
   * @param features with their lines
   * @param labels that come later, or null
   */
  static List<String> columns(
      OptionReader in,
      List<Option<String>> fields,
      Map<FeatureSpec, Integer> features,
      LateLabels labels,
      ConfigErrors problems) {
    boolean isCsv = in.get(InputOptions.FORMAT) == InputSpec.Format.CSV;
    if (!isCsv && in.mentions(InputOptions.COLUMNS)) {
      in.refuse(InputOptions.COLUMNS, "go only with input.format: csv. Remove them");
    }
    if (isCsv && !in.mentions(InputOptions.COLUMNS)) {
      in.refuse(
          InputOptions.FORMAT, "csv needs input.columns, for example: columns: [label, amount]");
    }
    List<String> columns = in.get(InputOptions.COLUMNS);
    if (!isCsv || columns == null) {
      return List.of();
    }
    if (labels != null && labels.topic() != null) {
      in.refuse(
          InputOptions.LABELS,
          "must come on the topic of the features with csv, where all lines have the same columns."
              + " Name that topic");
    }
    for (Option<String> option : fields) {
      String name = in.get(option);
      if (name != null && !columns.contains(name)) {
        in.refuse(option, notAColumn(name, columns));
      }
    }
    features.forEach(
        (feature, line) -> {
          if (!columns.contains(feature.name())) {
            problems.add(line, "input.features " + notAColumn(feature.name(), columns));
          }
        });
    return columns;
  }

  private static String notAColumn(String name, List<String> columns) {
    String nearest = Suggestions.nearest(name, columns);
    return Scalar.quote(name)
        + " is not one of input.columns. "
        + (nearest != null
            ? "Did you mean \"" + nearest + "\"?"
            : "They are: " + String.join(", ", columns));
  }

  /** The registry, or null where there is none. */
  static RegistrySpec registry(OptionReader in) {
    if (!(in.given(InputOptions.REGISTRY) instanceof Mapping)) {
      return null;
    }
    InputSpec.Format format = in.get(InputOptions.FORMAT);
    if (format != InputSpec.Format.AVRO) {
      in.refuse(
          InputOptions.REGISTRY,
          "goes only with input.format: avro, but it is " + format.id() + ". Remove it");
    }
    return RegistryOptions.read(in.below(InputOptions.REGISTRY, RegistryOptions.GROUP));
  }
}
