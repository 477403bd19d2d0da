package dev.millrace.nn.auto.members;

import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.LayerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The networks that can be mixed: tanh in hidden layers, trained with RMSprop (Adam without
 * momentum, which would keep its direction after a run of equal labels has ended).
 *
 * <p>They differ in learning rate, in how much they replay, and in depth. The figures are the same
 * for every stream; they were chosen on public ones. The ordinal of a kind seeds its weights: new
 * ones come last.
 */
public enum MemberKind {
  /** Learns from each record once, and so follows changes fastest. */
  RECENT(0.005f, 0.99f, 0, 0f, false, false, 32),
  /** Learns mostly from replayed records. */
  REPLAY(0.007f, 0.999f, 5, 0.3f, true, false, 40),
  /** Has two hidden layers. */
  DEEP(0.005f, 0.999f, 4, 0.5f, true, false, 24, 16),
  /** Linear in the features and in random Fourier features: curved borders of few features. */
  FOURIER(0.005f, 0.999f, 4, 0.5f, true, true),
  /** Replays one record with each new one: the only network of the cheapest tier. */
  LIGHT(0.007f, 0.999f, 1, 0.5f, true, false, 32);

  /** Step size of the optimizer. */
  public final float learningRate;

  final float beta2;
  final int replays;
  final float replayWeight;
  final boolean averaged;
  final boolean fourier;
  private final int[] hidden;

  /**
   * Describes a network.
   *
   * @param beta2 decay of the mean squared gradient
   * @param replays records learned again with each new one
   * @param replayWeight of each of them; a new record has 1
   * @param averaged a moving average of the weights predicts too
   * @param fourier it uses random Fourier features in addition to the features
   */
  MemberKind(
      float learningRate,
      float beta2,
      int replays,
      float replayWeight,
      boolean averaged,
      boolean fourier,
      int... hidden) {
    this.learningRate = learningRate;
    this.beta2 = beta2;
    this.replays = replays;
    this.replayWeight = replayWeight;
    this.averaged = averaged;
    this.fourier = fourier;
    this.hidden = hidden;
  }

  /** Returns the members of a tier; those that replay are first. */
  public static List<MemberKind> of(AutoSpec.Tier tier) {
    return switch (tier) {
      case FAST -> List.of(LIGHT);
      case BALANCED -> List.of(REPLAY, RECENT);
      case ACCURATE -> List.of(REPLAY, DEEP, FOURIER, RECENT);
    };
  }

  /** Returns true if it has no hidden layer; its weights start at 0. */
  boolean isLinear() {
    return hidden.length == 0;
  }

  /** Hidden layers and an output layer, of probabilities for classes. */
  List<LayerSpec> layers(boolean isClassification, int outputs) {
    List<LayerSpec> layers = new ArrayList<>();
    for (int units : hidden) {
      layers.add(new LayerSpec(units, Activation.TANH));
    }
    layers.add(new LayerSpec(outputs, isClassification ? Activation.SOFTMAX : Activation.LINEAR));
    return layers;
  }

  /** The name in metrics. */
  String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
