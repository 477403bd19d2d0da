package dev.millrace.testing;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.Regularizer;
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
  // Of each row, hidden layer and neuron: what the output is multiplied by; null for 1.
  private double[][][] masks;

  public DoubleNetwork(int inputs, List<LayerSpec> layers, Loss loss, boolean classification) {
    this.inputs = inputs;
    this.layers = layers;
    this.loss = loss;
    this.classification = classification;
  }

  /** Multiplies the outputs of hidden layers: [row][layer][neuron]. */
  public void mask(double[][][] factors) {
    masks = factors;
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
      sum +=
          weights[r]
              * loss(outputs(parameters, rows[r], r), targets[r], regularizer.labelSmoothing());
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
      offset += (width + (layer.layerNorm() ? 3 : 1)) * layer.units();
      width = layer.units();
    }
    return penalty;
  }

  private double[] outputs(double[] parameters, float[] row, int number) {
    double[] x = new double[inputs];
    for (int i = 0; i < inputs; i++) {
      x[i] = row[i];
    }
    int offset = 0;
    for (int l = 0; l < layers.size(); l++) {
      LayerSpec layer = layers.get(l);
      double[] y = new double[layer.units()];
      for (int o = 0; o < y.length; o++) {
        y[o] = parameters[offset + x.length * y.length + o];
        for (int i = 0; i < x.length; i++) {
          y[o] += x[i] * parameters[offset + i * y.length + o];
        }
      }
      offset += (x.length + 1) * y.length;
      if (layer.layerNorm()) {
        normalize(y, parameters, offset);
        offset += 2 * y.length;
      }
      x = activated(layer.activation(), y);
      if (masks != null && l < layers.size() - 1) {
        for (int o = 0; o < x.length; o++) {
          x[o] *= masks[number][l][o];
        }
      }
    }
    return x;
  }

  private static void normalize(double[] y, double[] parameters, int gain) {
    double mean = 0;
    for (double value : y) {
      mean += value / y.length;
    }
    double variance = 0;
    for (double value : y) {
      variance += (value - mean) * (value - mean) / y.length;
    }
    for (int o = 0; o < y.length; o++) {
      double x = (y[o] - mean) / Math.sqrt(variance + 1e-5);
      y[o] = parameters[gain + o] * x + parameters[gain + y.length + o];
    }
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
            case LEAKY_RELU -> v > 0 ? v : 0.01 * v;
            case ELU -> v > 0 ? v : Math.expm1(v);
            case GELU -> v * normal(v);
            case SILU -> v / (1 + Math.exp(-v));
            case SOFTPLUS -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
            case SELU -> 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v));
            case SOFTMAX -> Math.exp(v) / sum;
            case LINEAR -> v;
          };
    }
    return y;
  }

  /**
   * Φ(x), half plus the density times x + x³/3 + x⁵/(3·5) + ... (Marsaglia, Evaluating the Normal
   * Distribution, Journal of Statistical Software 11, 2004).
   */
  public static double normal(double x) {
    if (Math.abs(x) > 9) {
      return x > 0 ? 1 : 0; // to 19 digits
    }
    double sum = 0;
    double term = x;
    for (int odd = 3; sum + term != sum; odd += 2) {
      sum += term;
      term *= x * x / odd;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  private double loss(double[] y, double target, double smoothing) {
    int index = (int) target;
    return switch (loss) {
      case CATEGORICAL_CROSSENTROPY -> {
        double sum = 0;
        for (int o = 0; o < y.length; o++) {
          double expected = (o == index ? 1 - smoothing : 0) + smoothing / y.length;
          sum -= expected * Math.log(y[o]);
        }
        yield sum;
      }
      case CATEGORICAL_FOCAL_CROSSENTROPY -> {
        double sum = 0;
        for (int o = 0; o < y.length; o++) {
          double expected = (o == index ? 1 - smoothing : 0) + smoothing / y.length;
          sum -= expected * (1 - y[o]) * (1 - y[o]) * Math.log(y[o]);
        }
        yield sum;
      }
      case BINARY_CROSSENTROPY -> {
        double expected = index * (1 - smoothing) + smoothing / 2;
        yield -expected * Math.log(y[0]) - (1 - expected) * Math.log(1 - y[0]);
      }
      case MSE, MAE, HUBER -> {
        double sum = 0;
        for (int o = 0; o < y.length; o++) {
          double error = y[o] - (!classification ? target : o == index ? 1 : 0);
          double size = Math.abs(error);
          sum +=
              switch (loss) {
                case MSE -> error * error;
                case MAE -> size;
                default -> size <= 1 ? error * error / 2 : size - 0.5;
              };
        }
        yield sum / y.length;
      }
    };
  }
}
