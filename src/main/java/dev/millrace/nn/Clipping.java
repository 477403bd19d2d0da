package dev.millrace.nn;

import dev.millrace.simd.Kernels;
import dev.millrace.simd.UpdateKernels;
import java.io.Serializable;

/**
 * How far one step may go: each element of the gradient is cut first, then the whole is shortened.
 *
 * @param norm longest gradient allowed (its L2 norm), 0 is off
 * @param value greatest element allowed, 0 is off
 */
public record Clipping(float norm, float value) implements Serializable {

  private static final Kernels KERNELS = Kernels.best();
  private static final UpdateKernels UPDATES = UpdateKernels.best();

  /**
   * Beyond, a sum of squared gradients might not fit a float, and one step would spoil the
   * optimizer.
   */
  static final float GREATEST_GRADIENT = 1e15f;

  /**
   * Clips a gradient in place; false if it must not be used, because it is not finite or its
   * greatest element is beyond 1e15. Weights that have only ever been moved by gradients that pass
   * stay finite, with the settings that {@link LearnerSpec} allows, so that a copy to go back to is
   * never needed.
   */
  boolean apply(float[] gradient, int length) {
    // Written so that NaN is refused as well.
    if (!(KERNELS.absMax(gradient, 0, length) <= GREATEST_GRADIENT)) {
      return false;
    }
    if (value != 0f) {
      UPDATES.clamp(gradient, length, value);
    }
    if (norm == 0f) {
      return true;
    }
    float actual = (float) Math.sqrt(KERNELS.sumOfSquares(gradient, 0, length));
    if (actual > norm) {
      KERNELS.scale(gradient, 0, length, norm / actual);
    }
    return actual < Float.POSITIVE_INFINITY;
  }
}
