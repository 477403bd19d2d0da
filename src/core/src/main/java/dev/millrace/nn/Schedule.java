package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import java.io.Serializable;

/**
 * Schedule of the learning rate by number of steps: a linear rise for {@code warmup} steps, then
 * the optimizer's learning rate times a factor of the steps since.
 */
@PublicApi
public sealed interface Schedule extends Serializable {

  /** Returns the steps of the rise, 0 is off. */
  long warmup();

  /** Returns the factor of a step after the warm-up, counted from 0. */
  double factor(long step);

  /** The name in pipeline files. */
  String id();

  /** Returns the learning rate of the step after {@code steps} steps. */
  default float rate(float learningRate, long steps) {
    if (steps < warmup()) {
      return (float) (learningRate * ((steps + 1.0) / warmup()));
    }
    return (float) (learningRate * factor(steps - warmup()));
  }

  /** A constant learning rate. */
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

  /** PyTorch's StepLR: multiplied by {@code factor} every {@code steps} steps. */
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
   * {@code floor} within {@code steps} steps, then constant.
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
