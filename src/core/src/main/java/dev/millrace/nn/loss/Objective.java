package dev.millrace.nn.loss;

import dev.millrace.data.PublicApi;

/**
 * Computes the loss of one row of outputs and its gradient.
 *
 * <p>The target is the index of the class, or the scaled value for regression. Immutable, so that
 * all models of a kind share one.
 */
@PublicApi
public interface Objective {

  /**
   * Settings of a model that its loss depends on.
   *
   * @param classification true if the target is the index of a class
   * @param smoothing label smoothing ε (Szegedy et al., 2016), which distributes the fraction ε of
   *     the target evenly over all classes: (1 - ε)·target + ε/classes
   * @param maxError limit of errors in gradients of mse
   */
  record Settings(boolean classification, float smoothing, float maxError) {

    float smoothed(float target, int classes) {
      return smoothing == 0f ? target : (1f - smoothing) * target + smoothing / classes;
    }
  }

  /** Returns true if the gradient is with respect to the weighted sums instead of the outputs. */
  boolean isFused();

  /** Returns the loss of the outputs in {@code y} from the offset. */
  float loss(float[] y, int offset, int outputs, float target);

  /** Writes the gradient times {@code factor}; returns true if an error was limited. */
  boolean gradient(
      float[] y, int offset, int outputs, float target, float factor, float[] delta, int to);

  /**
   * Returns the largest second derivative of the loss with respect to the weighted sums of the
   * output layer; for losses that have none, the value that limits a step to the size of its
   * gradient.
   */
  float maxCurvature(int outputs);

  /**
   * Returns true if trained models rarely predict these outputs: the probability of the class is at
   * most 1e-6, or an output is NaN, or both output and error exceed the limit.
   */
  boolean isImplausible(float[] y, int offset, int outputs, float target, float maxOutput);
}
