package dev.millrace.config;

/**
 * The topics of a pipeline whose file names no others: each carries the pipeline's name, so that
 * two pipelines on one cluster never share one.
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

  /** Returns the name of the pipeline that has this topic by default, or null for other topics. */
  public String pipelineOf(String topic) {
    return topic.endsWith(ending) && topic.length() > ending.length()
        ? topic.substring(0, topic.length() - ending.length())
        : null;
  }
}
