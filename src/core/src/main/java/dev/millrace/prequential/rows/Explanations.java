package dev.millrace.prequential.rows;

import dev.millrace.explain.ColumnImportance;
import dev.millrace.explain.Explainer;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.Reasons;
import org.jspecify.annotations.Nullable;

/**
 * Explains the predictions of single rows, if the pipeline wants that, and updates the importance
 * of the columns of their model. Not thread-safe.
 */
public final class Explanations {
  private final TrainSpec spec;
  private final Workspace workspace;

  public Explanations(TrainSpec spec, Workspace workspace) {
    this.spec = spec;
    this.workspace = workspace;
  }

  /** Prepares to explain the prediction of a row, before the model learns it. */
  public void prepare(PrequentialModel model, float[] features) {
    if (spec.publish().reasons() > 0) {
      OnlineModel learner = model.learner;
      learner.use(workspace);
      explainer(learner).predict(learner, features, 0);
    }
  }

  /**
   * Explains the prediction of the row that was prepared.
   *
   * @param scores that were predicted
   * @param classes number of those, 0 for a value
   * @param predicted index of the predicted class, -1 if there is none
   * @return null if nothing is to be explained, or there is no prediction
   */
  public @Nullable Reasons explain(
      PrequentialModel model, float[] scores, int classes, int predicted) {
    ColumnImportance importance = model.part(ColumnImportance.class);
    if (importance == null) {
      return null;
    }
    Explainer explainer = explainer(model.learner);
    int top = spec.publish().reasons();
    Reasons reasons =
        model.task.isClassification()
            ? explainer.explainClass(
                model.classes.list(), scores, classes, predicted, model.probabilities, top)
            : explainer.explainValue(PredictedValue.read(scores, 0), top);
    if (reasons != null) {
      importance.add(explainer);
    }
    return reasons;
  }

  private Explainer explainer(OnlineModel model) {
    return Explainer.of(spec.input(), model.inputs(), workspace);
  }
}
