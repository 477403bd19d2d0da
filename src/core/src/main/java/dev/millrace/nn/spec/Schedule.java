package dev.millrace.nn.spec;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/**
 * Schedule of the learning rate by number of steps: a linear rise for {@code warmup} steps, then
 * the optimizer's learning rate times a factor of the steps since.
 */
@PublicApi
public sealed interface Schedule extends Serializable
    permits Schedule.Constant, Schedule.Step, Schedule.InverseTime, Schedule.Cosine {

  /** Returns the steps of the rise, 0 is off. */
  @Setting(
      value = "0",
      in = "[0, 1000000000000]",
      name = "warmup-steps",
      doc = "number of first steps in which the learning rate increases linearly")
  long warmup();

  /** Returns the factor of a step after the warm-up, counted from 0. */
  double factor(long step);

  /** The name in pipeline files. */
  default String id() {
    return Declaration.kind(getClass());
  }

  /** Returns the learning rate of the step after {@code steps} steps. */
  default float rate(float learningRate, long steps) {
    if (steps < warmup()) {
      return (float) (learningRate * ((steps + 1.0) / warmup()));
    }
    return (float) (learningRate * factor(steps - warmup()));
  }

  /** A constant learning rate. */
  @Setting.Kind(
      value = "constant",
      doc = "The learning rate is constant. `schedule: constant` is short for this map.")
  record Constant(long warmup) implements Schedule {
    @Override
    public double factor(long step) {
      return 1;
    }
  }

  /** PyTorch's StepLR: multiplied by {@code factor} every {@code steps} steps. */
  @Setting.Kind(
      value = "step",
      doc =
          "The learning rate decreases in steps. One step is one update of the weights,"
              + " of `batch-size` examples.")
  record Step(
      @Setting(
              example = "decay-steps: 100000",
              in = "[1, 1000000000000]",
              name = "decay-steps",
              doc = "number of steps between two decreases")
          long steps,
      @Setting(
              value = "0.1",
              in = "(0, 1]",
              name = "decay-rate",
              doc = "factor of the learning rate at each decrease")
          float factor,
      long warmup)
      implements Schedule {
    @Override
    public double factor(long step) {
      long times = step / steps;
      return StrictMath.pow(factor, (double) times);
    }
  }

  /** Keras' InverseTimeDecay: 1 / (1 + decay·step/steps). */
  @Setting.Kind(
      value = "inverse-time",
      doc = "The learning rate divided by 1 + decay-rate · step / decay-steps.")
  record InverseTime(
      @Setting(
              example = "decay-steps: 100000",
              in = "[1, 1000000000000]",
              name = "decay-steps",
              doc = "number of steps in which the divisor increases by `decay-rate`")
          long steps,
      @Setting(
              value = "1",
              in = "[0, 1000]",
              name = "decay-rate",
              doc = "increase of the divisor, which starts at 1")
          float decay,
      long warmup)
      implements Schedule {
    @Override
    public double factor(long step) {
      return 1 / (1 + decay * ((double) step / steps));
    }
  }

  /**
   * Keras' CosineDecay (Loshchilov and Hutter, 2017, without restarts): half a cosine from 1 to
   * {@code floor} within {@code steps} steps, then constant.
   */
  @Setting.Kind(
      value = "cosine",
      doc = "The learning rate follows half a cosine down to the floor.")
  record Cosine(
      @Setting(
              example = "decay-steps: 100000",
              in = "[1, 1000000000000]",
              name = "decay-steps",
              doc = "number of steps until the floor")
          long steps,
      @Setting(
              value = "0",
              in = "[0, 1]",
              doc = "fraction of the learning rate that remains; 0 ends learning")
          float floor,
      long warmup)
      implements Schedule {
    @Override
    public double factor(long step) {
      double done = (double) Math.min(step, steps) / steps;
      return floor + (1 - floor) * 0.5 * (1 + FdlibmCos.cosine(Math.PI * done));
    }
  }
}
