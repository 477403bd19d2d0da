package dev.millrace.nn;

import java.io.Serializable;

/**
 * How the learning rate changes, by the count of steps alone: after {@code warmup} steps that rise
 * in a straight line, the optimizer's learning rate times a factor of the steps since.
 */
public sealed interface Schedule extends Serializable {

  /** Steps of the rise, 0 is none. */
  long warmup();

  /** The factor {@code step} steps after the warm-up; the first has number 0. */
  double factor(long step);

  /** The name in pipeline files. */
  String id();

  /** The learning rate of the next step, {@code steps} having been taken. */
  default float rate(float learningRate, long steps) {
    if (steps < warmup()) {
      return (float) (learningRate * ((steps + 1.0) / warmup()));
    }
    return (float) (learningRate * factor(steps - warmup()));
  }

  /** A learning rate that stays. */
  record Constant(long warmup) implements Schedule {
    @Override
    public double factor(long step) {
      return 1;
    }

    @Override
    public String id() {
      return "constant";
    }
  }

  /** PyTorch's StepLR: times {@code factor} after every {@code steps} steps. */
  record Step(long steps, float factor, long warmup) implements Schedule {
    @Override
    public double factor(long step) {
      long times = step / steps;
      return StrictMath.pow(factor, (double) times);
    }

    @Override
    public String id() {
      return "step";
    }
  }

  /** Keras' InverseTimeDecay: 1 / (1 + decay·step/steps). */
  record InverseTime(long steps, float decay, long warmup) implements Schedule {
    @Override
    public double factor(long step) {
      return 1 / (1 + decay * ((double) step / steps));
    }

    @Override
    public String id() {
      return "inverse-time";
    }
  }

  /**
   * Keras' CosineDecay (Loshchilov and Hutter, 2017, without restarts): half a cosine from 1 to
   * {@code floor} within {@code steps} steps, where it stays.
   */
  record Cosine(long steps, float floor, long warmup) implements Schedule {
    @Override
    public double factor(long step) {
      double done = (double) Math.min(step, steps) / steps;
      return floor + (1 - floor) * 0.5 * (1 + FdlibmCos.cosine(Math.PI * done));
    }

    @Override
    public String id() {
      return "cosine";
    }
  }
}
