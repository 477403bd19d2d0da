package dev.millrace.prequential.spec;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.explain.RowColumns;
import java.io.Serializable;

/**
 * Specifies what a job publishes besides metrics and events.
 *
 * @param snapshots when models are published
 */
@PublicApi
public record PublishSpec(
    @Setting(
            value = "false",
            doc = "publish the prediction for each example, made before the model learned from it")
        boolean predictions,
    @Setting(
            value = "0",
            in = "[0, 1)",
            doc =
                "level of intervals, such as 0.9: that share of the labels is to be between low"
                    + " and high around a predicted value, or in the set of predicted classes; 0"
                    + " is off; see docs/intervals.md")
        double interval,
    @Setting(
            value = "0",
            in = "[0, " + RowColumns.MAX + "]",
            doc =
                "max number of columns that a prediction names as its reasons, those that moved"
                    + " it most; 0 is off; see docs/reasons.md")
        int reasons,
    SnapshotSpec snapshots,
    @Setting(
            value = "false",
            doc = "publish a summary of all models every few seconds, by the clock")
        boolean summary)
    implements Serializable {

  /** Models at the end of the input alone. */
  public static final PublishSpec MODELS_AT_THE_END =
      Declaration.defaults(PublishSpec.class).with(SnapshotSpec.AT_THE_END);

  /** Returns the same with or without predictions. */
  public PublishSpec withPredictions(boolean published) {
    return new PublishSpec(published, interval, reasons, snapshots, summary);
  }

  /** Returns the same with intervals of another level, 0 for none. */
  public PublishSpec withInterval(double level) {
    return new PublishSpec(predictions, level, reasons, snapshots, summary);
  }

  /** Returns the same with another max number of columns that explain a prediction. */
  public PublishSpec withReasons(int max) {
    return new PublishSpec(predictions, interval, max, snapshots, summary);
  }

  /** Returns the same with models that are published at other times. */
  public PublishSpec with(SnapshotSpec other) {
    return new PublishSpec(predictions, interval, reasons, other, summary);
  }

  /** Returns the same with a summary of all models. */
  public PublishSpec withSummary() {
    return new PublishSpec(predictions, interval, reasons, snapshots, true);
  }
}
