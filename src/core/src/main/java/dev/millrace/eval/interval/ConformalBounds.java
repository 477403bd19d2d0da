package dev.millrace.eval.interval;

import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.PredictionRegion.Interval;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of the predictions of one model key, which hold the truth in a given share of cases,
 * whatever the model is and however the stream changes.
 *
 * <p>A predicted value has an interval, half of whose width is the {@linkplain ErrorScale scale of
 * errors} near that value times an adaptive factor; while no label was below 0, it is cut off
 * there. Of classes those are in the set whose probability is at least an adaptive threshold.
 * {@link CoverageControl} adapts both, when the truth is known, by the bound that was in force as
 * the prediction was made. No bound is known before the tenth truth. An update takes constant time
 * and no memory. Not thread-safe.
 */
public final class ConformalBounds implements State {
  /** Bound that is not known. */
  public static final double UNKNOWN = Double.NaN;

  private static final int MIN_LABELS = 10;

  // Larger ones cover a share closer to the level in each thousand examples, smaller ones have
  // intervals that are less wide: chosen on 11 streams, checked on 9 others (docs/intervals.md).
  private static final double STEP_OF_FACTOR = 0.05;
  private static final double STEP_OF_LOG_ODDS = 0.1;

  private static final double MIN_PROBABILITY = 1e-7;
  private static final int OBJECT_BYTES = 160;

  private final CoverageControl control;

  /** Null for classes. */
  private final @Nullable ErrorScale scale;

  private long labels;

  // Of values.
  private boolean hasNegative;

  /**
   * Creates the bounds of a model that has predicted nothing.
   *
   * @param level share of the truths that are to be within the bounds, above 0 and below 1
   * @param areClasses true for sets of classes, false for intervals of values
   */
  public ConformalBounds(double level, boolean areClasses) {
    // The start is that of Laplace's distribution around a value, and that of calibrated odds.
    double miss = 1 - level;
    control =
        areClasses
            ? new CoverageControl(level, STEP_OF_LOG_ODDS, StrictMath.log(level / miss))
            : new CoverageControl(level, STEP_OF_FACTOR, StrictMath.log(-StrictMath.log(miss)));
    scale = areClasses ? null : new ErrorScale();
  }

  /** Returns the share of the truths that are to be within the bounds. */
  public double level() {
    return control.level();
  }

  /** Returns the number of labels that were learned. */
  public long labels() {
    return labels;
  }

  /** Returns the position whose range bounds how far coverage is from the level. */
  double position() {
    return control.position();
  }

  /** Returns the size of the next step of the position. */
  double step() {
    return control.step();
  }

  private boolean isKnown() {
    return labels >= MIN_LABELS;
  }

  /**
   * Returns the bound of a predicted value, or {@link #UNKNOWN}: half the width of the interval
   * around it, with a negative sign if the interval is cut off at 0.
   */
  public double halfWidth(double predicted) {
    if (scale == null || !isKnown() || !Double.isFinite(predicted)) {
      return UNKNOWN;
    }
    double halfWidth = StrictMath.exp(control.position()) * scale.of(predicted);
    return hasNegative ? halfWidth : -halfWidth;
  }

  /** Returns the lower end of the interval around a predicted value; NaN if it is not known. */
  public static double low(double predicted, double halfWidth) {
    double low = predicted - Math.abs(halfWidth);
    return isCutOff(halfWidth) ? Math.max(0, low) : low;
  }

  /** Returns the upper end of the interval around a predicted value; NaN if it is not known. */
  public static double high(double predicted, double halfWidth) {
    double high = predicted + Math.abs(halfWidth);
    return isCutOff(halfWidth) ? Math.max(0, high) : high;
  }

  /** Returns true for -0.0 too. */
  private static boolean isCutOff(double halfWidth) {
    return Double.doubleToRawLongBits(halfWidth) < 0;
  }

  /** Returns the smallest probability of a class in the set, or {@link #UNKNOWN}. */
  public double threshold() {
    return isKnown() ? 1 / (1 + StrictMath.exp(control.position())) : UNKNOWN;
  }

  /**
   * Updates the bounds by the label of a predicted value.
   *
   * @param halfWidth as it was when the value was predicted
   * @param labelsBefore number of {@link #labels} then
   */
  public void learn(double predicted, double actual, double halfWidth, long labelsBefore) {
    double error = Math.abs(actual - predicted);
    if (scale == null || !Double.isFinite(error)) {
      return;
    }
    if (!Double.isNaN(halfWidth)) {
      boolean isOutside = actual < low(predicted, halfWidth) || actual > high(predicted, halfWidth);
      control.update(isOutside, labels - labelsBefore);
    }
    hasNegative |= actual < 0;
    scale.add(predicted, error);
    labels++;
  }

  /**
   * Updates the bounds by the label of an example whose class was predicted.
   *
   * @param probability that was predicted for the actual class, 0 if the class was not known
   * @param threshold as it was when the class was predicted
   * @param labelsBefore number of {@link #labels} then
   */
  public void learn(double probability, double threshold, long labelsBefore) {
    if (!Double.isNaN(threshold)) {
      control.update(!isAtLeast(probability, threshold), labels - labelsBefore);
    }
    labels++;
  }

  /** Returns true if a class of that probability is in the set. */
  public static boolean isAtLeast(double probability, double threshold) {
    return Math.max(MIN_PROBABILITY, probability) >= threshold;
  }

  /** Returns the interval around a predicted value. */
  public Interval interval(double predicted, double halfWidth) {
    return new Interval(level(), low(predicted, halfWidth), high(predicted, halfWidth));
  }

  /**
   * Returns the set of classes: those of enough probability and the predicted one, which makes no
   * set empty.
   *
   * @param names of the classes
   * @param known number of classes that have a probability
   * @param predicted index of the class; -1 if none is known
   */
  public ClassSet set(
      List<String> names, float[] probabilities, int known, int predicted, double threshold) {
    if (Double.isNaN(threshold) || predicted < 0) {
      return new ClassSet(level(), null);
    }
    List<String> members = new ArrayList<>();
    for (int c = 0; c < known; c++) {
      if (c == predicted || isAtLeast(probabilities[c], threshold)) {
        members.add(names.get(c));
      }
    }
    return new ClassSet(level(), members);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return OBJECT_BYTES + (scale == null ? 0 : ErrorScale.memoryBytes());
  }

  /** Returns a deep copy. */
  public ConformalBounds copy() {
    return State.copy(this, new ConformalBounds(level(), scale == null));
  }

  /** Writes the level, then the other state. */
  public void writeWithLevel(DataOutput out) throws IOException {
    out.writeDouble(level());
    write(out);
  }

  /**
   * Reads what {@link #writeWithLevel} wrote.
   *
   * @throws IOException if the level is out of range: the bytes are damaged
   */
  public static ConformalBounds read(DataInput in, boolean areClasses) throws IOException {
    double level = in.readDouble();
    if (!(level > 0 && level < 1)) {
      throw new IOException("level of the stored intervals: " + level + "; the bytes are damaged");
    }
    return State.read(in, new ConformalBounds(level, areClasses));
  }

  /** Visits the state but for the level, which must be known to create the object. */
  @Override
  public void visit(StateVisitor v) throws IOException {
    labels = v.number(labels);
    control.visit(v);
    if (scale != null) {
      hasNegative = v.flag(hasNegative);
      scale.visit(v);
    }
  }
}
