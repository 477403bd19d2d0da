package dev.millrace.nn;

import dev.millrace.nn.spec.Optimizer;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.LayerShape;
import dev.millrace.simd.UpdateKernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/** State of an optimizer between two steps: slots of one float per parameter. */
final class OptimizerState {

  private static final Kernels KERNELS = KernelProvider.kernels();

  private static final UpdateKernels UPDATES = KernelProvider.updates();

  private static final float[] UNUSED = {};

  private final Optimizer optimizer;
  // Velocity of sgd with momentum, Adam's first moment, or z of FTRL.
  private float[] first = UNUSED;
  // Mean squared gradient of rmsprop, Adam's second moment, or the sum of adagrad and FTRL.
  private float[] second = UNUSED;
  // beta1^t and rho^t or beta2^t, for the bias correction.
  private double firstPower = 1;
  private double secondPower = 1;

  OptimizerState(Optimizer optimizer, int length) {
    this.optimizer = optimizer;
    if (usesFirst(optimizer)) {
      first = new float[length];
    }
    if (usesSecond(optimizer)) {
      second = new float[length];
    }
  }

  private OptimizerState(OptimizerState other, float[] first, float[] second) {
    optimizer = other.optimizer;
    this.first = first;
    this.second = second;
    firstPower = other.firstPower;
    secondPower = other.secondPower;
  }

  private static boolean usesFirst(Optimizer optimizer) {
    return optimizer instanceof Optimizer.Adam
        || optimizer instanceof Optimizer.AdamW
        || optimizer instanceof Optimizer.Ftrl
        || (optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() != 0);
  }

  private static boolean usesSecond(Optimizer optimizer) {
    return !(optimizer instanceof Optimizer.Sgd);
  }

  /** Returns the number of slots. */
  static int slots(Optimizer optimizer) {
    return (usesFirst(optimizer) ? 1 : 0) + (usesSecond(optimizer) ? 1 : 0);
  }

  /** Returns the floats of all slots. */
  long floats() {
    return (long) first.length + second.length;
  }

  /**
   * Returns the state for a larger network.
   *
   * @param slots moves each value to its parameter's new position; new ones are 0
   */
  OptimizerState expanded(UnaryOperator<float[]> slots) {
    return new OptimizerState(
        this,
        usesFirst(optimizer) ? slots.apply(first) : UNUSED,
        usesSecond(optimizer) ? slots.apply(second) : UNUSED);
  }

  /** Clears the slots of parameters {@code from} to below {@code to}. */
  void clear(int from, int to) {
    if (usesFirst(optimizer)) {
      Arrays.fill(first, from, to, 0f);
    }
    if (usesSecond(optimizer)) {
      Arrays.fill(second, from, to, 0f);
    }
  }

  /**
   * Initializes the slots of parameters that have had no gradient: all of a new network, or those
   * of added outputs.
   */
  void bind(float[] parameters) {
    if (optimizer instanceof Optimizer.Ftrl ftrl) {
      float curvature = ftrl.beta() / ftrl.learningRate() + ftrl.l2();
      for (int i = 0; i < parameters.length; i++) {
        if (second[i] == 0f) {
          float w = parameters[i];
          first[i] = -(w * curvature) - Math.signum(w) * ftrl.l1();
        }
      }
    }
  }

  /** Begins a step; {@link #move} then updates the parameters in parts. */
  void begin() {
    if (optimizer instanceof Optimizer.RmsProp rms) {
      secondPower *= rms.rho();
    } else if (optimizer instanceof Optimizer.Adam adam) {
      firstPower *= adam.beta1();
      secondPower *= adam.beta2();
    } else if (optimizer instanceof Optimizer.AdamW adam) {
      firstPower *= adam.beta1();
      secondPower *= adam.beta2();
    }
  }

  /**
   * Updates some parameters by their gradient.
   *
   * @param offset of the parameters, a multiple of 16
   * @param g their gradient, from the start of its array
   * @param length number of parameters, a multiple of 16
   */
  void move(float[] parameters, int offset, float[] g, int length, float learningRate) {
    if (optimizer instanceof Optimizer.Sgd sgd) {
      if (sgd.momentum() == 0) {
        KERNELS.sgd(parameters, g, offset, length, learningRate);
      } else if (sgd.nesterov()) {
        UPDATES.nesterov(parameters, first, g, offset, length, learningRate, sgd.momentum());
      } else {
        KERNELS.momentum(parameters, first, g, offset, length, learningRate, sgd.momentum());
      }
    } else if (optimizer instanceof Optimizer.RmsProp rms) {
      KERNELS.rmsProp(
          parameters,
          second,
          g,
          offset,
          length,
          learningRate,
          rms.rho(),
          rms.epsilon(),
          rms.biasCorrection() ? (float) (1 / (1 - secondPower)) : 1f);
    } else if (optimizer instanceof Optimizer.Adam adam) {
      adam(parameters, offset, g, length, learningRate, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.AdamW adam) {
      KERNELS.scale(parameters, offset, length, 1f - learningRate * adam.weightDecay());
      adam(parameters, offset, g, length, learningRate, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.Adagrad ada) {
      UPDATES.adagrad(
          parameters, second, g, offset, length, learningRate, ada.initialSum(), ada.epsilon());
    } else if (optimizer instanceof Optimizer.Ftrl ftrl) {
      UPDATES.ftrl(
          parameters,
          first,
          second,
          g,
          offset,
          length,
          ftrl.learningRate(),
          ftrl.beta(),
          ftrl.l1(),
          ftrl.l2());
    }
  }

  /** Returns true if {@link #moveByRow} supports the optimizer and the number of columns. */
  boolean movesByRow(int columns) {
    return optimizer instanceof Optimizer.Adam && columns > Kernels.NARROW;
  }

  /** Updates a layer's weights by the gradient of one row, without an array for the gradient. */
  void moveByRow(
      LayerShape layer,
      float[] parameters,
      float[] x,
      int xOffset,
      float[] delta,
      int deltaOffset,
      float learningRate) {
    Optimizer.Adam adam = (Optimizer.Adam) optimizer;
    UPDATES.adamOneRow(
        layer,
        x,
        xOffset,
        delta,
        deltaOffset,
        parameters,
        first,
        second,
        (float) (learningRate / (1 - firstPower)),
        adam.beta1(),
        adam.beta2(),
        adam.epsilon(),
        (float) (1 / (1 - secondPower)));
  }

  private void adam(
      float[] parameters,
      int offset,
      float[] g,
      int length,
      float learningRate,
      float beta1,
      float beta2,
      float epsilon) {
    KERNELS.adam(
        parameters,
        first,
        second,
        g,
        offset,
        length,
        (float) (learningRate / (1 - firstPower)),
        beta1,
        beta2,
        epsilon,
        (float) (1 / (1 - secondPower)));
  }

  void visit(StateVisitor v, Layout layout) throws IOException {
    if (usesFirst(optimizer)) {
      layout.visit(first, v);
    }
    if (usesSecond(optimizer)) {
      layout.visit(second, v);
    }
    firstPower = v.number(firstPower);
    secondPower = v.number(secondPower);
  }
}
