package dev.millrace.simd;

import static dev.millrace.simd.VectorFunctions.SPECIES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;
import static jdk.incubator.vector.VectorOperators.NE;

import jdk.incubator.vector.FloatVector;

/**
 * {@link DistanceKernels} on the Vector API, with registers of 8 or 16 records: two at a time,
 * which share what is loaded of a column.
 */
final class VectorDistances implements DistanceKernels {

  private static final int WIDTH = SPECIES.length();

  private final DistanceKernels scalar = new ScalarDistances();

  @Override
  public void distances(
      float[] rows,
      int tileStride,
      int tiles,
      int columns,
      float[] means,
      float[] inverses,
      float[] z,
      float clip,
      float[] distances) {
    int last = (tiles - 1) * tileStride;
    int second = WIDTH == TILE ? tileStride : WIDTH;
    for (int d = 0, tile = 0; tile <= last; d += 2 * WIDTH, tile += 2 * WIDTH / TILE * tileStride) {
      // Without a second tile, the last one is read twice and written once.
      boolean isPair = tile + second <= last + WIDTH;
      int other = isPair ? tile + second : tile;
      FloatVector sum = FloatVector.zero(SPECIES);
      FloatVector sumOfOther = sum;
      for (int c = 0; c < columns; c++) {
        float mean = means[c];
        float inverse = inverses[c];
        FloatVector s =
            FloatVector.fromArray(SPECIES, rows, tile + c * TILE).sub(mean).mul(inverse);
        s = s.blend(clip, s.compare(GT, clip));
        s = s.blend(-clip, s.compare(LT, -clip));
        s = s.blend(0f, s.compare(NE, s)).sub(z[c]);
        sum = s.fma(s, sum);
        s = FloatVector.fromArray(SPECIES, rows, other + c * TILE).sub(mean).mul(inverse);
        s = s.blend(clip, s.compare(GT, clip));
        s = s.blend(-clip, s.compare(LT, -clip));
        s = s.blend(0f, s.compare(NE, s)).sub(z[c]);
        sumOfOther = s.fma(s, sumOfOther);
      }
      sum.intoArray(distances, d);
      if (isPair) {
        sumOfOther.intoArray(distances, d + WIDTH);
      }
    }
  }

  @Override
  public int firstBelow(float[] values, int from, int to, float bound) {
    int i = from;
    for (; i <= to - WIDTH; i += WIDTH) {
      if (FloatVector.fromArray(SPECIES, values, i).compare(LT, bound).anyTrue()) {
        break;
      }
    }
    return scalar.firstBelow(values, i, to, bound);
  }
}
