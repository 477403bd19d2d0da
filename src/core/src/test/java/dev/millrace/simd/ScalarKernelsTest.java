package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tiles of the scalar kernels against the three nested loops that {@link Kernels} states. */
class ScalarKernelsTest {

  private final Kernels kernels = new ScalarKernels();
  private final Random random = new Random(21);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 2",
    "1, 9, 40",
    "3, 6, 17",
    "4, 16, 32",
    "6, 7, 20",
    "1, 5, 112",
    "6, 7, 113",
    "9, 3, 250",
    "5, 530, 18",
    "3, 7, 3",
    "5, 32, 4",
    "6, 35, 1"
  })
  void everySumAddsItsTermsInTheStatedOrder(int rows, int in, int out) {
    everySumAddsItsTermsInTheStatedOrder(rows, in, out, Kernels.padded(out));
    if (out <= Kernels.NARROW) {
      everySumAddsItsTermsInTheStatedOrder(rows, in, out, Kernels.NARROW);
    }
    if (out <= Kernels.PAIR) {
      everySumAddsItsTermsInTheStatedOrder(rows, in, out, Kernels.PAIR);
    }
  }

  private void everySumAddsItsTermsInTheStatedOrder(int rows, int in, int out, int columns) {
    int stride = Kernels.stride(columns);
    int outputStride = Kernels.outputStride(columns);
    int dxStride = Kernels.stride(Kernels.padded(in));
    float[] x = gaussians(rows * in);
    float[] w = gaussians((in + 1) * stride);
    float[] delta = gaussians(rows * outputStride);
    float[] y = new float[rows * outputStride];
    float[] dx = gaussians(rows * dxStride);
    float[] gradient = gaussians(w.length);

    LayerShape layer = LayerShape.of(in, in, out, columns, 0);
    float[] scratch = new float[Kernels.transposedLength(out)];

    kernels.dense(layer, x, 0, rows, w, y, 0);
    kernels.inputGradient(layer, delta, 0, rows, w, dx, 0, scratch);
    kernels.weightGradient(layer, x, 0, rows, delta, 0, gradient);
    kernels.biasGradient(delta, 0, rows, columns, gradient, in * stride);

    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns && columns > Kernels.LANES; c++) {
        float sum = w[in * stride + c];
        for (int i = 0; i < in; i++) {
          sum = Math.fma(x[r * in + i], w[i * stride + c], sum);
        }
        assertThat(y[r * outputStride + c]).isEqualTo(sum);
      }
      for (int i = 0; i < Kernels.padded(in); i++) {
        float sum = i < in ? inputGradient(delta, r * outputStride, w, i * stride, out) : 0f;
        assertThat(dx[r * dxStride + i]).isEqualTo(sum);
      }
    }
    for (int c = 0; c < columns; c++) {
      for (int i = 0; i < in; i++) {
        float sum = 0f;
        for (int r = 0; r < rows; r++) {
          sum = Math.fma(x[r * in + i], delta[r * outputStride + c], sum);
        }
        assertThat(gradient[i * stride + c]).isEqualTo(sum);
      }
    }
  }

  private static float inputGradient(float[] delta, int d, float[] w, int wi, int out) {
    int columns = Kernels.padded(out);
    if (columns < Kernels.FOLDED) {
      float sum = 0f;
      for (int o = 0; o < out; o++) {
        sum = Math.fma(delta[d + o], w[wi + o], sum);
      }
      return sum;
    }
    float[] lanes = new float[16];
    for (int o = 0; o < columns; o++) {
      lanes[o % 16] = Math.fma(delta[d + o], w[wi + o], lanes[o % 16]);
    }
    for (int half : new int[] {8, 4, 2, 1}) {
      for (int l = 0; l < half; l++) {
        lanes[l] += lanes[l + half];
      }
    }
    return lanes[0];
  }

  private float[] gaussians(int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
