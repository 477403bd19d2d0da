package dev.millrace.config;

import dev.millrace.config.input.InputOptions;
import dev.millrace.config.option.DefaultTopic;
import dev.millrace.config.option.Option;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;

/** Completes the input of a pipeline whose fields a program sets instead of a record. */
final class MappedInput {
  private MappedInput() {}

  /**
   * Returns the pipeline with the format JSON, whose fields may have any names, and with labels on
   * the topic of the examples, each where the input names none.
   */
  static Mapping complete(Mapping pipeline) {
    if (!(pipeline.at(InputOptions.INPUT.name()) instanceof Mapping input)) {
      return pipeline;
    }
    boolean hasFormat =
        has(input, InputOptions.FORMAT)
            || has(input, InputOptions.SCHEMA)
            || has(input, InputOptions.COLUMNS);
    Mapping complete =
        hasFormat
            ? input
            : input.withDefault(InputOptions.FORMAT.name(), new Scalar("json", input.line()));
    if (input.at(InputOptions.LABELS.name()) instanceof Mapping labels) {
      Scalar topic = new Scalar(examplesTopic(pipeline, input), labels.line());
      Mapping withTopic = labels.withDefault(InputOptions.LABELS_TOPIC.name(), topic);
      complete = replace(complete, InputOptions.LABELS, withTopic);
    }
    return replace(pipeline, InputOptions.INPUT, complete);
  }

  private static String examplesTopic(Mapping pipeline, Mapping input) {
    String given = input.at(InputOptions.INPUT_TOPIC.name()).word();
    return given.isEmpty()
        ? DefaultTopic.EXAMPLES.of(pipeline.at(PipelineOptions.PIPELINE.name()).word())
        : given;
  }

  private static boolean has(Mapping map, Option<?> option) {
    return map.has(option.name());
  }

  private static Mapping replace(Mapping map, Option<?> option, Mapping value) {
    return map.with(option.name(), new Entry(value.line(), value));
  }
}
