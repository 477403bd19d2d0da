package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import java.io.Serializable;

/** Rule that converts a gradient to a change of the weights. */
@PublicApi
public sealed interface Optimizer extends Serializable {

  /** Returns the learning rate. */
  float learningRate();

  /** The name in pipeline files. */
  String id();

  /**
   * Stochastic gradient descent: v = momentum·v + g, w -= learningRate·v.
   *
   * @param momentum 0 (off) to below 1
   * @param nesterov step along g + momentum·v instead of v (Nesterov, 1983, as PyTorch has it)
   */
  record Sgd(float learningRate, float momentum, boolean nesterov) implements Optimizer {

    /** Creates sgd with plain momentum. */
    public Sgd(float learningRate, float momentum) {
      this(learningRate, momentum, false);
    }

    @Override
    public String id() {
      return "sgd";
    }
  }

  /**
   * RMSprop (Hinton, lecture 6e): v = rho·v + (1-rho)·g², w -= learningRate·g/(sqrt(v) + epsilon).
   *
   * @param rho decay of the squared gradient, 0 to below 1
   * @param biasCorrection true to divide v by 1-rho^t, as Adam does, so that the first steps are
   *     not too long
   */
  record RmsProp(float learningRate, float rho, float epsilon, boolean biasCorrection)
      implements Optimizer {
    @Override
    public String id() {
      return "rmsprop";
    }
  }

  /** Adam (Kingma and Ba, 2015), with bias correction. */
  record Adam(float learningRate, float beta1, float beta2, float epsilon) implements Optimizer {
    @Override
    public String id() {
      return "adam";
    }
  }

  /**
   * AdamW (Loshchilov and Hutter, 2019): w -= learningRate·weightDecay·w, weights and biases alike,
   * then a step of Adam.
   */
  record AdamW(float learningRate, float beta1, float beta2, float epsilon, float weightDecay)
      implements Optimizer {
    /** Returns the fraction subtracted from every weight per step; above 1, weights would grow. */
    public float decay() {
      return learningRate * weightDecay;
    }

    @Override
    public String id() {
      return "adamw";
    }
  }

  /**
   * Adagrad (Duchi et al., 2011): s += g², w -= learningRate·g/(sqrt(s) + epsilon).
   *
   * @param initialSum initial value of s
   */
  record Adagrad(float learningRate, float initialSum, float epsilon) implements Optimizer {
    @Override
    public String id() {
      return "adagrad";
    }
  }

  /**
   * FTRL-Proximal (McMahan et al., 2013): n += g², z += g - σ·w with σ = (sqrt(n) - sqrt(n before))
   * / alpha, w = 0 where |z| ≤ l1, else -(z - sign(z)·l1) / ((beta + sqrt(n))/alpha + l2).
   *
   * <p>The paper starts from w = 0, where a network would stay; here z starts from the value that
   * yields the initial weights.
   *
   * @param alpha learning rate, which decreases with the sum of squared gradients
   * @param beta above 0
   */
  record Ftrl(float alpha, float beta, float l1, float l2) implements Optimizer {
    @Override
    public float learningRate() {
      return alpha;
    }

    @Override
    public String id() {
      return "ftrl";
    }
  }
}
