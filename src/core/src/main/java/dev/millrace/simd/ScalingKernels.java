package dev.millrace.simd;

/**
 * Scales columns by statistics that each row updates, in doubles but otherwise under the rules of
 * {@link Kernels}.
 */
public interface ScalingKernels {

  /**
   * Updates the statistics of the columns row by row, and standardizes each row by the statistics
   * that include it.
   *
   * <p>Order: {@link ScalarScaling#update}; (x - mean) / {@link ScalarScaling#deviation}, or 0 if
   * that is 0, limited to -clip..clip. A missing value (NaN) becomes 0 and does not change the
   * statistics.
   *
   * @param statistics [3 x columns]: n, mean and m2
   * @param x [rows x columns]; receives the standardized values
   * @param keep see {@link ScalarScaling#update}
   * @param clip above 0
   */
  void standardize(
      double[] statistics, double[] x, int rows, int columns, double keep, double clip);
}
