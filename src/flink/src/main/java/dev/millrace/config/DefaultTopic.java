package dev.millrace.config;

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

  private final String ending;

  DefaultTopic(String name) {
    this.ending = "." + name;
  }

  /** Returns the topic's name. */
  public String of(String pipeline) {
    return pipeline + ending;
  }

  /** Returns the name of the pipeline that has this topic by default, null for other topics. */
  public @Nullable String pipelineOf(String topic) {
    return topic.endsWith(ending) && topic.length() > ending.length()
        ? topic.substring(0, topic.length() - ending.length())
        : null;
  }
}
