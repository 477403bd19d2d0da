package dev.millrace.nn.experts;

/** Scratch arrays that the models of one thread share; no result outlives a call. */
public final class ExpertScratch {

  /** Number of predictions that are averaged: of experts, regression and mixture. */
  static final int AVERAGED = 3;

  private static final double[] EMPTY = {};

  // Prediction of each expert, NaN if it is missing.
  double[] predictions = EMPTY;
  // Inputs of the regression.
  double[] inputs = EMPTY;
  double[] solution = EMPTY;
  // Average of the experts, regression; and, in the longer one, the mixture.
  final double[] two = new double[AVERAGED - 1];
  final double[] three = new double[AVERAGED];
  float[] row = {};
  // What the inputs of the regression are relative to, and their unit.
  double reference;
  double scale;
  double base;
  // True if an expert predicts the row.
  boolean isKnown;

  void fit(int experts, int regressionInputs, int width) {
    if (predictions.length < experts) {
      predictions = new double[experts];
    }
    if (inputs.length < regressionInputs) {
      inputs = new double[regressionInputs];
      solution = new double[RidgeRegression.scratch(regressionInputs)];
    }
    if (row.length < width) {
      row = new float[width];
    }
  }

  /** The row with experts relative to the base. */
  public float[] row() {
    return row;
  }

  /** The base prediction of the row at hand. */
  public double base() {
    return base;
  }
}
