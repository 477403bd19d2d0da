package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.prequential.OutputsState.Output;
import dev.millrace.prequential.labels.PendingSet;
import dev.millrace.prequential.rows.Predictions;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.ModelVersion;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Creates the predictions of several outputs that are published, one per record. */
final class OutputPredictions {
  private final Predictions predictions;

  OutputPredictions(TrainSpec spec) {
    predictions = new Predictions(spec);
  }

  /** Returns the version of the models, as it is now. */
  ModelVersion version(OutputsState outputs) {
    return predictions.version(outputs.steps(), outputs.counters.examples);
  }

  /**
   * Returns the prediction of a record.
   *
   * @param labels of the record; null if it has none
   * @param outcomes of the outputs
   * @param version of the models when they predicted
   * @param set that was predicted from them; null if each output decides alone
   */
  Prediction of(
      OutputsState outputs,
      Chunk chunk,
      int row,
      @Nullable String labels,
      List<NamedOutcome> outcomes,
      @Nullable PendingSet set,
      ModelVersion version) {
    boolean isSet = outputs.task == Task.MULTILABEL;
    OfOutputs outcome =
        new OfOutputs(
            isSet && set != null ? names(outputs, set) : null,
            isSet && labels != null ? OutputLabels.set(labels) : null,
            isSet || set == null ? outcomes : decided(outputs, outcomes, set));
    long seq = labels == null ? 0 : outputs.counters.seq();
    return predictions.prediction(chunk, row, seq, outcome, null, false, version, null);
  }

  /**
   * Returns the predictions of targets, with those of two classes as they were decided together.
   */
  private static List<NamedOutcome> decided(
      OutputsState outputs, List<NamedOutcome> predictions, PendingSet set) {
    List<NamedOutcome> decided = new ArrayList<>(predictions);
    for (int p = 0; p < decided.size(); p++) {
      NamedOutcome one = decided.get(p);
      Output output = Objects.requireNonNull(outputs.find(one.name()));
      int positive = output.positive();
      if (positive >= 0 && one.outcome() instanceof OfClass alone && alone.scores().length == 2) {
        boolean isPositive = set.predicted().get(outputs.number(one.name()));
        int predicted = isPositive ? positive : 1 - positive;
        decided.set(p, new NamedOutcome(one.name(), alone.withPredicted(predicted), one.region()));
      }
    }
    return decided;
  }

  private static List<String> names(OutputsState outputs, PendingSet set) {
    return set.predicted().stream().mapToObj(number -> outputs.all.get(number).name).toList();
  }
}
