package dev.millrace.nn.auto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Mixtures that learn columns and targets with heavy tails. */
class HeavyTailedStreamsTest {
  private static final int INPUTS = 4;
  private static final int EXAMPLES = 3_000;
  private static final int STREAMS = 5;

  private final Random random = new Random(3);
  private final float[] row = new float[INPUTS];
  private final float[] out = new float[2];

  private static ModelSpec spec(AutoSpec.TargetScale scale) {
    AutoSpec auto = new AutoSpec(AutoSpec.Tier.BALANCED, Set.of(), AutoSpec.DEFAULT_BUFFER, scale);
    return ModelSpec.auto(1, auto, ClassWeights.NONE);
  }

  private static OnlineModel create(Task task, AutoSpec.TargetScale scale) {
    return Models.create(spec(scale), task, INPUTS, task.isClassification() ? 2 : 0, 1);
  }

  /** Draws log-normal features and returns the logarithm of a log-normal target. */
  private double next() {
    double sum = 0;
    for (int f = 0; f < INPUTS; f++) {
      double normal = random.nextGaussian();
      row[f] = (float) Math.exp(2 * normal);
      sum += f < 2 ? normal : 0;
    }
    return sum;
  }

  @Test
  void aHeavyTailedTargetHasASmallerAbsoluteErrorOnItsOwnScale() {
    double absolute = meanAbsoluteError(AutoSpec.TargetScale.AUTO);
    random.setSeed(3);
    double squared = meanAbsoluteError(AutoSpec.TargetScale.LINEAR);

    assertThat(absolute).isLessThan(0.75 * squared);
  }

  private double meanAbsoluteError(AutoSpec.TargetScale scale) {
    OnlineModel model = create(Task.REGRESSION, scale);
    double sum = 0;
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      double target = Math.exp(1.5 * next() + 0.1 * random.nextGaussian());
      model.learnValue(row, 0, target, 1, out);
      double value = PredictedValue.read(out, 0);
      sum += i == 0 ? 0 : Math.abs(value - target);
      if (scale == AutoSpec.TargetScale.AUTO && i > 200) {
        assertThat(value).isBetween(smallest * (1 - 1e-6), largest * (1 + 1e-6));
      }
      smallest = Math.min(smallest, target);
      largest = Math.max(largest, target);
    }
    return sum / EXAMPLES;
  }

  @Test
  void thePreviousValueIsOnTheScaleOfTheTargetFromTheStartOn() {
    AutoSpec auto = new AutoSpec(AutoSpec.Tier.FAST, Set.of(), 200);
    OnlineModel model =
        Models.create(ModelSpec.auto(1, auto, ClassWeights.NONE), Task.REGRESSION, INPUTS, 0, 1);
    double target = 0;
    for (int i = 0; i < 101; i++) {
      target = i == 99 ? 1e6 : Math.exp(1.5 * next());
      model.learnValue(row, 0, target, 1, out);
    }

    assertThat(PredictedValue.read(out, 0)).isLessThan(1e5);
  }

  @Test
  void logNormalColumnsAreLearnedAsWellAsTheirLogarithms() {
    int right = 0;
    int rightOfLogarithms = 0;
    for (int seed = 1; seed <= STREAMS; seed++) {
      random.setSeed(seed);
      right += rightClasses(false);
      random.setSeed(seed);
      rightOfLogarithms += rightClasses(true);
    }

    assertThat(right).isGreaterThan((int) (0.975 * rightOfLogarithms));
    assertThat(right).isGreaterThan((int) (0.93 * STREAMS * (EXAMPLES - 500)));
  }

  private int rightClasses(boolean takesLogarithms) {
    OnlineModel model = create(Task.BINARY, AutoSpec.TargetScale.AUTO);
    int right = 0;
    for (int i = 0; i < EXAMPLES; i++) {
      int label = next() > 0 ? 1 : 0;
      for (int f = 0; f < INPUTS && takesLogarithms; f++) {
        row[f] = (float) Math.log(row[f]);
      }
      model.learnClass(row, 0, label, 1, out);
      right += i >= 500 && (out[1] > out[0] ? 1 : 0) == label ? 1 : 0;
    }
    return right;
  }

  @Test
  void aModelThatIsRestoredContinuesBitForBit() throws IOException {
    for (Task task : new Task[] {Task.REGRESSION, Task.BINARY}) {
      random.setSeed(3);
      OnlineModel straight = create(task, AutoSpec.TargetScale.AUTO);
      OnlineModel restored = create(task, AutoSpec.TargetScale.AUTO);
      for (int i = 0; i < 150; i++) {
        double sum = next();
        learn(straight, task, sum);
        learn(restored, task, sum);
        if (i % 7 == 0 || (i > 95 && i < 105)) {
          restored = read(bytes(restored), task);
        }
      }
      assertThat(bytes(restored)).isEqualTo(bytes(straight));
      assertThat(bytes(straight.copy())).isEqualTo(bytes(straight));
    }
  }

  private void learn(OnlineModel model, Task task, double sum) {
    if (task == Task.REGRESSION) {
      model.learnValue(row, 0, Math.exp(1.5 * sum), 1, out);
    } else {
      model.learnClass(row, 0, sum > 0 ? 1 : 0, 1, out);
    }
  }

  private static OnlineModel read(byte[] bytes, Task task) throws IOException {
    return Models.read(
        new BoundedDataInput(bytes), spec(AutoSpec.TargetScale.AUTO), task, new Workspace());
  }

  private static byte[] bytes(OnlineModel model) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    model.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
