package dev.millrace.prequential.rows;

import dev.millrace.nn.FloatCount;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.PendingFeatures;
import org.jspecify.annotations.Nullable;

/**
 * What the models of a key, the one that answers and the one in the background of a drift detector,
 * remember of features until the label comes: of each its start, the number of floats, and these. A
 * model that started later recalls nothing.
 */
public final class PendingMemory {
  public static final float[] NONE = {};

  private static final int HEADER = PendingFeatures.MEMORY_HEADER;

  private PendingMemory() {}

  /**
   * Predicts features as if they were learned next.
   *
   * @param scores receives the prediction of the model that answers
   * @return what the models remember
   */
  public static float[] predict(
      PrequentialModel model, float[] features, float[] scores, Workspace workspace) {
    OnlineModel challenger = model.drift.challenger;
    int first = floats(model.learner);
    int second = floats(challenger);
    float[] memory = first + second == 0 ? NONE : new float[first + second];
    if (challenger != null && second > 0) {
      predict(model, challenger, features, scores, memory, first, workspace);
    }
    predict(model, model.learner, features, scores, memory, 0, workspace);
    return memory;
  }

  private static void predict(
      PrequentialModel model,
      OnlineModel learner,
      float[] features,
      float[] scores,
      float[] memory,
      int place,
      Workspace workspace) {
    learner.use(workspace);
    int remembered = learner.remembered();
    if (remembered > 0) {
      memory[place] = start(model, learner);
      memory[place + 1] = remembered;
    }
    learner.predictPending(features, 0, scores, memory, place + HEADER);
  }

  private static int floats(@Nullable OnlineModel learner) {
    int remembered = learner == null ? 0 : learner.remembered();
    return remembered == 0 ? 0 : HEADER + remembered;
  }

  /** Lets the models of a key recall what they said of the example that they learn next. */
  static void recall(PrequentialModel model, float[] memory) {
    for (int place = 0; place < memory.length; place += HEADER + (int) memory[place + 1]) {
      recall(model, model.learner, memory, place);
      recall(model, model.drift.challenger, memory, place);
    }
  }

  private static void recall(
      PrequentialModel model, @Nullable OnlineModel learner, float[] memory, int place) {
    // Classes that have come since change the number of floats.
    if (learner != null
        && memory[place] == start(model, learner)
        && memory[place + 1] == learner.remembered()) {
      learner.recall(memory, place + HEADER);
    }
  }

  /** Returns a number that stays while a model learns, and differs from those of later models. */
  private static float start(PrequentialModel model, OnlineModel learner) {
    return FloatCount.of(model.counters.examples - learner.examples());
  }
}
