package dev.millrace.derived;

import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Smoothed;
import org.jspecify.annotations.Nullable;

/** Exponentially weighted mean, standard deviation, count and rate of all values. */
final class SmoothedMean implements Accumulator {
  private static final double LN_2 = 0.6931471805599453;
  private static final int WEIGHT = 0;
  private static final int MEAN = 1;
  private static final int SQUARES = 2;
  private static final int TIME = 3;
  private static final int CELLS = 4;

  private final Aggregate[] functions;
  private final double halfLife;
  private final boolean inTime;
  // Share of the weight that is left after one value.
  private final double keptPerValue;

  SmoothedMean(Smoothed smoothed) {
    functions = smoothed.functions().toArray(Aggregate[]::new);
    halfLife = smoothed.halfLife();
    inTime = smoothed.inTime();
    keptPerValue = StrictMath.pow(0.5, 1 / halfLife);
  }

  @Override
  public int cells() {
    return CELLS;
  }

  private double kept(double[] cells, int at, double time) {
    if (!inTime) {
      return keptPerValue;
    }
    double elapsed = time - cells[at + TIME];
    return elapsed == 0 ? 1 : StrictMath.pow(0.5, elapsed / halfLife);
  }

  @Override
  public void compute(
      double @Nullable [] cells,
      int at,
      double time,
      double recordValue,
      double prior,
      float[] out,
      int to) {
    boolean hasValues = cells != null && cells[at + WEIGHT] > 0;
    for (int f = 0; f < functions.length; f++) {
      out[to + f] =
          cells == null || !hasValues
              ? functions[f] == Aggregate.COUNT ? 0 : Float.NaN
              : (float) value(functions[f], cells, at, time);
    }
  }

  private double value(Aggregate function, double[] cells, int at, double time) {
    double weight = cells[at + WEIGHT];
    return switch (function) {
      case MEAN -> cells[at + MEAN];
      case STD -> Math.sqrt(Math.max(0, cells[at + SQUARES] / weight));
      case COUNT -> inTime ? weight * kept(cells, at, time) : weight;
      case RATE -> weight * kept(cells, at, time) * LN_2 * 1000 / halfLife;
      case SUM, MIN, MAX, DISTINCT -> throw new IllegalStateException(function.id());
    };
  }

  @Override
  public void add(double[] cells, int at, double time, double value) {
    double kept = cells[at + WEIGHT] == 0 ? 0 : kept(cells, at, time);
    double weight = cells[at + WEIGHT] * kept + 1;
    double delta = value - cells[at + MEAN];
    cells[at + MEAN] += delta / weight;
    cells[at + SQUARES] = cells[at + SQUARES] * kept + delta * (value - cells[at + MEAN]);
    cells[at + WEIGHT] = weight;
    cells[at + TIME] = time;
  }
}
