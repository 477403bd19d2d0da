package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.eval.interval.ConformalBounds;
import dev.millrace.state.State;
import java.io.DataOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What predictions need beside the published model.
 *
 * @param derived what features are derived from; null if none are
 * @param bounds of predictions; null without intervals
 */
record ModelExtras(@Nullable DerivedState derived, @Nullable ConformalBounds bounds) {
  static final ModelExtras NONE = new ModelExtras(null, null);

  // Which of them follow.
  private static final int BOUNDS_FLAG = 1;
  private static final int DERIVED_FLAG = 2;

  static void write(PrequentialModel model, DataOutput out) throws IOException {
    out.writeByte(
        (model.intervals == null ? 0 : BOUNDS_FLAG) | (model.derived == null ? 0 : DERIVED_FLAG));
    if (model.intervals != null) {
      model.intervals.bounds.write(out);
    }
    if (model.derived != null) {
      model.derived.write(out);
    }
  }

  static ModelExtras read(BoundedDataInput in, InputSpec input, Task task) throws IOException {
    int flags = in.readByte();
    ConformalBounds bounds =
        (flags & BOUNDS_FLAG) == 0 ? null : ConformalBounds.read(in, task.isClassification());
    return new ModelExtras(
        (flags & DERIVED_FLAG) == 0 ? null : State.read(in, new DerivedState(input)), bounds);
  }
}
