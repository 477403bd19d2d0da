package dev.millrace.testing;

import dev.millrace.nn.Activation;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.Loss;
import dev.millrace.nn.Regularizer;
import java.util.List;

/**
 * The cost of a network in double and by the textbook, whose differences check gradients.
 *
 * <p>Parameters come layer after layer: weights [inputs x units], then bias [units].
 */
public final class DoubleNetwork {

  private final int inputs;
  private final List<LayerSpec> layers;
  private final Loss loss;
  private final boolean classification;

  public DoubleNetwork(int inputs, List<LayerSpec> layers, Loss loss, boolean classification) {
    this.inputs = inputs;
    this.layers = layers;
    this.loss = loss;
    this.classification = classification;
  }

  /** Mean of weight x loss over the rows, plus the penalty. */
  public double cost(
      double[] parameters,
      float[][] rows,
      double[] targets,
      float[] weights,
      Regularizer regularizer) {
    double sum = 0;
    for (int r = 0; r < rows.length; r++) {
      sum += weights[r] * loss(outputs(parameters, rows[r]), targets[r]);
    }
    return sum / rows.length + penalty(parameters, regularizer);
  }

  private double penalty(double[] parameters, Regularizer regularizer) {
    double penalty = 0;
    int offset = 0;
    int width = inputs;
    for (LayerSpec layer : layers) {
      for (int i = 0; i < width * layer.units(); i++) {
        double w = parameters[offset + i];
        penalty += regularizer.l1() * Math.abs(w) + regularizer.l2() * w * w;
      }
      offset += (width + 1) * layer.units();
      width = layer.units();
    }
    return penalty;
  }

  public double[] outputs(double[] parameters, float[] row) {
    double[] x = new double[inputs];
    for (int i = 0; i < inputs; i++) {
      x[i] = row[i];
    }
    int offset = 0;
    for (LayerSpec layer : layers) {
      double[] y = new double[layer.units()];
      for (int o = 0; o < y.length; o++) {
        y[o] = parameters[offset + x.length * y.length + o];
        for (int i = 0; i < x.length; i++) {
          y[o] += x[i] * parameters[offset + i * y.length + o];
        }
      }
      offset += (x.length + 1) * y.length;
      x = activated(layer.activation(), y);
    }
    return x;
  }

  private static double[] activated(Activation activation, double[] a) {
    double[] y = new double[a.length];
    double sum = 0;
    for (double value : a) {
      sum += Math.exp(value);
    }
    for (int o = 0; o < a.length; o++) {
      double v = a[o];
      y[o] =
          switch (activation) {
            case SIGMOID -> 1 / (1 + Math.exp(-v));
            case TANH -> Math.tanh(v);
            case RELU -> Math.max(0, v);
            case SELU -> 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v));
            case SOFTMAX -> Math.exp(v) / sum;
            case LINEAR -> v;
          };
    }
    return y;
  }

  private double loss(double[] y, double target) {
    int index = (int) target;
    return switch (loss) {
      case CATEGORICAL_CROSSENTROPY -> -Math.log(y[index]);
      case BINARY_CROSSENTROPY -> -Math.log(index == 1 ? y[0] : 1 - y[0]);
      case MSE, HUBER -> {
        double sum = 0;
        for (int o = 0; o < y.length; o++) {
          double error = y[o] - (!classification ? target : o == index ? 1 : 0);
          double size = Math.abs(error);
          sum += loss == Loss.MSE ? error * error : size <= 1 ? error * error / 2 : size - 0.5;
        }
        yield sum / y.length;
      }
    };
  }
}
