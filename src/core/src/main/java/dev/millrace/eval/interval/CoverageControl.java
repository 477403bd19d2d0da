package dev.millrace.eval.interval;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Adaptive quantile of scores, by quantile tracking (Gibbs and Candès, Adaptive Conformal
 * Inference, NeurIPS 2021; Angelopoulos, Candès and Tibshirani, Conformal PID Control, NeurIPS
 * 2023): the position rises by step·level after a score above it, and falls by step·(1 - level)
 * after any other.
 *
 * <p>For any sequence of scores, chosen by whomever, the share of scores above the position differs
 * from 1 - level by at most {@code (max - min) / (step * n)}, where max and min are the extremes of
 * the position so far: the steps do not grow, so the sum telescopes (Angelopoulos, Barber and
 * Bates, Online conformal prediction with decaying step sizes, 2024). The floor can only raise the
 * coverage. Not thread-safe.
 */
final class CoverageControl implements State {
  // First steps are larger, as 1/sqrt(n): the start is a guess.
  private static final double FIRST_STEP = 0.5;

  // A step comes too late by the labels that come in between, and with large ones the position
  // would
  // swing. Chosen on forecasts 24 and 48 hours ahead.
  private static final double LAG_OF_HALF_STEP = 25;
  private static final double LAG_RATE = 0.01;

  // A score is a ratio in logarithms. With predictions that are always exact it would fall forever.
  private static final double FLOOR = -14;

  // Its exponential is finite, and so are bounds.
  private static final double CEILING = 600;

  private final double level;
  private final double minStep;
  private double position;
  private long updates;
  private double lag; // fading mean

  /**
   * @param level share of scores that are to be at or below the position
   * @param minStep of the position, reached after {@code (0.5 / minStep)²} scores
   */
  CoverageControl(double level, double minStep, double position) {
    this.level = level;
    this.minStep = minStep;
    this.position = position;
  }

  double level() {
    return level;
  }

  double position() {
    return position;
  }

  /** Returns the size of the next step. */
  double step() {
    double step = Math.max(minStep, FIRST_STEP / Math.sqrt(updates + 1.0));
    return step / (1 + lag / LAG_OF_HALF_STEP);
  }

  /**
   * Updates the position after a score, which was compared with the one of its prediction.
   *
   * @param labels that came between that prediction and this score
   */
  void update(boolean isAbove, long labels) {
    double next = position + step() * (isAbove ? level : level - 1);
    position = Math.min(CEILING, Math.max(FLOOR, next));
    lag += Math.max(LAG_RATE, 1.0 / (updates + 1)) * (labels - lag);
    updates++;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    position = v.number(position);
    updates = v.number(updates);
    lag = v.number(lag);
  }
}
