package dev.millrace.nn.selection;

import dev.millrace.nn.spec.SelectionSpec;

/** The models' predictions of one example; shared by all selections of a thread. */
final class SelectionScratch {

  // [models]: loss, NaN without a prediction; and true if the class was predicted.
  final double[] losses = new double[SelectionSpec.MAX_MODELS];
  final boolean[] hits = new boolean[SelectionSpec.MAX_MODELS];
  private float[] prediction = new float[1];
  private float[] earlier = new float[1];

  /** Returns the array for one model's prediction. */
  float[] prediction(int outputs) {
    if (prediction.length < outputs) {
      prediction = new float[outputs];
    }
    return prediction;
  }

  /** Returns the array for what one model predicted before. */
  float[] earlier(int outputs) {
    if (earlier.length < outputs) {
      earlier = new float[outputs];
    }
    return earlier;
  }
}
