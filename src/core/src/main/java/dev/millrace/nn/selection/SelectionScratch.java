package dev.millrace.nn.selection;

import dev.millrace.nn.SelectionSpec;

/** What the models of a selection say about one example; shared by all selections of a thread. */
final class SelectionScratch {

  // Of each model: its loss, NaN if it predicted nothing, and whether it predicted the class.
  final double[] losses = new double[SelectionSpec.MAX_MODELS];
  final boolean[] hits = new boolean[SelectionSpec.MAX_MODELS];
  private float[] prediction = new float[1];

  /** Where one model's prediction goes. */
  float[] prediction(int outputs) {
    if (prediction.length < outputs) {
      prediction = new float[outputs];
    }
    return prediction;
  }
}
