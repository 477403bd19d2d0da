package dev.millrace.bench.accuracy;

/**
 * One logistic regression for each label, learned with AdaGrad (Duchi et al., 2011) on features
 * that are standardized as they come: binary relevance, what most libraries offer for sets of
 * labels.
 */
final class BinaryRelevance {
  private static final double RATE = 0.1;
  private static final double EPSILON = 1e-8;

  private final double[][] weights;
  private final double[][] squares;
  private final double[] means;
  private final double[] deviations;
  private final double[] x;
  private long rows;

  BinaryRelevance(int features, int labels) {
    weights = new double[labels][features + 1];
    squares = new double[labels][features + 1];
    means = new double[features];
    deviations = new double[features];
    x = new double[features + 1];
    x[features] = 1;
  }

  /** Predicts which labels are likelier than not, then learns which the row has. */
  boolean[] learn(float[] features, boolean[] set) {
    standardize(features);
    boolean[] predicted = new boolean[set.length];
    for (int k = 0; k < set.length; k++) {
      double logit = 0;
      for (int f = 0; f < x.length; f++) {
        logit += weights[k][f] * x[f];
      }
      predicted[k] = logit > 0;
      double error = 1 / (1 + Math.exp(-logit)) - (set[k] ? 1 : 0);
      for (int f = 0; f < x.length; f++) {
        double gradient = error * x[f];
        squares[k][f] += gradient * gradient;
        weights[k][f] -= RATE * gradient / (Math.sqrt(squares[k][f]) + EPSILON);
      }
    }
    return predicted;
  }

  private void standardize(float[] features) {
    rows++;
    for (int f = 0; f < features.length; f++) {
      double difference = features[f] - means[f];
      means[f] += difference / rows;
      deviations[f] += difference * (features[f] - means[f]);
      double deviation = Math.sqrt(deviations[f] / rows);
      x[f] = deviation == 0 ? 0 : (features[f] - means[f]) / deviation;
    }
  }
}
