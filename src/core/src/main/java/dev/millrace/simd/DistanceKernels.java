package dev.millrace.simd;

/**
 * Kernels of nearest neighbours, under the rules of {@link Kernels}. Records are in tiles of {@link
 * #TILE}: the values of the first column of all of them, then those of the next column.
 */
public interface DistanceKernels {

  /** Records of a tile. */
  int TILE = 16;

  /**
   * Squared Euclidean distances of records that are not scaled from a row that is.
   *
   * <p>Order: each sum starts from 0 and adds one fma(d, d, sum) a column, ascending; d = s - z,
   * with s = (x - mean)·inverse, limited to -clip..clip, or 0 if x is missing (NaN).
   *
   * @param rows tiles
   * @param tileStride floats from one tile to the next one that is read
   * @param tiles number of tiles that are read, from the start of the array
   * @param means [columns]
   * @param inverses [columns], 1/sd
   * @param z [columns]
   * @param distances receives [tiles x 16]
   */
  void distances(
      float[] rows,
      int tileStride,
      int tiles,
      int columns,
      float[] means,
      float[] inverses,
      float[] z,
      float clip,
      float[] distances);

  /** Returns the first index of a value below the bound, or {@code to} if there is none. */
  int firstBelow(float[] values, int from, int to, float bound);
}
