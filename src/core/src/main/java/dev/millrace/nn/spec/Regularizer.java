package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/**
 * Penalties and limits against overfitting.
 *
 * <p>The penalty on weights (never on biases) is cost += l1·Σ|w| + l2·Σw², as Keras has it; both
 * together are the elastic net (Zou and Hastie, 2005).
 *
 * @param l1 LASSO, 0 is off
 * @param l2 Ridge, 0 is off
 * @param maxNorm max L2 norm of the weights into one neuron after each step (Srivastava et al.,
 *     2014), 0 is off
 * @param labelSmoothing fraction of a cross-entropy's target that is distributed evenly over all
 *     classes, 0 (off) to below 1
 */
@PublicApi
public record Regularizer(
    @Setting(value = "0", in = "[0, 1000]", doc = "LASSO penalty on the weights") float l1,
    @Setting(value = "0", in = "[0, 1000]", doc = "Ridge penalty on the weights") float l2,
    @Setting(
            value = "0",
            in = "[0, 1000000]",
            doc = "max L2 norm of the weights into one neuron after each step; 0 is off")
        float maxNorm,
    @Setting(
            value = "0",
            in = "[0, 1)",
            doc =
                "cross-entropies: fraction of the target that is distributed equally over all"
                    + " classes; 0 is off")
        float labelSmoothing)
    implements Serializable {

  /** Creates a regularizer with penalties only. */
  public Regularizer(float l1, float l2) {
    this(l1, l2, 0f, 0f);
  }
}
