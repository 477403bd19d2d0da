package dev.millrace.prequential;

import dev.millrace.data.InputSpec.LateLabels;
import dev.millrace.data.Prediction.NamedOutcome;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.auto.LabelSetModel;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Predicts the sets of labels of a key, and keeps those whose labels come later. */
final class PredictedSets {
  private final @Nullable LateLabels late;
  private final LabelSetModel model;
  private final PendingBuffer<PendingSet> pending;

  PredictedSets(TrainSpec spec) {
    this(spec.input().labels(), new LabelSetModel(hasThresholds(spec)), new PendingBuffer<>());
  }

  private PredictedSets(
      @Nullable LateLabels late, LabelSetModel model, PendingBuffer<PendingSet> pending) {
    this.late = late;
    this.model = model;
    this.pending = pending;
  }

  private static boolean hasThresholds(TrainSpec spec) {
    return spec.metrics().thresholdMetric() != MetricsSpec.Decision.NONE;
  }

  /**
   * Predicts a set.
   *
   * @param outputs predictions of the labels, of which the first are known
   * @param known number of labels
   * @param time of the features, milliseconds since the epoch
   */
  PendingSet predict(List<NamedOutcome> outputs, int known, long time) {
    float[] probabilities = new float[Math.min(known, outputs.size())];
    for (int k = 0; k < probabilities.length; k++) {
      OfClass outcome = (OfClass) outputs.get(k).outcome();
      int present = outcome.classes().indexOf(OutputSpecs.PRESENT);
      probabilities[k] = present < outcome.scores().length ? outcome.scores()[present] : 0f;
    }
    return new PendingSet(time, probabilities, model.predict(probabilities));
  }

  /** Keeps a set until its labels come, or could come no more. */
  void keep(String joinId, PendingSet set) {
    if (late == null) {
      return;
    }
    while (pending.hasOlderThan(set.time() - late.timeoutMillis())
        || pending.size() >= late.maxPending()) {
      pending.takeOldest();
    }
    if (!pending.has(joinId)) {
      pending.add(joinId, set);
    }
  }

  /** Removes and returns a set whose labels come now; null if there is none. */
  @Nullable PendingSet take(String joinId) {
    return pending.take(joinId);
  }

  /** Learns the labels of a set that was predicted. */
  void learn(PendingSet set, BitSet actual, double weight) {
    model.learn(set.probabilities(), set.predicted(), actual, weight);
  }

  /** Returns the model that predicts the sets. */
  LabelSetModel model() {
    return model;
  }

  long memoryBytes() {
    return model.memoryBytes() + pending.bytes();
  }

  PredictedSets copy() {
    return new PredictedSets(late, model.copy(), pending.copy());
  }

  void write(DataOutput out) throws IOException {
    model.write(out);
    pending.write(out);
  }

  static PredictedSets read(DataInput in, TrainSpec spec) throws IOException {
    return new PredictedSets(
        spec.input().labels(),
        LabelSetModel.read(in, hasThresholds(spec)),
        PendingBuffer.read(in, PendingSet::read));
  }
}
