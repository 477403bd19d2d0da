package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateWriter;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NormalizerTest {

  private static final Normalization STANDARD =
      new Normalization(Normalization.Kind.STANDARD, 0f, 4f);
  private static final Normalization MINMAX = new Normalization(Normalization.Kind.MINMAX, 0f, 0f);

  /** A normalizer and what it has seen. */
  private record Running(Normalizer normalizer, double[] statistics) {
    Running(Normalization spec, int columns) {
      this(new Normalizer(spec, columns));
    }

    private Running(Normalizer normalizer) {
      this(normalizer, normalizer.initialStatistics());
    }

    void update(float[] row, int offset) {
      normalizer.update(statistics, row, offset);
    }

    void transform(float[] row, int offset, float[] out, int outOffset) {
      normalizer.transform(statistics, row, offset, out, outOffset);
    }
  }

  private static float transformed(Running normalizer, float x) {
    float[] out = new float[1];
    normalizer.transform(new float[] {x}, 0, out, 0);
    return out[0];
  }

  @Test
  void standardIsTheDeviationFromTheMeanOfAllSeen() {
    Running normalizer = new Running(STANDARD, 1);
    Random random = new Random(5);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 1000; i++) {
      float x = (float) (50 + 3 * random.nextGaussian());
      sum += x;
      squares += (double) x * x;
      normalizer.update(new float[] {x}, 0);
    }
    double mean = sum / 1000;
    double deviation = Math.sqrt(squares / 1000 - mean * mean);

    assertThat((double) transformed(normalizer, 52f))
        .isCloseTo((52 - mean) / deviation, within(1e-6));
    assertThat(transformed(normalizer, 1000f)).isEqualTo(4f);
    assertThat(transformed(normalizer, -1000f)).isEqualTo(-4f);
  }

  @Test
  void oneExtremeValueDoesNotMakeLaterValuesIndistinguishable() {
    Running normalizer = new Running(new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f), 1);
    Random random = new Random(6);
    for (int i = 0; i < 500; i++) {
      normalizer.update(new float[] {(float) random.nextGaussian()}, 0);
    }
    normalizer.update(new float[] {1e30f}, 0);
    for (int i = 0; i < 5000; i++) {
      normalizer.update(new float[] {(float) random.nextGaussian()}, 0);
    }

    assertThat(transformed(normalizer, 1f) - transformed(normalizer, -1f)).isBetween(1.5f, 2.5f);
  }

  @Test
  void aColumnThatMovesFarAwayIsFollowed() {
    Running normalizer = new Running(STANDARD, 1);
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      normalizer.update(new float[] {(float) random.nextGaussian()}, 0);
    }
    for (int i = 0; i < 20000; i++) {
      normalizer.update(new float[] {(float) (1e6 + 1e5 * random.nextGaussian())}, 0);
    }

    assertThat(transformed(normalizer, 1e6f)).isBetween(-1f, 1f);
  }

  @Test
  void decayForgetsAnOldLevel() {
    Running normalizer = new Running(new Normalization(Normalization.Kind.STANDARD, 0.05f, 0f), 1);
    for (int i = 0; i < 500; i++) {
      normalizer.update(new float[] {1000 + i % 2}, 0);
    }
    for (int i = 0; i < 500; i++) {
      normalizer.update(new float[] {i % 2}, 0);
    }

    assertThat(transformed(normalizer, 0.5f)).isCloseTo(0f, within(0.1f));
  }

  @Test
  void aConstantOrUnseenOrMissingValueIsZero() {
    for (Normalization spec : new Normalization[] {STANDARD, MINMAX}) {
      Running normalizer = new Running(spec, 1);
      assertThat(transformed(normalizer, 3f)).isZero();
      for (int i = 0; i < 10; i++) {
        normalizer.update(new float[] {7f}, 0);
        normalizer.update(new float[] {Float.NaN}, 0);
      }
      assertThat(transformed(normalizer, 8f)).isZero();
      assertThat(transformed(normalizer, Float.NaN)).isZero();
    }
  }

  @Test
  void theUnitOfAColumnDoesNotDecideIfItIsConstant() {
    Running tiny = new Running(STANDARD, 1);
    Running large = new Running(STANDARD, 1);
    Random random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      float x = (float) random.nextGaussian();
      tiny.update(new float[] {1e-7f * x}, 0);
      large.update(new float[] {1e6f + 10f * x}, 0);
    }

    assertThat(transformed(tiny, 1e-7f)).isCloseTo(1f, within(0.1f));
    assertThat(transformed(large, 1e6f + 10f)).isCloseTo(1f, within(0.1f));
  }

  @Test
  void aColumnThatVariesByRoundingOnlyIsConstant() {
    Running normalizer = new Running(STANDARD, 1);
    for (int i = 0; i < 1000; i++) {
      // The two floats next to each other there.
      normalizer.update(new float[] {i % 2 == 0 ? 1e6f : Math.nextUp(1e6f)}, 0);
    }

    assertThat(transformed(normalizer, Math.nextUp(1e6f))).isZero();
  }

  @Test
  void aMissingValueChangesNoStatistics() {
    Running with = new Running(STANDARD, 2);
    Running without = new Running(STANDARD, 2);
    for (int i = 0; i < 20; i++) {
      with.update(new float[] {i, i}, 0);
      with.update(new float[] {Float.NaN, i + 0.5f}, 0);
      without.update(new float[] {i, i}, 0);
    }

    float[] a = new float[2];
    float[] b = new float[2];
    with.transform(new float[] {3f, 3f}, 0, a, 0);
    without.transform(new float[] {3f, 3f}, 0, b, 0);
    assertThat(a[0]).isEqualTo(b[0]);
    assertThat(a[1]).isNotEqualTo(b[1]);
  }

  @Test
  void anInfiniteValueIsMissing() {
    for (Normalization spec : List.of(STANDARD, MINMAX)) {
      Running seen = new Running(spec, 9);
      Running other = new Running(spec, 9);
      float[] row = {1, 2, 3, 4, 5, 6, 7, 8, 9};
      float[] infinite = {1, 2, Float.POSITIVE_INFINITY, 4, 5, 6, 7, Float.NEGATIVE_INFINITY, 9};
      float[] missing = {1, 2, Float.NaN, 4, 5, 6, 7, Float.NaN, 9};
      Workspace workspace = new Workspace();
      for (float[] next : List.of(row, infinite, row)) {
        seen.normalizer().updateAndTransform(seen.statistics(), next, 0, 1, workspace);
        assertThat(workspace.scaled).doesNotContain(Float.NaN);
      }
      for (float[] next : List.of(row, missing, row)) {
        other.normalizer().updateAndTransform(other.statistics(), next, 0, 1, workspace);
      }
      assertThat(seen.statistics()).isEqualTo(other.statistics());
    }
  }

  @Test
  void scalingRowsTogetherEqualsOneByOne() {
    int columns = 21;
    int rows = 500;
    int stride = Kernels.stride(columns);
    Random random = new Random(12);
    float[] x = new float[3 + rows * columns];
    for (int i = 0; i < x.length; i++) {
      x[i] = random.nextInt(30) == 0 ? Float.NaN : (float) (i % 4 + random.nextGaussian());
    }
    x[3 + 300 * columns + 2] = 1e20f;
    for (Normalization.Kind kind : Normalization.Kind.values()) {
      Running together = new Running(new Normalization(kind, 0.001f, 2f), columns);
      Running single = new Running(new Normalization(kind, 0.001f, 2f), columns);
      Workspace workspace = new Workspace();
      float[] expected = new float[rows * stride];

      together.normalizer().updateAndTransform(together.statistics(), x, 3, rows, workspace);
      for (int r = 0; r < rows; r++) {
        single.update(x, 3 + r * columns);
        single.transform(x, 3 + r * columns, expected, r * stride);
      }

      assertThat(workspace.scaled).isEqualTo(expected);
      assertThat(together.statistics()).isEqualTo(single.statistics());
    }
  }

  @Test
  void statisticsAreStoredColumnByColumn() throws IOException {
    double[] statistics = {1, 2, 3, 4, 5, 6};
    double[] read = new double[6];
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Normalizer.visit(statistics, 2, new StateWriter(new DataOutputStream(bytes)));
    Normalizer.visit(read, 2, new StateReader(new BoundedDataInput(bytes.toByteArray())));

    assertThat(Normalizer.byColumn(statistics, 2)).containsExactly(1, 3, 5, 2, 4, 6);
    assertThat(ByteBuffer.wrap(bytes.toByteArray()).getDouble(8)).isEqualTo(3);
    assertThat(read).isEqualTo(statistics);
  }

  @Test
  void minmaxStaysWithinZeroAndOne() {
    Running normalizer = new Running(MINMAX, 1);
    normalizer.update(new float[] {-10f}, 0);
    normalizer.update(new float[] {30f}, 0);

    assertThat(transformed(normalizer, 0f)).isEqualTo(0.25f);
    assertThat(transformed(normalizer, 99f)).isEqualTo(1f);
    assertThat(transformed(normalizer, -99f)).isEqualTo(0f);
  }

  @Test
  void aScaledTargetIsInverted() {
    for (Normalization.Kind kind : Normalization.Kind.values()) {
      TargetScaler scaler = new TargetScaler(new Normalization(kind, 0f, 4f));
      double[] statistics = scaler.initialStatistics();
      scaler.update(statistics, 10);
      scaler.update(statistics, 30);
      scaler.update(statistics, 26);

      assertThat(scaler.unscaled(statistics, scaler.scaled(statistics, 14)))
          .isCloseTo(14.0, within(1e-5));
    }
  }

  @ParameterizedTest
  @EnumSource(Normalization.Kind.class)
  void anIndicatorKeepsItsValueTogetherAndAlone(Normalization.Kind kind) {
    Normalization spec = new Normalization(kind, 0.001f, 4f).withIndicators(Indicators.of(1, 2, 7));
    Normalizer normalizer = new Normalizer(spec, 3);
    double[] statistics = normalizer.initialStatistics();
    float[] rows = {5, 0, 1, 7, 1, Float.NaN, 9, 0, 0};
    Workspace workspace = new Workspace();

    normalizer.updateAndTransform(statistics, rows, 0, 3, workspace);

    int stride = Kernels.stride(3);
    float[] alone = new float[3];
    for (int r = 0; r < 3; r++) {
      assertThat(workspace.scaled[r * stride + 1]).isEqualTo(rows[3 * r + 1]);
      assertThat(workspace.scaled[r * stride + 2]).isEqualTo(r == 1 ? 0f : rows[3 * r + 2]);
      normalizer.transform(statistics, rows, 3 * r, alone, 0);
      assertThat(alone[1]).isEqualTo(rows[3 * r + 1]);
    }
    assertThat(normalizer.origin(statistics, 2)).isZero();
    assertThat(normalizer.scale(statistics, 2)).isEqualTo(1);
  }
}
