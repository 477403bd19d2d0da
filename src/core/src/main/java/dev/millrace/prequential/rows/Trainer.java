package dev.millrace.prequential.rows;

import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.nn.OnlineModel;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;
import dev.millrace.prequential.spec.TrainSpec;

/**
 * Lets the model of a key predict and then learn each row of a batch, in order; rows held out are
 * only predicted. Not thread-safe.
 */
public final class Trainer {
  private final TrainSpec spec;
  private final boolean isBalanced;
  private final ClassBalance balance = new ClassBalance();

  public Trainer(TrainSpec spec) {
    this.spec = spec;
    isBalanced = spec.model().classWeights().balanced();
  }

  public void learn(PrequentialModel model, RowBatch batch) {
    OnlineModel learner = model.learner;
    learner.use(batch.workspace);
    switch (batch.use) {
      case HOLD_OUT -> {
        learner.predict(batch.features, 0, batch.scores);
        return;
      }
      case LEARN_NEW_CLASS -> learnNewClass(model, batch);
      case LEARN -> {
        if (batch.earlier != null) {
          PendingMemory.recall(model, batch.earlier.memory());
        }
        learnKnown(model, batch);
      }
    }
    model.drift.learn(batch);
  }

  /** Learns rows whose classes, if they have some, are known. */
  private void learnKnown(PrequentialModel model, RowBatch batch) {
    OnlineModel learner = model.learner;
    if (model.task.isClassification()) {
      balance(model, batch);
      learner.learnClasses(
          batch.features, 0, batch.rows, batch.classes, batch.weights, batch.scores, batch.losses);
    } else {
      limitTargets(model, batch);
      learner.learnValues(
          batch.features,
          0,
          batch.rows,
          batch.learnedTargets,
          batch.weights,
          batch.scores,
          batch.losses);
    }
  }

  /** Learns the first example of a class, for which the output layer grows. */
  private void learnNewClass(PrequentialModel model, RowBatch batch) {
    OnlineModel learner = model.learner;
    if (batch.known > 0) {
      learner.predict(batch.features, 0, batch.scores);
    }
    model.addClass(spec, batch.chunk.label(batch.chunk.labelOf(batch.from)));
    balance(model, batch);
    float[] scores = batch.unpublished(batch.known + 1);
    learner.learnClass(batch.features, 0, batch.known, batch.weights[0], scores);
  }

  private static void limitTargets(PrequentialModel model, RowBatch batch) {
    for (int r = 0; r < batch.rows; r++) {
      double target = batch.targets[r];
      // An example without weight moves nothing.
      batch.learnedTargets[r] =
          batch.weights[r] > 0 ? model.targetLimit.updateAndLimit(target) : target;
    }
  }

  /** Weighs the rows so that all classes have the same weight, if that is configured. */
  private void balance(PrequentialModel model, RowBatch batch) {
    if (!isBalanced) {
      return;
    }
    balance.begin((ClassificationMetrics) model.metrics, model.classes.size());
    for (int r = 0; r < batch.rows; r++) {
      int label = batch.classes[r];
      balance.add(label, batch.chunk.weight(batch.from + r));
      batch.weights[r] *= balance.factor(label);
    }
  }
}
