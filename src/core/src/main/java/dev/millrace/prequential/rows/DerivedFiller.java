package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.derived.DerivedState;
import dev.millrace.prequential.key.JoinedExample;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills the slots of records with the features derived from what came before, and adds records and
 * labels to that. Not thread-safe.
 */
public final class DerivedFiller {
  private static final long[] NONE = {};

  private final int slots;
  private final long[] carried;
  // Null for numbers as labels, or if the class is not known.
  private final @Nullable String positiveClass;

  public DerivedFiller(TrainSpec spec) {
    slots = spec.input().slots();
    carried = new long[spec.input().carried().size()];
    List<String> classes = spec.input().classes();
    String positive = spec.metrics().positiveClass();
    positiveClass = positive == null && classes.size() == 2 ? classes.get(1) : positive;
  }

  /**
   * Fills and adds some rows with features, and adds their labels, in the order of the rows.
   *
   * @param to behind the last of them
   */
  public void fillAll(PrequentialModel model, Chunk chunk, int from, int to) {
    DerivedState state = model.part(DerivedState.class);
    if (state == null || chunk.width() != model.learner.inputs()) {
      return;
    }
    for (int row = from; row < to; row++) {
      if (chunk.kind(row).hasFeatures()) {
        fill(state, chunk, row);
        if (chunk.kind(row).hasLabel()) {
          state.addLabel(carried, time(chunk, row), label(chunk, row));
        }
      }
    }
  }

  /** Fills and adds a row with features. */
  public void fill(PrequentialModel model, Chunk chunk, int row) {
    DerivedState state = model.part(DerivedState.class);
    if (state != null) {
      fill(state, chunk, row);
    }
  }

  /** Fills and adds a row with features. */
  public void fill(DerivedState state, Chunk chunk, int row) {
    read(chunk, row);
    long time = time(chunk, row);
    float[] features = state.compute(carried, time);
    int place = chunk.width() - slots;
    for (int f = 0; f < features.length; f++) {
      chunk.setFeature(row, place + f, Float.isFinite(features[f]) ? features[f] : Float.NaN);
    }
    state.add(carried, time);
  }

  private void read(Chunk chunk, int row) {
    for (int c = 0; c < carried.length; c++) {
      carried[c] = chunk.carried(row, c);
    }
  }

  /** Returns what a row carries; the caller keeps it. */
  public long[] carried(Chunk chunk, int row) {
    if (carried.length == 0) {
      return NONE;
    }
    read(chunk, row);
    return carried.clone();
  }

  /** Adds the label of an example whose features and label came apart. */
  public void addLabel(PrequentialModel model, JoinedExample joined) {
    DerivedState state = model.part(DerivedState.class);
    if (state == null) {
      return;
    }
    double label = label(joined.example(), 0);
    PendingFeatures earlier = joined.earlier();
    if (earlier != null) {
      state.addLabel(earlier.carried(), earlier.time(), label);
    } else {
      read(joined.origin(), joined.row());
      state.addLabel(carried, time(joined.origin(), joined.row()), label);
    }
  }

  private static long time(Chunk chunk, int row) {
    return Math.max(0, chunk.windowTime(row));
  }

  private double label(Chunk chunk, int row) {
    if (!chunk.isClassification()) {
      return chunk.target(row);
    }
    if (positiveClass == null) {
      return Double.NaN;
    }
    return chunk.label(chunk.labelOf(row)).equals(positiveClass) ? 1 : 0;
  }
}
