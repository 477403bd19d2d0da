package dev.millrace.prequential;

import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.nn.auto.LabelSetModel;
import dev.millrace.prequential.labels.PendingBuffer;
import dev.millrace.prequential.labels.PendingSet;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the sets of labels of a key, or which of its targets of two classes are positive, and
 * keeps those whose labels come later.
 */
final class PredictedSets implements State {
  private final @Nullable LateLabels late;
  private final LabelSetModel model;
  private final PendingBuffer<PendingSet> pending = new PendingBuffer<>(PendingSet::read);

  PredictedSets(TrainSpec spec) {
    late = spec.input().labels();
    model = new LabelSetModel(spec.metrics().thresholdMetric() != MetricsSpec.Decision.NONE);
  }

  /** Returns true if the outputs have sets of labels, or the targets positives, to be predicted. */
  static boolean arePredicted(InputSpec input) {
    // Where targets have delays of their own, no time has all of them.
    return input.targets().isEmpty()
        || (input.labels() == null
            && input.targets().stream()
                    .filter(target -> target.task() == null || target.task() == Task.BINARY)
                    .count()
                > 1);
  }

  /**
   * Predicts a set.
   *
   * @param probabilities of the outputs that were known before the record came
   * @param time of the features, milliseconds since the epoch
   */
  PendingSet predict(float[] probabilities, long time) {
    return new PendingSet(time, probabilities, model.predict(probabilities));
  }

  /** Keeps a set until its labels come, or could come no more, if there is room. */
  void keep(String joinId, PendingSet set, KeyBudget budget) {
    if (late == null) {
      return;
    }
    while (pending.hasOlderThan(set.time() - late.timeoutMillis())) {
      pending.takeOldest();
    }
    // As the features of the outputs are: older ones are nearer to their labels.
    long needed = PendingBuffer.bytesOf(joinId, set);
    if (pending.size() < late.maxPending()
        && !pending.has(joinId)
        && needed <= budget.left(needed)) {
      pending.add(joinId, set);
      budget.add(needed);
    }
  }

  /** Removes and returns a set whose labels come now; null if there is none. */
  @Nullable PendingSet take(String joinId) {
    return pending.take(joinId);
  }

  /** Learns the labels of a set that was predicted. */
  void learn(PendingSet set, BitSet actual, BitSet known, double weight) {
    model.learn(set.probabilities(), set.predicted(), actual, known, weight);
  }

  /** Returns the model that predicts the sets. */
  LabelSetModel model() {
    return model;
  }

  long memoryBytes() {
    return model.memoryBytes() + pending.bytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    model.visit(v);
    pending.visit(v);
  }
}
