package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.report.MetricsReport;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model that learns from a stream, example by example, and is stored and restored as a whole: a
 * {@link Learner}, the mixture of {@code model: auto}, or champion and challengers.
 *
 * <p>Each example is predicted before the model learns it. The number of examples per call does not
 * change one bit of the results. Not thread-safe.
 */
@PublicApi
public interface OnlineModel {

  /** Returns the number of features. */
  int inputs();

  /**
   * Returns the number of floats of a prediction: one per class, or two of a {@link
   * PredictedValue}.
   */
  int outputs();

  /** Returns the number of known classes, 0 for regression. */
  int classes();

  /** Returns the features that the model does not scale. */
  Indicators indicators();

  /** Returns the number of updates of the weights. */
  long steps();

  /** Returns the number of examples learned, including those that wait for an update. */
  long examples();

  /** Returns the number of updates skipped because their gradient was not finite or above 1e15. */
  long skippedSteps();

  /** Returns the number of updates with a clipped gradient. */
  long clippedSteps();

  /** Returns the number of rollbacks to earlier weights after a divergence. */
  long rollbacks();

  /**
   * Returns the max number of examples per call that cannot cause a rollback before the last one.
   */
  default int maxTogether() {
    return Integer.MAX_VALUE;
  }

  /** Returns the seed of the model's key, for all its random numbers. */
  long keySeed();

  /** Returns the learning rate of the next step. */
  float learningRate();

  /** Returns the state of the members of a mixture; null for other models. */
  default MetricsReport.@Nullable Members members() {
    return null;
  }

  /** Returns the state of champion and challengers; empty for other models. */
  default List<MetricsReport.CandidateReport> candidates() {
    return List.of();
  }

  /** Uses scratch that other models of the same thread share; not part of the model. */
  void use(Workspace shared);

  /**
   * Predicts without changing anything.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers: the probability of each class (1 while only one
   *     class is known), or the value on the target's scale, NaN before the first target
   */
  void predict(float[] features, int offset, float[] out);

  /**
   * Predicts as {@link #learnClass} and {@link #learnValue} would, with the features included in
   * the statistics that scale them, without changing the model.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #outputs} numbers, see {@link #predict}
   */
  void predictNext(float[] features, int offset, float[] out);

  /**
   * Predicts variants of a row as {@link #predictNext} would predict that row: with its own
   * features, not those of a variant, included in the statistics that scale them. The model stays
   * as it is.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param count number of variants
   * @param out receives the predictions, [count x outputs]
   */
  void predictVariants(float[] features, int offset, int count, RowVariants variants, float[] out);

  /**
   * Returns the number of floats that {@link #predictPending} remembers of features; 0 if a model
   * learns from features and label alone.
   */
  default int remembered() {
    return 0;
  }

  /**
   * Predicts as {@link #predictNext} features whose label comes later.
   *
   * @param out receives {@link #outputs} numbers, see {@link #predict}
   * @param memory receives {@link #remembered} numbers for {@link #recall} from {@code at} on
   */
  default void predictPending(float[] features, int offset, float[] out, float[] memory, int at) {
    predictNext(features, offset, out);
  }

  /**
   * Recalls what {@link #predictPending} wrote when the features of the example came that is
   * learned next, by a call of its own.
   *
   * @param memory has {@link #remembered} numbers from {@code at} on; not changed before that call
   */
  default void recall(float[] memory, int at) {}

  /**
   * Predicts, then learns the class of an example.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param classIndex 0 to below {@link #classes}
   * @param weight of the example's gradient, finite, at least 0
   * @param out receives the prediction made before learning, see {@link #predict}
   * @return the loss of that prediction, without weight and penalty
   * @throws IllegalArgumentException if the weight is negative or not finite
   * @throws IndexOutOfBoundsException if the class is not known
   * @throws IllegalStateException if the model learns values
   */
  float learnClass(float[] features, int offset, int classIndex, float weight, float[] out);

  /**
   * Predicts and learns the classes of several examples, bit for bit as {@link #learnClass} in
   * their order.
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
   * Predicts, then learns the value of an example; see {@link #learnClass}.
   *
   * @param target finite
   * @return the loss on the scale of the normalized target
   * @throws IllegalArgumentException if the target is not finite, or the weight is negative or not
   *     finite
   * @throws IllegalStateException if the model learns classes
   */
  float learnValue(float[] features, int offset, double target, float weight, float[] out);

  /**
   * Predicts and learns the values of several examples; see {@link #learnClasses}.
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
   * Adds a class with the next index and keeps everything learned.
   *
   * @throws IllegalStateException if the model cannot have another class
   */
  void addClass();

  /** Returns the bytes of the arrays that this model does not share, with padding. */
  long memoryBytes();

  /** Returns the parts whose pages can be stored one by one, always in the same order. */
  default List<PagedPart> pagedParts() {
    return List.of();
  }

  /** Returns an independent copy. */
  OnlineModel copy();

  /** Writes everything that the model needs to continue bit for bit. */
  void write(DataOutput out) throws IOException;
}
