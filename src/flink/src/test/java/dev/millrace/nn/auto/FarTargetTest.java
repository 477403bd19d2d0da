package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.data.Task;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Targets that are far from 0 compared with how they vary. */
class FarTargetTest {
  private static final int RECORDS = 3_000;
  private static final long SEED = 11;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model: auto",
        "model: { layers: [] }",
        "model: { layers: [{ units: 16, activation: tanh }], optimizer: adam }",
        "models: { old: auto, net: { layers: [{ units: 8 }] } }"
      })
  void anOffsetOfTheTargetCostsNoAccuracy(String model) {
    double near = r2(model, 0);
    double far = r2(model, 1e12);

    assertThat(near).isGreaterThan(0.8);
    assertThat(far).as("seed %d, R2 at 0: %s", SEED, near).isGreaterThan(near - 0.02);
  }

  /** R2 of the second half of a linear target of deviation 1,000 around an offset. */
  private static double r2(String model, double offset) {
    String yaml =
        "pipeline: p\nkafka: { bootstrap.servers: localhost:9092 }\n"
            + "input: { label: y, task: regression }\n"
            + model
            + "\n";
    ModelSpec spec = PipelineFile.parse("p", yaml, Path.of("")).model();
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
