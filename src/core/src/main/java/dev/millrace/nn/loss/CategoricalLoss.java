package dev.millrace.nn.loss;

/** Computes a loss of the probabilities of all classes, fused with softmax. */
abstract class CategoricalLoss implements Objective {
  private final Settings settings;

  CategoricalLoss(Settings settings) {
    this.settings = settings;
  }

  /** Returns the label smoothing. */
  final float smoothing() {
    return settings.smoothing();
  }

  /** Returns the smoothed target of an output. */
  final float expected(int output, int outputs, float target) {
    return settings.smoothed(output == (int) target ? 1f : 0f, outputs);
  }

  @Override
  public final boolean isFused() {
    return true;
  }

  @Override
  public final boolean isImplausible(
      float[] y, int offset, int outputs, float target, float maxOutput) {
    return Probability.isImplausible(y[offset + (int) target]);
  }
}
