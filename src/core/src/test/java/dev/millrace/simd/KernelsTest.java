package dev.millrace.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KernelsTest {

  private static final String VECTORS = "jdk.incubator.vector";

  @Test
  void theKernelsOfThisMachineEqualTheScalarOnesBitForBit() {
    assertThat(new KernelComparison(KernelProvider.kernels(), 7).run()).isGreaterThan(1000);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void everyWidthEqualsTheScalarKernelsBitForBit(int bits) {
    String output =
        ChildJvm.run(
            KernelComparison.class,
            List.of("--add-modules", VECTORS, "-Dmillrace.simd.bits=" + bits));

    assertThat(output).contains("bits=" + bits + " compared=");
  }

  @Test
  void theDescriptionNamesTheWidth() {
    assertThat(new ScalarKernels().description()).isEqualTo("SIMD off");
    Kernels best = KernelProvider.kernels();
    assertThat(best.description())
        .isEqualTo(best.bits() == 0 ? "SIMD off" : "SIMD " + best.bits() + " bit");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 13})
  void aRowDoesNotDependOnOtherRows(int rows) {
    Kernels kernels = KernelProvider.kernels();
    Random random = new Random(11);
    int in = 19;
    int out = 37;
    int columns = Kernels.padded(out);
    float[] x = gaussians(random, rows * in);
    float[] w = gaussians(random, (in + 1) * columns);
    float[] delta = gaussians(random, rows * columns);
    float[] scratch = new float[Kernels.transposedLength(out)];
    float[] y = new float[rows * columns];
    float[] dx = new float[rows * Kernels.padded(in)];
    LayerShape layer = LayerShape.of(in, in, out, columns, 0);

    kernels.dense(layer, x, 0, rows, w, y, 0);
    kernels.inputGradient(layer, delta, 0, rows, w, dx, 0, scratch);

    for (int r = 0; r < rows; r++) {
      float[] one = new float[columns];
      kernels.dense(layer, x, r * in, 1, w, one, 0);
      assertThat(Arrays.copyOfRange(y, r * columns, (r + 1) * columns)).isEqualTo(one);
      float[] oneDx = new float[Kernels.padded(in)];
      kernels.inputGradient(layer, delta, r * columns, 1, w, oneDx, 0, scratch);
      assertThat(Arrays.copyOfRange(dx, r * oneDx.length, (r + 1) * oneDx.length)).isEqualTo(oneDx);
    }
  }

  @Test
  void aStepOfOneRowEqualsItsGradientAndTheUpdate() {
    Kernels kernels = KernelProvider.kernels();
    Random random = new Random(5);
    for (int columns : new int[] {2, 4, 16, 48, 256}) {
      int in = 23;
      int stride = Kernels.stride(columns);
      int bias = in * stride;
      float[] x = gaussians(random, in);
      x[2] = 0f;
      float[] delta = gaussians(random, Kernels.outputStride(columns));
      delta[3] = -0f;
      float[] w = gaussians(random, bias + stride);
      w[3] = -0f;
      float[] stepped = w.clone();
      float[] gradient = new float[w.length];

      LayerShape layer = LayerShape.of(in, in, columns, columns, 0);

      kernels.sgdOneRow(layer, x, 0, delta, 0, stepped, 0.3f);
      kernels.weightGradient(layer, x, 0, 1, delta, 0, gradient);
      kernels.biasGradient(delta, 0, 1, columns, gradient, bias);
      kernels.sgd(w, gradient, 0, w.length, 0.3f);

      assertThat(stepped).isEqualTo(w);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 16})
  void aNarrowLayerAddsFourSumsInTheStatedOrder(int columns) {
    int bias = 23 * columns;
    float[] x = gaussians(new Random(8), 23);
    float[] w = Arrays.copyOf(gaussians(new Random(9), 24 * columns), 23 * columns + 16);
    float[] y = gaussians(new Random(10), 16);

    KernelProvider.kernels().dense(LayerShape.of(23, 23, columns, columns, 0), x, 0, 1, w, y, 0);

    for (int c = 0; c < columns; c++) {
      float[] s = {w[bias + c], 0f, 0f, 0f};
      for (int i = 0; i < 23; i++) {
        s[i % 4] = Math.fma(x[i], w[i * columns + c], s[i % 4]);
      }
      assertThat(y[c]).isEqualTo((s[0] + s[2]) + (s[1] + s[3]));
    }
    assertThat(Arrays.copyOfRange(y, columns, 16)).isEqualTo(new float[16 - columns]);
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 2", "5, 2", "64, 1", "64, 2", "3, 4", "64, 3"})
  void aRowOfANarrowLayerDoesNotDependOnOtherRows(int rows, int out) {
    Kernels kernels = KernelProvider.kernels();
    Random random = new Random(14);
    int in = 35;
    int columns = Kernels.weightColumns(in, out);
    int bias = in * columns;
    float[] x = gaussians(random, rows * in);
    float[] w = Arrays.copyOf(gaussians(random, bias + columns), bias + 16);
    float[] delta = gaussians(random, rows * 16);
    float[] scratch = new float[Kernels.transposedLength(out)];
    float[] y = new float[rows * 16];
    float[] dx = new float[rows * 48];
    LayerShape layer = LayerShape.of(in, in, out, columns, 0);

    kernels.dense(layer, x, 0, rows, w, y, 0);
    kernels.inputGradient(layer, delta, 0, rows, w, dx, 0, scratch);

    for (int r = 0; r < rows; r++) {
      float[] one = new float[16];
      kernels.dense(layer, x, r * in, 1, w, one, 0);
      assertThat(Arrays.copyOfRange(y, r * 16, (r + 1) * 16)).isEqualTo(one);
      float[] oneDx = new float[48];
      kernels.inputGradient(layer, delta, r * 16, 1, w, oneDx, 0, scratch);
      assertThat(Arrays.copyOfRange(dx, r * 48, (r + 1) * 48)).isEqualTo(oneDx);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 40, 64, 100})
  void aRowOfAWideLayerDoesNotDependOnOtherRows(int rows) {
    Kernels kernels = KernelProvider.kernels();
    Random random = new Random(12);
    int in = 150;
    int columns = 256;
    int stride = Kernels.stride(columns);
    int dxStride = Kernels.stride(Kernels.padded(in));
    float[] w = gaussians(random, in * stride);
    float[] delta = gaussians(random, rows * stride);
    float[] scratch = new float[Kernels.transposedLength(columns)];
    float[] dx = new float[rows * dxStride];

    LayerShape layer = LayerShape.of(in, in, 250, columns, 0);
    kernels.inputGradient(layer, delta, 0, rows, w, dx, 0, scratch);

    for (int r = 0; r < rows; r++) {
      float[] one = new float[dxStride];
      kernels.inputGradient(layer, delta, r * stride, 1, w, one, 0, scratch);
      assertThat(Arrays.copyOfRange(dx, r * dxStride, (r + 1) * dxStride)).isEqualTo(one);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void theGradientThroughAWideLayerFollowsTheStatedTree(int rows) {
    Random random = new Random(13);
    int in = 18;
    int out = 120;
    int columns = 128;
    float[] w = gaussians(random, in * columns);
    float[] delta = gaussians(random, rows * columns);
    float[] dx = gaussians(random, rows * 32);
    float[] scratch = new float[Kernels.transposedLength(out)];

    LayerShape layer = LayerShape.of(in, in, out, columns, 0);
    KernelProvider.kernels().inputGradient(layer, delta, 0, rows, w, dx, 0, scratch);

    for (int r = 0; r < rows; r++) {
      for (int i = 0; i < in; i++) {
        float[] lanes = new float[16];
        for (int o = 0; o < columns; o++) {
          lanes[o % 16] = Math.fma(delta[r * columns + o], w[i * columns + o], lanes[o % 16]);
        }
        assertThat(dx[r * 32 + i]).isEqualTo(folded(lanes));
      }
      assertThat(Arrays.copyOfRange(dx, r * 32 + in, (r + 1) * 32)).isEqualTo(new float[32 - in]);
    }
  }

  @Test
  void sumsFollowTheStatedTree() {
    float[] a = gaussians(new Random(3), 48);
    float[] lanes = new float[16];
    for (int i = 0; i < a.length; i++) {
      lanes[i % 16] = Math.fma(a[i], a[i], lanes[i % 16]);
    }

    assertThat(KernelProvider.kernels().sumOfSquares(a, 0, a.length)).isEqualTo(folded(lanes));
  }

  private static float folded(float[] lanes) {
    for (int half : new int[] {8, 4, 2, 1}) {
      for (int l = 0; l < half; l++) {
        lanes[l] += lanes[l + half];
      }
    }
    return lanes[0];
  }

  private static float[] gaussians(Random random, int length) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }
}
