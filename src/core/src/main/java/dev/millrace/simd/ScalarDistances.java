package dev.millrace.simd;

import java.util.Arrays;

/** The specification of {@link DistanceKernels}, in plain loops. */
final class ScalarDistances implements DistanceKernels {

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
    Arrays.fill(distances, 0, tiles * TILE, 0f);
    for (int t = 0; t < tiles; t++) {
      for (int c = 0; c < columns; c++) {
        float mean = means[c];
        float inverse = inverses[c];
        float at = z[c];
        int from = t * tileStride + c * TILE;
        for (int r = 0; r < TILE; r++) {
          float scaled = (rows[from + r] - mean) * inverse;
          float limited = scaled > clip ? clip : scaled < -clip ? -clip : scaled;
          float apart = (Float.isNaN(limited) ? 0f : limited) - at;
          distances[t * TILE + r] = Fma.fma(apart, apart, distances[t * TILE + r]);
        }
      }
    }
  }

  @Override
  public int firstBelow(float[] values, int from, int to, float bound) {
    for (int i = from; i < to; i++) {
      if (values[i] < bound) {
        return i;
      }
    }
    return to;
  }
}
