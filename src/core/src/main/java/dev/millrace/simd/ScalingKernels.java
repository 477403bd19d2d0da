package dev.millrace.simd;

/**
 * Columns brought to a common scale that is learned with each row, in doubles but otherwise under
 * the rules of {@link Kernels}.
 */
public interface ScalingKernels {

  /**
   * The implementation that goes with {@link Kernels#best}; scalar at 128 bits as well, where C2
   * allocates the masks of two doubles.
   */
  static ScalingKernels best() {
    return Kernels.best().bits() < 256 ? new ScalarScaling() : new VectorScaling();
  }

  /**
   * Takes rows into the statistics of their columns, each before the next, and standardises each by
   * the statistics that it has become part of.
   *
   * <p>Order: {@link ScalarScaling#update}; (x - mean) / {@link ScalarScaling#deviation}, or 0 if
   * that is 0, cut to -clip..clip. A value that is missing (NaN) is 0 and changes no statistics.
   *
   * @param statistics [3 x columns]: n, mean and m2
   * @param x [rows x columns]; receives what it is on the common scale
   * @param keep see {@link ScalarScaling#update}
   * @param clip above 0
   */
  void standardize(
      double[] statistics, double[] x, int rows, int columns, double keep, double clip);
}
