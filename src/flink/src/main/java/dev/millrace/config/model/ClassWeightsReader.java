package dev.millrace.config.model;

import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.ClassWeights;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads {@code class-weights} of a network or of {@code auto}. */
final class ClassWeightsReader {
  private ClassWeightsReader() {}

  /**
   * Returns the class weights of a model.
   *
   * @param tasks of the model, null where they will be guessed
   */
  static ClassWeights read(
      OptionReader model, InputSpec input, List<@Nullable Task> tasks, ConfigErrors errors) {
    List<String> classes = input.classes();
    YamlNode given = model.given(ModelOptions.CLASS_WEIGHTS);
    if (given == null) {
      return ClassWeights.NONE;
    }
    if (tasks.stream().allMatch(task -> task == Task.REGRESSION)) {
      model.reject(
          ModelOptions.CLASS_WEIGHTS,
          "apply only to classes, but input.task is regression. Remove them");
    }
    if (!(given instanceof Mapping weights)) {
      return ClassWeights.BALANCED;
    }
    if (input.hasOutputs()) {
      model.reject(
          ModelOptions.CLASS_WEIGHTS,
          "must be balanced with sets of labels and several targets, each of which has classes of"
              + " its own");
    }
    Map<String, Float> read = new TreeMap<>();
    weights
        .entries()
        .forEach(
            (name, entry) -> {
              String subject = model.name(ModelOptions.CLASS_WEIGHTS) + "." + name + " ";
              if (!classes.isEmpty() && !classes.contains(name)) {
                errors.add(entry.line(), subject + notDeclared(name, classes));
              }
              try {
                read.put(name, ModelOptions.CLASS_WEIGHT.read(entry.value()));
              } catch (OptionType.InvalidValueException e) {
                errors.add(entry.line(), subject + e.getMessage());
              }
            });
    return ClassWeights.of(read);
  }

  private static String notDeclared(String name, List<String> classes) {
    return "is not one of input.classes ("
        + String.join(", ", classes)
        + "). "
        + Suggestions.hint(name, classes, "Remove it, or declare the class");
  }
}
