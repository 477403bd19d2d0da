package dev.millrace.nn.contest;

import dev.millrace.nn.ContestSpec;

/** What the models of a contest say about one example; shared by all contests of a thread. */
final class ContestScratch {

  // Of each model: its loss, NaN if it predicted nothing, and whether it predicted the class.
  final double[] losses = new double[ContestSpec.MAX_MODELS];
  final boolean[] hits = new boolean[ContestSpec.MAX_MODELS];
  private float[] prediction = new float[1];

  /** Where one model's prediction goes. */
  float[] prediction(int outputs) {
    if (prediction.length < outputs) {
      prediction = new float[outputs];
    }
    return prediction;
  }
}
