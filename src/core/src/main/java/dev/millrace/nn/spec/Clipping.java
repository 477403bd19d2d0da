package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/**
 * Gradient clipping.
 *
 * <p>The norm of an example's gradient is limited relative to the error of its outputs, not to a
 * constant. A constant limit cuts the examples of large errors, which are those of a rare class,
 * and the model converges to probabilities that are too low for it. The ratio of the two norms is a
 * matter of inputs and weights, so what is cut does not depend on the label, and the weight of the
 * example scales the gradient after it was clipped.
 *
 * <p>The gradients of sgd are also clipped to a step that does not overshoot: one that would bring
 * the outputs for its own example to the minimum of the loss, were its curvature the largest (as
 * normalized least mean squares; Nagumo and Noda, 1967). A learning rate that is too large for the
 * inputs, or for the momentum, is limited so. With mse on standardized targets, errors are cut to
 * {@link #MAX_ERROR} standard deviations.
 *
 * @param norm max L2 norm of an example's gradient, in multiples of the L2 norm of its gradient
 *     with respect to the weighted sums of the output layer; 0 is off
 * @param value max magnitude of an element of a mini-batch's gradient, weights of examples
 *     included; 0 is off
 */
@PublicApi
public record Clipping(
    @Setting(
            value = "10",
            in = "[0, 1000000]",
            name = "clip",
            doc =
                "gradient clipping: max L2 norm of an example's gradient, in multiples of the error"
                    + " of its outputs, which preserves the probabilities of rare classes; also"
                    + " limits steps of sgd that would overshoot; 0 is off")
        float norm,
    @Setting(
            value = "0",
            in = "[0, 1000000]",
            name = "clip-value",
            doc = "max magnitude of an element of a mini-batch's gradient; 0 is off")
        float value)
    implements Serializable {

  /** No clipping. */
  public static final Clipping OFF = new Clipping(0f, 0f);

  /** Max magnitude of a gradient that is used: the sum of squares of larger ones overflows. */
  public static final float MAX_GRADIENT = 1e15f;

  /**
   * Max error of mse on a standardized target, in standard deviations of the target. The value of
   * one example in a thousand, all others being equal, is 32 standard deviations from the mean.
   */
  public static final float MAX_ERROR = 32f;
}
