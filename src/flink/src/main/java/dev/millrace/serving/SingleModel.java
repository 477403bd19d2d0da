package dev.millrace.serving;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.explain.Explainer;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.selection.ChampionChallenger;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import dev.millrace.report.PredictionRegion;
import dev.millrace.report.Reasons;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The model of one output. Thread-safe. */
final class SingleModel implements PredictingModel {
  // Overhead of a decoded model: objects, and the headers of their arrays.
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
   * @param model settings that it was trained with
   * @param reasons max number of columns that explain a prediction; 0 for no reasons
   * @param workspace of the calling thread
   * @throws IOException if it was trained with others, naming both
   */
  SingleModel(
      ModelSnapshot snapshot, ModelSpec model, InputSpec input, int reasons, Workspace workspace)
      throws IOException {
    summary = snapshot.summary();
    ModelSnapshot.Predictor read = snapshot.predictor(model, input, workspace);
    this.model = read.model();
    derived = read.derived();
    bounds = read.bounds();
    this.input = input;
    topReasons = reasons;
    probabilities = Models.givesProbabilities(model, snapshot.task());
  }

  @Override
  public boolean isOfClasses() {
    return summary.task().isClassification();
  }

  @Override
  public long memoryBytes() {
    return OBJECT_BYTES
        + model.memoryBytes()
        + (derived == null ? 0 : derived.memoryBytes())
        + (bounds == null ? 0 : bounds.memoryBytes());
  }

  @Override
  public ModelAnswer predict(Example example, Workspace workspace) throws RejectedException {
    PredictingModel.requireWidth(example, model.inputs());
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
    Explainer explainer = Explainer.of(input, model.inputs(), workspace);
    explainer.predict(model, features, 0);
    return isOfClasses()
        ? explainer.explainClass(
            summary.classes(),
            scores,
            scores.length,
            Prediction.best(scores),
            probabilities,
            topReasons)
        : explainer.explainValue(PredictedValue.read(scores, 0), topReasons);
  }

  /** Computes the derived features that an example does not have. */
  static void fillSlots(DerivedState state, Example example) {
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
