package dev.millrace.config.option;

import org.jspecify.annotations.Nullable;

/**
 * The default topics of a pipeline. Their names start with the name of the pipeline, so that two
 * pipelines on one cluster do not share a topic.
 */
public enum DefaultTopic {
  EXAMPLES("examples"),
  METRICS("metrics"),
  PREDICTIONS("predictions"),
  EVENTS("events"),
  DEAD_LETTERS("dlq"),
  MODELS("models"),
  SUMMARY("summary"),
  COMMANDS("commands");

  /** Placeholder for the name of the pipeline in default topics. */
  private static final String PIPELINE_NAME = "<pipeline>";

  private final String ending;

  DefaultTopic(String name) {
    this.ending = "." + name;
  }

  /** Returns the topic's name. */
  public String of(String pipeline) {
    return pipeline + ending;
  }

  /** Returns the topic of the pipeline in a default of {@link #option}. */
  public static String named(String shownDefault, String pipeline) {
    return shownDefault.replace(PIPELINE_NAME, pipeline);
  }

  /**
   * Returns an option for the name of this topic, whose default starts with the pipeline's name.
   */
  public Option<String> option(String name, String documentation) {
    return Option.optional(name, OptionTypes.topic(), of(PIPELINE_NAME), documentation);
  }

  /** Returns the name of the pipeline that has this topic by default, null for other topics. */
  public @Nullable String pipelineOf(String topic) {
    return topic.endsWith(ending) && topic.length() > ending.length()
        ? topic.substring(0, topic.length() - ending.length())
        : null;
  }
}
