package dev.millrace.eval;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Combines the scores of classes to one: that of the positive class, or their macro average. */
public sealed interface ClassAverage {

  /** Returns the average that the specification asks for. */
  static ClassAverage of(List<String> classes, MetricsSpec spec) {
    return of(classes, spec.positiveClass(), spec.multiclass());
  }

  /**
   * Returns the average for these classes. Of at most two classes it is the positive one: the one
   * given, else the last of the two by name; with a single class it is not known yet. Of more
   * classes, and of any number if the task is declared multiclass, it is the macro average.
   *
   * @param positive name of the positive class, or null
   */
  static ClassAverage of(List<String> classes, @Nullable String positive, boolean multiclass) {
    if (multiclass || classes.size() > 2) {
      return new Macro();
    }
    if (positive != null) {
      int index = classes.indexOf(positive);
      // A class not seen yet: past the last index, where the counts are 0.
      return new Positive(index < 0 ? classes.size() : index);
    }
    if (classes.size() < 2) {
      return new Unknown();
    }
    return new Positive(classes.get(0).compareTo(classes.get(1)) > 0 ? 0 : 1);
  }

  /** Returns the average of a score of the classes; NaN without examples. */
  double of(ClassCounts counts, IntToDoubleFunction score);

  /** Returns the precision. */
  default double precision(ClassCounts counts) {
    return of(counts, counts::precision);
  }

  /** Returns the recall. */
  default double recall(ClassCounts counts) {
    return of(counts, counts::recall);
  }

  /** Returns F1. */
  default double f1(ClassCounts counts) {
    return of(counts, counts::f1);
  }

  /** Returns F-beta. */
  default double fBeta(ClassCounts counts, double beta) {
    return of(counts, c -> counts.fBeta(c, beta));
  }

  /** Scores of one class. */
  record Positive(int index) implements ClassAverage {
    @Override
    public double of(ClassCounts counts, IntToDoubleFunction score) {
      return counts.weight() == 0 ? Double.NaN : score.applyAsDouble(index);
    }
  }

  /** Macro averages over the classes that occur. */
  record Macro() implements ClassAverage {
    @Override
    public double of(ClassCounts counts, IntToDoubleFunction score) {
      return counts.macro(score);
    }
  }

  /** No scores yet. */
  record Unknown() implements ClassAverage {
    @Override
    public double of(ClassCounts counts, IntToDoubleFunction score) {
      return Double.NaN;
    }
  }
}
