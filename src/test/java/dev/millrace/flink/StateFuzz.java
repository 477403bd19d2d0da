package dev.millrace.flink;

import dev.millrace.data.Task;
import dev.millrace.nn.Workspace;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;

/** Whatever stands in a checkpoint or on the models topic, it is a model or no such thing. */
public final class StateFuzz {
  private static final TrainSpec[] SPECS = {
    Specs.train(Specs.small(5)),
    Specs.train(
        LateStreams.input(Task.MULTICLASS, "labels", 1_000, 5), Specs.small(5), Specs.METRICS),
  };
  private static final Workspace WORKSPACE = new Workspace();

  private StateFuzz() {}

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    for (TrainSpec spec : SPECS) {
      try {
        TrainState.frozen(bytes).resume(spec, WORKSPACE);
      } catch (IOException e) {
        // No state, or not of this pipeline.
      }
      try {
        ModelSnapshot.decode("p", "c", "k", bytes).learner(spec.model());
      } catch (IOException e) {
        // No snapshot, or not of this model.
      }
    }
  }
}
