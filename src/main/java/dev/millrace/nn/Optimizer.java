package dev.millrace.nn;

import java.io.Serializable;

/** How a gradient becomes a change of the weights. */
public sealed interface Optimizer extends Serializable {

  /** The step size. */
  float learningRate();

  /** The name in pipeline files. */
  String id();

  /**
   * Stochastic gradient descent: v = momentum·v + g, w -= learningRate·v.
   *
   * @param momentum 0 (off) to below 1
   */
  record Sgd(float learningRate, float momentum) implements Optimizer {
    @Override
    public String id() {
      return "sgd";
    }
  }

  /**
   * RMSprop (Hinton, lecture 6e): v = rho·v + (1-rho)·g², w -= learningRate·g/(sqrt(v) + epsilon).
   *
   * @param rho decay of the squared gradient, 0 to below 1
   * @param biasCorrection divide v by 1-rho^t, as Adam does, so that the first steps are not too
   *     long
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
}
