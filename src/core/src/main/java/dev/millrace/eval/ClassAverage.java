package dev.millrace.eval;

import java.util.List;

/** How the scores of the classes become one: that of the positive class, or their macro average. */
public sealed interface ClassAverage {

  /** As {@link #of(List, String, boolean)}, with what the specification says. */
  static ClassAverage of(List<String> classes, MetricsSpec spec) {
    return of(classes, spec.positive(), spec.multiclass());
  }

  /**
   * Returns the average for these classes. Of at most two classes it is the positive one: the one
   * given, else the last of the two by name; a single class does not tell yet which one that is. Of
   * more classes, and of any number where the task is declared multiclass, it is the macro average.
   *
   * @param positive name of the positive class, or null
   */
  static ClassAverage of(List<String> classes, String positive, boolean multiclass) {
    if (multiclass || classes.size() > 2) {
      return new Macro();
    }
    if (positive != null) {
      int index = classes.indexOf(positive);
      // A class that has not come yet: past the last index, where the counts are 0.
      return new Positive(index < 0 ? classes.size() : index);
    }
    if (classes.size() < 2) {
      return new Unknown();
    }
    return new Positive(classes.get(0).compareTo(classes.get(1)) > 0 ? 0 : 1);
  }

  double precision(ClassCounts tally);

  double recall(ClassCounts tally);

  double f1(ClassCounts tally);

  double fBeta(ClassCounts tally, double beta);

  /** Scores of one class; none (NaN) without examples. */
  record Positive(int index) implements ClassAverage {
    @Override
    public double precision(ClassCounts tally) {
      return tally.weight() == 0 ? Double.NaN : tally.precision(index);
    }

    @Override
    public double recall(ClassCounts tally) {
      return tally.weight() == 0 ? Double.NaN : tally.recall(index);
    }

    @Override
    public double f1(ClassCounts tally) {
      return tally.weight() == 0 ? Double.NaN : tally.f1(index);
    }

    @Override
    public double fBeta(ClassCounts tally, double beta) {
      return tally.weight() == 0 ? Double.NaN : tally.fBeta(index, beta);
    }
  }

  /** Macro averages over the classes that occur. */
  record Macro() implements ClassAverage {
    @Override
    public double precision(ClassCounts tally) {
      return tally.macro(tally::precision);
    }

    @Override
    public double recall(ClassCounts tally) {
      return tally.macro(tally::recall);
    }

    @Override
    public double f1(ClassCounts tally) {
      return tally.macro(tally::f1);
    }

    @Override
    public double fBeta(ClassCounts tally, double beta) {
      return tally.macro(c -> tally.fBeta(c, beta));
    }
  }

  /** No scores yet. */
  record Unknown() implements ClassAverage {
    @Override
    public double precision(ClassCounts tally) {
      return Double.NaN;
    }

    @Override
    public double recall(ClassCounts tally) {
      return Double.NaN;
    }

    @Override
    public double f1(ClassCounts tally) {
      return Double.NaN;
    }

    @Override
    public double fBeta(ClassCounts tally, double beta) {
      return Double.NaN;
    }
  }
}
