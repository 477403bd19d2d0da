package dev.millrace.config;

import dev.millrace.config.input.InputOptions;
import dev.millrace.config.model.ModelFile;
import dev.millrace.config.model.WarmStartOptions;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.util.function.BiConsumer;

/**
 * Checks the files that a pipeline in the text of a SQL statement names. The author of a statement
 * may not be allowed to read them, so errors must not tell what they are.
 */
final class StatementFiles {
  private static final String SCHEMA = InputOptions.INPUT.name() + "." + InputOptions.SCHEMA.name();
  private static final String MODEL =
      "." + WarmStartOptions.WARM_START.name() + "." + WarmStartOptions.FILE.name();

  private StatementFiles() {}

  /** Adds an error for each file. */
  static void requireNone(Mapping document, ConfigErrors errors) {
    each(
        document,
        "",
        (option, entry) ->
            errors.add(
                entry.line(),
                option
                    + " is not allowed in a statement. Set it in the file that 'pipeline.file'"
                    + " names"));
  }

  /** Adds an error, the same for any other file and for none, for each that is not a model. */
  static void requireModels(Mapping document, ConfigErrors errors) {
    each(
        document,
        "",
        (option, entry) -> {
          if (option.equals(SCHEMA)) {
            errors.add(
                entry.line(), SCHEMA + " is not supported in SQL: rows have columns. Remove it");
          } else if (entry.value() instanceof Scalar file
              && file.text() != null
              && !ModelFile.isModel(file.text())) {
            errors.add(
                entry.line(),
                option
                    + " must name a model file that can be read where the statement is planned, but"
                    + " was "
                    + file.describe());
          }
        });
  }

  private static void each(YamlNode node, String path, BiConsumer<String, Entry> file) {
    if (node instanceof Mapping mapping) {
      mapping
          .entries()
          .forEach(
              (name, entry) -> {
                String option = path.isEmpty() ? name : path + "." + name;
                if (option.equals(SCHEMA) || option.endsWith(MODEL)) {
                  file.accept(option, entry);
                }
                each(entry.value(), option, file);
              });
    } else if (node instanceof Sequence list) {
      list.items().forEach(item -> each(item, path, file));
    }
  }
}
