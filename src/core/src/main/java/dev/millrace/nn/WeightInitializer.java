package dev.millrace.nn;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Initializer;

/**
 * Generates initial weights. Each random number depends only on its position, so a neuron added
 * later gets the same numbers as at the start, scaled to the variance of the layer at that time.
 */
public final class WeightInitializer {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private final Initializer initializer;
  private final long seed;

  /** Creates an initializer for the model of one key. */
  public WeightInitializer(Initializer initializer, long seed, long keySeed) {
    this.initializer = initializer;
    this.seed = mix(mix(seed + GOLDEN_GAMMA) ^ keySeed);
  }

  /**
   * Returns the standard deviation that keeps the variance of signals constant across layers: He et
   * al. (2015) for relu and similar shapes, LeCun et al. (1998) for selu, Glorot and Bengio (2010)
   * for the others.
   */
  double deviation(Activation activation, int inputs, int outputs) {
    if (initializer == Initializer.LECUN_NORMAL) {
      return StrictMath.sqrt(1.0 / inputs);
    }
    return switch (activation) {
      case RELU, LEAKY_RELU, ELU, GELU, SILU -> StrictMath.sqrt(2.0 / inputs);
      case SELU -> StrictMath.sqrt(1.0 / inputs);
      case SIGMOID, TANH, SOFTPLUS, SOFTMAX, LINEAR -> StrictMath.sqrt(2.0 / (inputs + outputs));
    };
  }

  /** Returns a standard normal number (Box and Muller, 1958). */
  public double gaussian(int layer, int neuron, int input) {
    long place = mix(mix(mix(seed + layer) + neuron) + input);
    double radius = uniform(mix(place + GOLDEN_GAMMA));
    double angle = uniform(mix(place + (GOLDEN_GAMMA << 1)));
    return StrictMath.sqrt(-2 * StrictMath.log(radius)) * StrictMath.cos(2 * Math.PI * angle);
  }

  /** Returns a number above 0 and at most 1, from 53 of the bits. */
  public static double uniform(long bits) {
    return ((bits >>> 11) + 1) * 0x1p-53;
  }

  /** Returns a number from 0 to below {@code bound}, from the upper half of random bits. */
  public static int below(int bound, long bits) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  /** Applies the finalizer of SplitMix64 (Steele et al., 2014). */
  public static long mix(long value) {
    long z = value + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
