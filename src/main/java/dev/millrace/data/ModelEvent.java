package dev.millrace.data;

/**
 * Something that happened to the model of a key.
 *
 * @param seq examples of the key so far
 * @param eventTime of the last of them, milliseconds since the epoch
 * @param modelVersion steps that the model's weights had taken
 * @param config fingerprint of the pipeline's configuration
 */
public record ModelEvent(
    String pipeline,
    String key,
    long seq,
    long eventTime,
    What what,
    long modelVersion,
    String config) {

  /** What happened. */
  public sealed interface What permits Warning, Drift, SkippedSteps, Forgotten, StartedAfresh {}

  /**
   * The detector began to doubt.
   *
   * @param detector as pipeline files name it
   */
  public record Warning(String detector) implements What {}

  /**
   * The detector is sure.
   *
   * @param detector as pipeline files name it
   * @param action that was taken, as pipeline files name it
   * @param count of the key's drifts, this one included
   */
  public record Drift(String detector, String action, long count) implements What {}

  /**
   * Steps were left out because their gradient was not finite.
   *
   * @param count of the key's model so far
   */
  public record SkippedSteps(long count) implements What {}

  /** The key had no example for so long that its model was dropped. */
  public record Forgotten() implements What {}

  /**
   * The stored model did not fit the pipeline file, and the key began with a new one.
   *
   * @param reason both kinds
   */
  public record StartedAfresh(String reason) implements What {}
}
