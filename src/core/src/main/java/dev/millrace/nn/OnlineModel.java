package dev.millrace.nn;

import dev.millrace.data.MetricsReport;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * A model that learns from a stream, one example after the other, and is stored and restored as one
 * piece: a {@link Learner}, the mixture that {@code model: auto} means, or several models of which
 * one answers.
 *
 * <p>Each example is predicted before anything is learned from it, and how examples are cut into
 * calls changes no bit. Not thread-safe.
 */
public interface OnlineModel {

  /** Number of features. */
  int inputs();

  /**
   * Returns how many floats a prediction has: one for each class, or the two of a {@link
   * PredictedValue}.
   */
  int outputs();

  /** Classes known so far, 0 for regression. */
  int classes();

  /** Returns the features that the model does not scale. */
  Indicators indicators();

  /** Updates of the weights. */
  long steps();

  /** Examples learned from, those that wait for an update included. */
  long examples();

  /** Updates left out because their gradient was not finite (or beyond 1e15). */
  long skippedSteps();

  /** Updates along a gradient that was clipped, at least in part. */
  long clippedSteps();

  /** Times that the model had diverged and went back to an earlier state. */
  long rollbacks();

  /**
   * Max number of examples to learn in one call so that no rollback happens before the last of
   * them.
   */
  default int maxTogether() {
    return Integer.MAX_VALUE;
  }

  /** What makes its draws differ from those of the models of other keys. */
  long keySeed();

  /** The size of the next step. */
  float learningRate();

  /** What it mixes, as it stands; null if it mixes nothing. */
  default MetricsReport.Members members() {
    return null;
  }

  /** The models of which it is one, as they stand; empty if it is alone. */
  default List<MetricsReport.CandidateReport> candidates() {
    return List.of();
  }

  /** Shares scratch with other models of the same thread; not part of the model. */
  void use(Workspace shared);

  /**
   * Predicts without changing anything.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers: what each class is given (1 while only one class
   *     is known), or the value on the target's own scale, NaN until a target has been seen
   */
  void predict(float[] features, int offset, float[] out);

  /**
   * Predicts as {@link #learnClass} and {@link #learnValue} would if the example came next: the
   * scaler takes its features in first. Nothing is changed once it returns.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers, as {@link #predict} writes them
   */
  void predictNext(float[] features, int offset, float[] out);

  /**
   * Predicts, then learns the class of an example.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param classIndex 0 to below {@link #classes}
   * @param weight of the example's gradient, finite, at least 0
   * @param out receives the prediction made before learning, as {@link #predict} does
   * @return the loss of that prediction, without weight and penalty
   * @throws IllegalArgumentException if the weight is negative or not finite
   * @throws IndexOutOfBoundsException if the class is not known
   * @throws IllegalStateException if the model learns values
   */
  float learnClass(float[] features, int offset, int classIndex, float weight, float[] out);

  /**
   * Predicts and learns the classes of many examples, bit for bit as {@link #learnClass} in their
   * order.
   *
   * @param features [rows x inputs] from {@code offset}, NaN is missing
   * @param classIndexes [rows], each 0 to below {@link #classes}
   * @param weights [rows] of the examples' gradients
   * @param out receives the predictions, [rows x outputs]
   * @param losses receives the loss of each prediction
   * @throws IllegalArgumentException if a weight is negative or not finite; then nothing was
   *     learned
   * @throws IndexOutOfBoundsException if a class is not known; then nothing was learned
   */
  void learnClasses(
      float[] features,
      int offset,
      int rows,
      int[] classIndexes,
      float[] weights,
      float[] out,
      float[] losses);

  /**
   * Predicts, then learns the value of an example; otherwise as {@link #learnClass}.
   *
   * @param target finite
   * @return the loss on the scale of the normalised target
   * @throws IllegalArgumentException if the target is not finite, or the weight is negative or not
   *     finite
   * @throws IllegalStateException if the model learns classes
   */
  float learnValue(float[] features, int offset, double target, float weight, float[] out);

  /**
   * Predicts and learns the values of many examples, as {@link #learnClasses} does their classes.
   *
   * @param targets [rows], finite
   * @param out receives the predictions, [rows]
   */
  void learnValues(
      float[] features,
      int offset,
      int rows,
      double[] targets,
      float[] weights,
      float[] out,
      float[] losses);

  /**
   * Makes room for one more class, the last index; everything learned is kept.
   *
   * @throws IllegalStateException if there is no room
   */
  void addClass();

  /** Bytes of the arrays that belong to this model alone, in memory, padding included. */
  long memoryBytes();

  /** A model of its own that equals this one now. */
  OnlineModel copy();

  /** Writes everything that decides how the model goes on, bit for bit. */
  void write(DataOutput out) throws IOException;
}
