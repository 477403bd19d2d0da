package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Many rows in one call are learned like one after the other, wherever they begin. */
class PerExampleModelTest {
  private static final int INPUTS = 2;
  private static final int ROWS = 9;
  private static final int OFFSET = 3;

  private static OnlineModel model(Task task) {
    ModelSpec mixture = ModelSpec.auto(3, AutoSpec.of(AutoSpec.Tier.FAST), ClassWeights.NONE);
    return Models.create(mixture, task, INPUTS, task == Task.MULTICLASS ? 3 : 0, 7);
  }

  private static float[] features() {
    Random random = new Random(5);
    float[] features = new float[OFFSET + ROWS * INPUTS];
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) random.nextGaussian();
    }
    return features;
  }

  @Test
  void classes() {
    OnlineModel together = model(Task.MULTICLASS);
    OnlineModel alone = model(Task.MULTICLASS);
    int[] classes = {0, 1, 2, 2, 1, 0, 0, 1, 2};
    float[] weights = {1, 2, 1, 0.5f, 1, 1, 3, 1, 1};
    float[] out = new float[ROWS * 3];
    float[] losses = new float[ROWS];

    together.learnClasses(features(), OFFSET, ROWS, classes, weights, out, losses);

    float[] own = new float[3];
    for (int r = 0; r < ROWS; r++) {
      float loss = alone.learnClass(features(), OFFSET + r * INPUTS, classes[r], weights[r], own);
      assertThat(losses[r]).as("row %d", r).isEqualTo(loss);
      assertThat(Arrays.copyOfRange(out, 3 * r, 3 * r + 3)).as("row %d", r).isEqualTo(own);
    }
    assertThat(together.examples()).isEqualTo(ROWS);
  }

  @Test
  void values() {
    OnlineModel together = model(Task.REGRESSION);
    OnlineModel alone = model(Task.REGRESSION);
    double[] values = {0, 1, 2, 2.5, -1, 0, 7, 1, 2};
    float[] weights = {1, 2, 1, 0.5f, 1, 1, 3, 1, 1};
    float[] out = new float[ROWS * PredictedValue.FLOATS];
    float[] losses = new float[ROWS];

    together.learnValues(features(), OFFSET, ROWS, values, weights, out, losses);

    float[] own = new float[PredictedValue.FLOATS];
    for (int r = 0; r < ROWS; r++) {
      float loss = alone.learnValue(features(), OFFSET + r * INPUTS, values[r], weights[r], own);
      assertThat(losses[r]).as("row %d", r).isEqualTo(loss);
      assertThat((Double) PredictedValue.read(out, r * PredictedValue.FLOATS))
          .as("row %d", r)
          .isEqualTo((Double) PredictedValue.read(own, 0));
    }
  }

  @Test
  void anUnknownClassIsRejectedBeforeAnyRowIsLearned() {
    OnlineModel model = model(Task.MULTICLASS);
    float[] one = {1};
    float[] two = {1, 1};

    assertThatThrownBy(() -> model.learnClass(features(), 0, 3, 1f, new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> model.learnClass(features(), 0, -1, 1f, new float[3]))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(
            () ->
                model.learnClasses(
                    features(), 0, 2, new int[] {0, 3}, two, new float[6], new float[2]))
        .isInstanceOf(IndexOutOfBoundsException.class);

    assertThat(model.examples()).isZero();
    model.learnClasses(features(), 0, 1, new int[] {2}, one, new float[3], new float[1]);
    assertThat(model.examples()).isEqualTo(1);
  }
}
