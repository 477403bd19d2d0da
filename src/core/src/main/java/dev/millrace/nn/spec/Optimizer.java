package dev.millrace.nn.spec;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/** Rule that converts a gradient to a change of the weights. */
@PublicApi
public sealed interface Optimizer extends Serializable
    permits Optimizer.Sgd,
        Optimizer.RmsProp,
        Optimizer.Adam,
        Optimizer.AdamW,
        Optimizer.Adagrad,
        Optimizer.Ftrl {

  /** Min epsilon: divided by a smaller one, the square of a quotient may overflow. */
  float MIN_EPSILON = 1e-20f;

  /** Range of epsilon. */
  String EPSILONS = "[" + MIN_EPSILON + ", 1]";

  /** Returns the learning rate. */
  float learningRate();

  /** Returns the number that prevents division by zero; 1 if there is none to set. */
  default float epsilon() {
    return 1f;
  }

  /** The name in pipeline files. */
  default String id() {
    return Declaration.kind(getClass());
  }

  /**
   * Stochastic gradient descent: v = momentum·v + g, w -= learningRate·v.
   *
   * @param momentum 0 (off) to below 1
   * @param nesterov step along g + momentum·v instead of v (Nesterov, 1983, as PyTorch has it)
   */
  @Setting.Kind(
      value = "sgd",
      doc =
          "Stochastic gradient descent. `optimizer: sgd` is short for this map with its defaults.")
  record Sgd(
      @Setting(value = "0.02", in = "(0, 10]", doc = "the step size") float learningRate,
      @Setting(value = "0", in = "[0, 1)", doc = "fraction of the last step that is kept; 0 is off")
          float momentum,
      @Setting(value = "false", doc = "Nesterov momentum; needs momentum") boolean nesterov)
      implements Optimizer {

    /** Creates sgd with plain momentum. */
    public Sgd(float learningRate, float momentum) {
      this(learningRate, momentum, false);
    }
  }

  /**
   * RMSprop (Hinton, lecture 6e): v = rho·v + (1-rho)·g², w -= learningRate·g/(sqrt(v) + epsilon).
   *
   * @param rho decay of the squared gradient, 0 to below 1
   * @param biasCorrection true to divide v by 1-rho^t, as Adam does, so that the first steps are
   *     not too long
   */
  @Setting.Kind(
      value = "rmsprop",
      doc =
          "Steps divided by a running mean of the gradient's size. `bias-correction: false` is"
              + " PyTorch's RMSprop.")
  record RmsProp(
      @Setting(value = "0.005", in = "(0, 10]", doc = "the step size") float learningRate,
      @Setting(value = "0.99", in = "[0, 1)", doc = "decay of the squared gradient") float rho,
      @Setting(value = "1e-8", in = EPSILONS, doc = "prevents division by zero") float epsilon,
      @Setting(value = "true", doc = "limits the first steps") boolean biasCorrection)
      implements Optimizer {}

  /** Adam (Kingma and Ba, 2015), with bias correction. */
  @Setting.Kind(value = "adam", doc = "RMSprop with momentum, bias-corrected; PyTorch's Adam.")
  record Adam(
      @Setting(value = "0.001", in = "(0, 10]", doc = "the step size") float learningRate,
      @Setting(value = "0.9", in = "[0, 1)", doc = "decay of the gradient") float beta1,
      @Setting(value = "0.999", in = "[0, 1)", doc = "decay of the squared gradient") float beta2,
      @Setting(value = "1e-8", in = EPSILONS, doc = "prevents division by zero") float epsilon)
      implements Optimizer {}

  /**
   * AdamW (Loshchilov and Hutter, 2019): w -= learningRate·weightDecay·w, weights and biases alike,
   * then a step of Adam.
   */
  @Setting.Kind(value = "adamw", doc = "Adam with weight decay decoupled from the gradient.")
  record AdamW(
      @Setting(value = "0.001", in = "(0, 10]", doc = "the step size") float learningRate,
      @Setting(value = "0.9", in = "[0, 1)", doc = "decay of the gradient") float beta1,
      @Setting(value = "0.999", in = "[0, 1)", doc = "decay of the squared gradient") float beta2,
      @Setting(value = "1e-8", in = EPSILONS, doc = "prevents division by zero") float epsilon,
      @Setting(
              value = "0.01",
              in = "[0, 10]",
              doc =
                  "fraction of every weight and bias that each step removes, relative to the"
                      + " learning rate")
          float weightDecay)
      implements Optimizer {
    /** Returns the fraction subtracted from every weight per step; above 1, weights would grow. */
    public float decay() {
      return learningRate * weightDecay;
    }
  }

  /**
   * Adagrad (Duchi et al., 2011): s += g², w -= learningRate·g/(sqrt(s) + epsilon).
   *
   * @param initialSum initial value of s
   */
  @Setting.Kind(
      value = "adagrad",
      doc = "Steps divided by the root of the sum of all squared gradients.")
  record Adagrad(
      @Setting(value = "0.01", in = "(0, 10]", doc = "the step size") float learningRate,
      @Setting(
              value = "0",
              in = "[0, 1000]",
              name = "initial-accumulator",
              doc = "initial value of the sum of squared gradients")
          float initialSum,
      @Setting(value = "1e-10", in = EPSILONS, doc = "prevents division by zero") float epsilon)
      implements Optimizer {}

  /**
   * FTRL-Proximal (McMahan et al., 2013): n += g², z += g - σ·w with σ = (sqrt(n) - sqrt(n before))
   * / alpha, w = 0 where |z| ≤ l1, else -(z - sign(z)·l1) / ((beta + sqrt(n))/alpha + l2).
   *
   * <p>The paper starts from w = 0, where a network would stay; here z starts from the value that
   * yields the initial weights.
   *
   * @param learningRate learning rate, which decreases with the sum of squared gradients
   * @param beta above 0
   */
  @Setting.Kind(
      value = "ftrl",
      doc = "FTRL-Proximal (McMahan et al., 2013), made for sparse features.")
  record Ftrl(
      @Setting(
              value = "0.05",
              in = "(0, 10]",
              name = "alpha",
              doc = "the step size, which decreases with the gradients so far")
          float learningRate,
      @Setting(value = "1", in = "(0, 1000]", doc = "limits the first steps") float beta,
      @Setting(
              value = "0",
              in = "[0, 1000]",
              doc = "L1 penalty, which makes weights and biases exactly 0; 0 is off")
          float l1,
      @Setting(value = "0", in = "[0, 1000]", doc = "L2 penalty on weights and biases; 0 is off")
          float l2)
      implements Optimizer {}
}
