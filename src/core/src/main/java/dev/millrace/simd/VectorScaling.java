package dev.millrace.simd;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link ScalingKernels} on the Vector API: a register of columns through all rows, so that the
 * divisions and roots of consecutive rows overlap.
 */
final class VectorScaling implements ScalingKernels {

  private static final VectorSpecies<Double> SPECIES =
      VectorSpecies.of(double.class, VectorFunctions.SPECIES.vectorShape());

  private static final int WIDTH = SPECIES.length();

  private static DoubleVector at(double[] a, int i) {
    return DoubleVector.fromArray(SPECIES, a, i);
  }

  @Override
  public void standardize(
      double[] statistics, double[] x, int rows, int columns, double keep, double clip) {
    int bound = SPECIES.loopBound(columns);
    for (int c = 0; c < bound; c += WIDTH) {
      int r = regularRows(statistics, x, 0, rows, columns, c, keep, clip);
      while (r < rows) {
        ScalarScaling.standardize(statistics, x, r * columns, columns, c, c + WIDTH, keep, clip);
        r = regularRows(statistics, x, r + 1, rows, columns, c, keep, clip);
      }
    }
    if (bound < columns) {
      for (int r = 0; r < rows; r++) {
        ScalarScaling.standardize(statistics, x, r * columns, columns, bound, columns, keep, clip);
      }
    }
  }

  /**
   * Processes rows from {@code from} on, up to one with a missing or far value in this register's
   * columns, whose distance may have to be limited.
   *
   * @return the index of that row, or the number of rows
   */
  private static int regularRows(
      double[] statistics,
      double[] x,
      int from,
      int rows,
      int columns,
      int c,
      double keep,
      double clip) {
    DoubleVector n = at(statistics, c);
    DoubleVector mean = at(statistics, columns + c);
    DoubleVector m2 = at(statistics, 2 * columns + c);
    int r = from;
    for (; r < rows; r++) {
      int i = r * columns + c;
      DoubleVector value = at(x, i);
      DoubleVector q = value.sub(mean);
      DoubleVector far = m2.mul(ScalarScaling.FARTHEST * ScalarScaling.FARTHEST);
      // False for NaN as well.
      if (!q.mul(q).mul(n).compare(LE, far).allTrue()) {
        break;
      }
      n = n.mul(keep).add(1);
      DoubleVector step = q.div(n);
      mean = mean.add(step);
      m2 = m2.mul(keep).add(q.mul(q.sub(step)));
      DoubleVector variance = m2.div(n);
      DoubleVector rounding = mean.mul(ScalarScaling.FLOAT_ROUNDING).mul(mean);
      VectorMask<Double> constant = variance.compare(LE, rounding);
      DoubleVector z = value.sub(mean).div(variance.sqrt());
      z = z.blend(clip, z.compare(GT, clip));
      z = z.blend(-clip, z.compare(LT, -clip));
      z.blend(0, constant).intoArray(x, i);
    }
    n.intoArray(statistics, c);
    mean.intoArray(statistics, columns + c);
    m2.intoArray(statistics, 2 * columns + c);
    return r;
  }
}
