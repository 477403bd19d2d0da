package dev.millrace.serving;

import dev.millrace.codec.RejectedException;
import dev.millrace.config.Settings;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.ModelAnswer;
import dev.millrace.data.Prediction;
import dev.millrace.data.PredictionRegion;
import dev.millrace.data.Reasons;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.explain.Explainer;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.prequential.ModelSnapshot;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A published model that predicts. Thread-safe. */
public final class LoadedModel {
  // Of a decoded model: objects, and the headers of their arrays.
  private static final int OBJECT_BYTES = 2_048;

  private final ModelSnapshot summary;
  private final OnlineModel model;
  // Null if no features are derived.
  private final @Nullable DerivedState derived;
  private final boolean probabilities;

  private final InputSpec input;
  // Max number of columns that explain a prediction; 0 for no reasons.
  private final int topReasons;

  // Null if the pipeline has neither intervals nor sets of classes.
  private final @Nullable ConformalBounds bounds;

  /**
   * @param settings that it was trained with
   * @param workspace of the calling thread
   * @throws IOException if it was trained with others, naming both, or makes forecasts
   */
  public LoadedModel(ModelSnapshot snapshot, Settings settings, Workspace workspace)
      throws IOException {
    summary = snapshot.summary();
    if (settings.input().spec().forecast() != null) {
      throw new IOException(
          "a forecast needs the values of its series: read forecasts from the predictions topic");
    }
    ModelSnapshot.Predictor read =
        snapshot.predictor(settings.model(), settings.input().spec(), workspace);
    model = read.model();
    derived = read.derived();
    bounds = read.bounds();
    input = settings.input().spec();
    topReasons = settings.output().reasons();
    probabilities = Models.givesProbabilities(settings.model(), snapshot.task());
  }

  /** Returns true if the model predicts classes, false if it predicts values. */
  public boolean isOfClasses() {
    return summary.task().isClassification();
  }

  /** Returns the estimated number of bytes in memory. */
  long memoryBytes() {
    return OBJECT_BYTES
        + model.memoryBytes()
        + (derived == null ? 0 : derived.memoryBytes())
        + (bounds == null ? 0 : bounds.memoryBytes());
  }

  /**
   * Returns the prediction for an example's features, as the job would make it next. Derived
   * features that the example does not have are computed.
   *
   * @param workspace of the calling thread
   * @throws RejectedException if there are not as many features as the model has inputs
   */
  public ModelAnswer predict(Example example, Workspace workspace) throws RejectedException {
    if (example.width != model.inputs()) {
      throw new RejectedException(
          DeadLetterReason.WRONG_FEATURE_COUNT,
          "there are %d features; the model of this key has %d inputs"
              .formatted(example.width, model.inputs()));
    }
    float[] scores = new float[model.outputs()];
    Reasons reasons = null;
    synchronized (model) {
      if (derived != null) {
        fillSlots(derived, example);
      }
      model.use(workspace);
      model.predictNext(example.features, 0, scores);
      if (topReasons > 0) {
        reasons = reasons(example.features, scores, workspace);
      }
    }
    return new ModelAnswer(
        summary.key(),
        summary.task(),
        summary.classes(),
        scores,
        probabilities,
        model instanceof ChampionChallenger selection ? selection.champion() : null,
        model.steps(),
        model.examples(),
        summary.config(),
        derived == null ? null : derived.time(),
        region(scores),
        reasons);
  }

  private @Nullable Reasons reasons(float[] features, float[] scores, Workspace workspace) {
    Explainer own = Explainer.of(input, model.inputs(), workspace);
    own.predict(model, features, 0);
    return isOfClasses()
        ? own.explainClass(
            summary.classes(),
            scores,
            scores.length,
            Prediction.best(scores),
            probabilities,
            topReasons)
        : own.explainValue(PredictedValue.read(scores, 0), topReasons);
  }

  private static void fillSlots(DerivedState state, Example example) {
    float[] computed = state.compute(example.carried, example.eventTime);
    int at = example.width - computed.length;
    for (int i = 0; i < computed.length; i++) {
      if (Float.isNaN(example.features[at + i])) {
        example.features[at + i] = computed[i];
      }
    }
  }

  private @Nullable PredictionRegion region(float[] scores) {
    if (bounds == null) {
      return null;
    }
    if (!summary.task().isClassification()) {
      double value = PredictedValue.read(scores, 0);
      return bounds.interval(value, bounds.halfWidth(value));
    }
    int predicted = Prediction.best(scores);
    return bounds.set(summary.classes(), scores, scores.length, predicted, bounds.threshold());
  }
}
