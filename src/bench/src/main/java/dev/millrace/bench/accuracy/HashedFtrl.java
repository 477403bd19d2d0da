package dev.millrace.bench.accuracy;

import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import dev.millrace.eval.probability.AreaUnderCurve;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * Peer of {@code bench accuracy}: logistic regression with FTRL-Proximal (McMahan et al., "Ad click
 * prediction: a view from the trenches", 2013) over hashed values, as in many solutions of click
 * contests. Each value of a column is one of 2^20 weights, without a check for collisions; a number
 * is its bucket, the whole part of ln(1 + x), which on Criteo is better than finer buckets; a text
 * is its words.
 */
final class HashedFtrl {
  /** Learning rates, of which the best one counts, chosen after the fact. */
  private static final double[] RATES = {0.02, 0.05, 0.1, 0.2};

  private static final double BETA = 1;
  private static final double L2 = 1;
  private static final int WEIGHTS = 1 << 20;

  private final double rate;
  private final float[] z = new float[WEIGHTS + 1];
  private final float[] n = new float[WEIGHTS + 1];
  private int[] active = new int[64];
  private int size;

  private HashedFtrl(double rate) {
    this.rate = rate;
  }

  /** Log-loss and area under the ROC curve of one pass over a file. */
  record Scores(double logLoss, double auc) {
    /** Returns the scores of the probabilities that a column of the file has. */
    static Scores ofColumn(CsvScan scan, String positive, String column) {
      int at = scan.header().indexOf(column);
      return pass(scan, positive, (row, isPositive) -> Double.parseDouble(row[at]));
    }
  }

  /** Predicts a row, then learns it. */
  private interface Predictor {
    double predict(String[] row, boolean isPositive);
  }

  /** Returns the scores with the best of the learning rates. */
  static Scores best(CsvScan scan, String positive) {
    return DoubleStream.of(RATES)
        .mapToObj(
            rate -> {
              HashedFtrl model = new HashedFtrl(rate);
              List<IdHash> hashes =
                  scan.features().stream().map(feature -> new IdHash(feature.name())).toList();
              return pass(
                  scan,
                  positive,
                  (row, isPositive) -> {
                    model.read(scan, hashes, row);
                    return model.learn(isPositive ? 1 : 0);
                  });
            })
        .min(Comparator.comparingDouble(Scores::logLoss))
        .orElseThrow();
  }

  private static Scores pass(CsvScan scan, String positive, Predictor predictor) {
    AreaUnderCurve area = new AreaUnderCurve(0);
    double loss = 0;
    try (CsvFile file = new CsvFile(scan.path())) {
      while (file.next()) {
        String[] row = file.row();
        boolean isPositive = row[scan.labelColumn()].equals(positive);
        double probability = Math.min(1 - 1e-7, Math.max(1e-7, predictor.predict(row, isPositive)));
        area.add((float) probability, isPositive, 1);
        loss -= Math.log(isPositive ? probability : 1 - probability);
      }
    }
    int rows = area.size();
    return new Scores(loss / rows, area.compute().roc());
  }

  private void read(CsvScan scan, List<IdHash> hashes, String[] row) {
    active[0] = WEIGHTS; // the bias
    size = 1;
    for (int f = 0; f < hashes.size(); f++) {
      String text = row[scan.featureColumns().get(f)];
      FeatureSpec.Type type = scan.features().get(f).type();
      if (type == FeatureSpec.Type.TEXT || type == FeatureSpec.Type.SET) {
        for (String word : text.split("[ ,|]+", -1)) {
          add(hashes.get(f), word);
        }
      } else {
        add(hashes.get(f), type == FeatureSpec.Type.NUMERIC ? bucket(text) : text);
      }
    }
  }

  private static String bucket(String text) {
    if (text.isEmpty()) {
      return text;
    }
    double x = Double.parseDouble(text);
    return Long.toString((long) (x > 0 ? Math.log1p(x) : x));
  }

  private void add(IdHash hash, String value) {
    if (size == active.length) {
      active = Arrays.copyOf(active, 2 * size);
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    active[size++] = (int) (hash.of(bytes, bytes.length) & WEIGHTS - 1);
  }

  private double learn(double label) {
    double logit = 0;
    for (int i = 0; i < size; i++) {
      logit += weight(active[i]);
    }
    double predicted = 1 / (1 + Math.exp(-logit));
    double gradient = predicted - label;
    for (int i = 0; i < size; i++) {
      int at = active[i];
      double after = n[at] + gradient * gradient;
      z[at] += (float) (gradient - (Math.sqrt(after) - Math.sqrt(n[at])) / rate * weight(at));
      n[at] = (float) after;
    }
    return predicted;
  }

  private double weight(int at) {
    return -z[at] / ((BETA + Math.sqrt(n[at])) / rate + L2);
  }
}
