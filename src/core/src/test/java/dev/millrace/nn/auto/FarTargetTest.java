package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Targets that are far from 0 compared with how they vary. */
class FarTargetTest {
  private static final int RECORDS = 3_000;
  private static final long SEED = 11;

  static Stream<Named<ModelSpec>> models() {
    NetworkSpec single = ModelSpec.single(1);
    ModelSpec adam =
        single.with(
            to -> {
              to.optimizer = new Optimizer.Adam(0.005f, 0.9f, 0.999f, 1e-8f);
              to.hidden = List.of(new LayerSpec(16, Activation.TANH));
            });
    ModelSpec small = single.with(to -> to.hidden = List.of(new LayerSpec(8, Activation.TANH)));
    List<NamedModel> both =
        List.of(new NamedModel("mixture", ModelSpec.auto(1)), new NamedModel("small", small));
    return Stream.of(
        Named.of("auto", ModelSpec.auto(1)),
        Named.of("linear", single.with(to -> to.hidden = List.of())),
        Named.of("adam", adam),
        Named.of(
            "two models",
            new SelectionSpec(both, "mixture", false, Promotion.DEFAULT, OnChange.REJECT)));
  }

  @ParameterizedTest
  @MethodSource("models")
  void anOffsetOfTheTargetCostsNoAccuracy(ModelSpec model) {
    double near = r2(model, 0);
    double far = r2(model, 1e12);

    assertThat(near).isGreaterThan(0.8);
    assertThat(far).as("seed %d, R2 at 0: %s", SEED, near).isGreaterThan(near - 0.02);
  }

  /** R2 of the second half of a linear target of deviation 1,000 around an offset. */
  private static double r2(ModelSpec spec, double offset) {
    OnlineModel learner = Models.create(spec, Task.REGRESSION, 2, 0, 1);
    Random random = new Random(SEED);
    float[] out = new float[learner.outputs()];
    double squaredErrors = 0;
    double squares = 0;
    for (int i = 0; i < RECORDS; i++) {
      float[] x = {(float) random.nextGaussian(), (float) random.nextGaussian()};
      double varying = 1_000 * (0.8 * x[0] - 0.6 * x[1]);
      learner.learnValue(x, 0, offset + varying, 1f, out);
      if (i >= RECORDS / 2) {
        double error = PredictedValue.read(out, 0) - offset - varying;
        squaredErrors += error * error;
        squares += varying * varying;
      }
    }
    return 1 - squaredErrors / squares;
  }
}
