package dev.millrace.report;

import dev.millrace.data.PublicApi;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to the model of a key.
 *
 * @param seq examples of the key so far
 * @param eventTime of the last of them, milliseconds since the epoch
 * @param modelVersion steps that the model's weights had taken
 * @param config hash of the pipeline's configuration
 */
@PublicApi
public record ModelEvent(
    String pipeline,
    String key,
    long seq,
    long eventTime,
    What what,
    long modelVersion,
    String config) {

  /** Kind of the event. */
  public sealed interface What
      permits Warning,
          Drift,
          InputDrift,
          SkippedSteps,
          RolledBack,
          Expired,
          Reset,
          ChampionChanged,
          Erased,
          Erasure {}

  /**
   * The detector warns of a drift.
   *
   * @param detector as pipeline files name it
   */
  public record Warning(String detector) implements What {}

  /**
   * The detector found a drift.
   *
   * @param detector as pipeline files name it
   * @param action that was taken, as pipeline files name it
   * @param count of the key's drifts, this one included
   */
  public record Drift(String detector, String action, long count) implements What {}

  /**
   * The recent values of a column of the input differ from those before.
   *
   * @param column name of the feature
   * @param score population stability index of the recent values
   * @param measure what differs the most
   * @param value whose share is measured; null for other measures, and for all values that a
   *     one-hot column does not list
   * @param reference the measure before
   * @param recent the measure now
   * @param records number of recent records
   */
  public record InputDrift(
      String column,
      double score,
      Measure measure,
      @Nullable String value,
      double reference,
      double recent,
      int records)
      implements What {
    /** Statistic of a column. */
    public enum Measure {
      /** Mean of the numbers. */
      MEAN,
      /** Standard deviation of the numbers. */
      DEVIATION,
      /** Share of the records with one value. */
      SHARE,
      /** Share of the records without a value. */
      MISSING
    }
  }

  /**
   * Steps were skipped because their gradient was not finite.
   *
   * @param count of the key's model so far
   */
  public record SkippedSteps(long count) implements What {}

  /**
   * The model diverged and was rolled back to its last good weights, or its initial ones.
   *
   * @param count of the key's model so far
   * @param learningRate from now on
   */
  public record RolledBack(long count, double learningRate) implements What {}

  /** The key had no example within state.ttl, and its model was dropped. */
  public record Expired() implements What {}

  /**
   * The stored model did not fit the pipeline file, and the key restarted with a new one.
   *
   * @param reason kinds of the stored and of the new model
   */
  public record Reset(String reason) implements What {}

  /** Reasons why another model became the champion. */
  public enum Reason {
    /** Its loss was lower for so long that chance is unlikely. */
    BETTER,
    /** A command promoted it. */
    COMMAND,
    /** A drift was detected. */
    DRIFT,
    /** The pipeline no longer has the champion before. */
    REMOVED
  }

  /**
   * Another one of the key's models answers from the next example on.
   *
   * @param fromLoss decayed mean loss of the old champion, NaN if not known
   * @param toLoss decayed mean loss of the new one
   * @param pValue bound on the probability that a model that is no better ever leads so far
   */
  public record ChampionChanged(
      String from, String to, Reason reason, double fromLoss, double toLoss, double pValue)
      implements What {}

  /**
   * A command erased an id from all keys of a subtask of the job.
   *
   * @param id its hash, in 16 hexadecimal digits
   * @param keys number of keys that had it
   * @param ids number of ids that their models knew of it, with crosses
   * @param pending number of features and labels dropped that waited for each other
   * @param until timestamp up to which records are erased, milliseconds since the epoch; those that
   *     arrive later are not learned
   * @param subtask number of the subtask, from 0
   * @param subtasks their number
   */
  public record Erasure(
      String column,
      String id,
      long keys,
      long ids,
      long pending,
      long until,
      int subtask,
      int subtasks)
      implements What {}

  /**
   * A command erased the key, or an id from its models and pending features.
   *
   * @param column of the id; null if the key was erased
   * @param id its hash, in 16 hexadecimal digits; null if the key was erased
   * @param ids number of ids that the models knew of what was erased, with crosses
   * @param pending number of features and labels dropped that waited for each other
   * @param until timestamp up to which records are erased, milliseconds since the epoch; those that
   *     arrive later are not learned
   */
  public record Erased(
      @Nullable String column, @Nullable String id, long ids, long pending, long until)
      implements What {}
}
