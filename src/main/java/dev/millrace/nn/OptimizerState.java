package dev.millrace.nn;

import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** What an optimizer remembers between two steps: its slots, one float a parameter each. */
final class OptimizerState {

  private static final Kernels KERNELS = Kernels.best();

  private static final float[] UNUSED = {};

  private final Optimizer optimizer;
  // Velocity of sgd with momentum, or Adam's first moment.
  private float[] first = UNUSED;
  // Mean squared gradient of rmsprop, or Adam's second moment.
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
        || optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() != 0;
  }

  private static boolean usesSecond(Optimizer optimizer) {
    return !(optimizer instanceof Optimizer.Sgd);
  }

  OptimizerState copy() {
    return new OptimizerState(this, first.clone(), second.clone());
  }

  /** The same state for a network with more outputs, whose slots start at 0. */
  OptimizerState grown(Layout from, Layout to) {
    return new OptimizerState(
        this,
        usesFirst(optimizer) ? to.grown(first, from) : UNUSED,
        usesSecond(optimizer) ? to.grown(second, from) : UNUSED);
  }

  /** Whether a step is w -= learningRate·g and nothing else. */
  static boolean isPlainDescent(Optimizer optimizer) {
    return optimizer instanceof Optimizer.Sgd sgd && sgd.momentum() == 0;
  }

  /** Changes the parameters by one step along the gradient. */
  void step(float[] parameters, float[] gradient) {
    int length = parameters.length;
    if (optimizer instanceof Optimizer.Sgd sgd) {
      if (sgd.momentum() == 0) {
        KERNELS.sgd(parameters, gradient, length, sgd.learningRate());
      } else {
        KERNELS.momentum(parameters, first, gradient, length, sgd.learningRate(), sgd.momentum());
      }
    } else if (optimizer instanceof Optimizer.RmsProp rms) {
      secondPower *= rms.rho();
      KERNELS.rmsProp(
          parameters,
          second,
          gradient,
          length,
          rms.learningRate(),
          rms.rho(),
          rms.epsilon(),
          rms.biasCorrection() ? (float) (1 / (1 - secondPower)) : 1f);
    } else if (optimizer instanceof Optimizer.Adam adam) {
      firstPower *= adam.beta1();
      secondPower *= adam.beta2();
      KERNELS.adam(
          parameters,
          first,
          second,
          gradient,
          length,
          (float) (adam.learningRate() / (1 - firstPower)),
          adam.beta1(),
          adam.beta2(),
          adam.epsilon(),
          (float) (1 / (1 - secondPower)));
    }
  }

  void write(Layout layout, DataOutput out) throws IOException {
    if (usesFirst(optimizer)) {
      layout.write(first, out);
    }
    if (usesSecond(optimizer)) {
      layout.write(second, out);
    }
    out.writeDouble(firstPower);
    out.writeDouble(secondPower);
  }

  void read(Layout layout, DataInput in) throws IOException {
    if (usesFirst(optimizer)) {
      first = layout.read(in);
    }
    if (usesSecond(optimizer)) {
      second = layout.read(in);
    }
    firstPower = in.readDouble();
    secondPower = in.readDouble();
  }
}
