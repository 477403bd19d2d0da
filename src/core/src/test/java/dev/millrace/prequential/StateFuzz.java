package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.MetricsSpec.Validation;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Whatever stands in a checkpoint or on the models topic, it is a model that goes on, or no such
 * thing.
 */
public final class StateFuzz {
  /** Of each kind of state; the names are those of the committed inputs. */
  static final Map<String, TrainSpec> SPECS =
      Map.of(
          "plain", Specs.train(Specs.small(5)),
          "late",
              Specs.train(
                  LateStreams.input(Task.MULTICLASS, "labels", 1_000, 5),
                  Specs.small(5),
                  Specs.METRICS),
          "auto", Specs.train(auto()),
          "contest", Specs.train(selection()),
          "watched", watched());

  private static final Workspace WORKSPACE = new Workspace();
  private static final Chunk CLASSES = Chunks.of(Chunks.classes("k", 12, 3));
  private static final Chunk NUMBERS = Chunks.of(Chunks.numbers("k", 12, 3));

  private StateFuzz() {}

  private static ModelSpec auto() {
    Set<AutoSpec.Extra> extras = Set.of(AutoSpec.Extra.values());
    AutoSpec fast = new AutoSpec(AutoSpec.Tier.FAST, extras, 20);
    return ModelSpec.auto(3, fast, ClassWeights.NONE);
  }

  private static ModelSpec selection() {
    List<NamedModel> entrants =
        List.of(new NamedModel("small", Specs.small(5)), new NamedModel("auto", auto()));
    Promotion promotion = new Promotion(true, 50, 20, 0.1);
    return new SelectionSpec(entrants, "small", false, promotion, OnChange.REJECT);
  }

  /** All that is measured, some of the examples held out, and drift looked for. */
  private static TrainSpec watched() {
    MetricsSpec metrics =
        MetricsSpec.DEFAULT.with(
            to -> {
              to.window = 10;
              to.windowMillis = 60_000;
              to.decay = 0.99;
              to.every = 40;
              to.aucClasses = MetricsSpec.MAX_AUC_CLASSES;
              to.validation = new Validation(0.2, 2);
            });
    DriftSpec kswin = new DriftSpec.Kswin(0.01, 20, 5, 0);
    DriftPolicy plan = new DriftPolicy("kswin", kswin, DriftPolicy.Action.SWAP_IN_CHALLENGER, 1, 1);
    TrainSpec spec = Specs.train(Records.undeclared(), Specs.small(5), metrics);
    return spec.with(to -> to.drift = plan);
  }

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    for (TrainSpec spec : SPECS.values()) {
      TrainState state = TrainState.serialized(bytes);
      try {
        StateExpansion.resume(state, spec, WORKSPACE);
        goOn(spec, state);
      } catch (IOException e) {
        // No state, or not of this pipeline.
      }
      try {
        ModelSnapshot.decode("p", "c", "k", bytes).model(spec.model(), WORKSPACE);
      } catch (IOException e) {
        // No snapshot, or not of this model.
      }
    }
  }

  private static void goOn(TrainSpec spec, TrainState state) throws IOException {
    PrequentialModel model = state.resume(spec, WORKSPACE);
    Chunk chunk = model.task.isClassification() ? CLASSES : NUMBERS;
    if (model.learner.inputs() == chunk.width()) {
      Learning.learn(state, spec, chunk, 0, chunk.size());
      if (spec.drift() != null) {
        model.detectDrift(spec, chunk.key(), 1, WORKSPACE);
      }
    }
    model.report(spec, "k");
    write(state);
  }

  private static byte[] write(TrainState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      state.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail to be written to
    }
    return bytes.toByteArray();
  }
}
