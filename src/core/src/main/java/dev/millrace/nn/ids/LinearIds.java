package dev.millrace.nn.ids;

/**
 * Weights of ids in a linear model, each with a learning rate of its own: FTRL-Proximal (McMahan et
 * al., "Ad click prediction: a view from the trenches", 2013). Of each weight z and n are kept.
 */
final class LinearIds {
  private static final float BETA = 1f;
  private static final float L2 = 1f;
  // A logit has gradients of at most 1, most far smaller; scaled values have errors near 1.
  private static final float CLASS_ALPHA = 0.05f;
  private static final float VALUE_ALPHA = 0.2f;

  private final float alpha;

  LinearIds(boolean isClassification) {
    alpha = isClassification ? CLASS_ALPHA : VALUE_ALPHA;
  }

  /** Returns the weight whose z is at {@code at}. */
  float weight(float[] numbers, int at) {
    return -numbers[at] / ((BETA + (float) Math.sqrt(numbers[at + 1])) / alpha + L2);
  }

  /** Learns a gradient of the weight whose z is at {@code at}. */
  void learn(float[] numbers, int at, float gradient) {
    float weight = weight(numbers, at);
    float before = numbers[at + 1];
    float after = before + gradient * gradient;
    numbers[at] +=
        gradient - ((float) Math.sqrt(after) - (float) Math.sqrt(before)) / alpha * weight;
    numbers[at + 1] = after;
  }
}
