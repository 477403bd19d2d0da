package dev.millrace.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the predictions of one run are worth beside knowing nothing, and whether the probabilities
 * of the positive class are right. Not thread-safe.
 */
final class Reliability {

  static final int BINS = 10;

  /**
   * Predictions of one range of probabilities.
   *
   * @param predicted mean predicted probability
   * @param observed share that was of the class
   */
  record Bin(long count, double predicted, double observed) {}

  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Integer> seen = new HashMap<>();
  private final long[] counts = new long[BINS];
  private final double[] predicted = new double[BINS];
  private final long[] observed = new long[BINS];
  // Null until it is known, and where there are more than two classes.
  private String positive;
  private long examples;
  private double losses;
  private double mean;

  /**
   * @param positive the class whose probabilities are looked at; null for the second of two
   */
  Reliability(String positive) {
    this.positive = positive;
  }

  /** Adds a record of the predictions topic. */
  void accept(OutputRecord record) {
    try {
      JsonNode prediction = json.readTree(record.value());
      if (prediction.has("value")) {
        addValue(prediction.path("actual").asDouble());
      } else {
        addClass(prediction.path("actual").asText(), prediction.path("probabilities"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void addValue(double actual) {
    losses += examples == 0 ? 0 : Math.abs(actual - mean);
    examples++;
    mean += (actual - mean) / examples;
  }

  private void addClass(String actual, JsonNode probabilities) {
    int classes = Math.max(1, probabilities.size());
    losses -= Math.log(seen.merge(actual, 1, Integer::sum) / (double) (examples + classes));
    examples++;
    if (positive == null && classes == 2) {
      List<String> names = new ArrayList<>();
      probabilities.fieldNames().forEachRemaining(names::add);
      positive = names.get(1);
    }
    if (positive != null && probabilities.has(positive)) {
      double p = probabilities.path(positive).asDouble();
      int bin = Math.min(BINS - 1, (int) (p * BINS));
      counts[bin]++;
      predicted[bin] += p;
      observed[bin] += actual.equals(positive) ? 1 : 0;
    }
  }

  /**
   * Returns the mean log-loss of the running class frequencies, (count + 1) / (examples + classes);
   * for values the mean absolute error of the running mean.
   */
  double baselineLoss() {
    return losses / examples;
  }

  /** Returns the mean predicted probability of the positive class; NaN if there is none. */
  double meanPredicted() {
    double sum = 0;
    long all = 0;
    for (int b = 0; b < BINS; b++) {
      sum += predicted[b];
      all += counts[b];
    }
    return sum / all;
  }

  /** Returns the share of the positive class; NaN if there is none. */
  double observedShare() {
    double sum = 0;
    long all = 0;
    for (int b = 0; b < BINS; b++) {
      sum += observed[b];
      all += counts[b];
    }
    return sum / all;
  }

  /** Returns the predictions of the positive class by tenths of probability. */
  List<Bin> bins() {
    List<Bin> bins = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      bins.add(new Bin(counts[b], predicted[b] / counts[b], observed[b] / (double) counts[b]));
    }
    return bins;
  }
}
