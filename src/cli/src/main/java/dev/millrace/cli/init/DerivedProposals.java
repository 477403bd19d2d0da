package dev.millrace.cli.init;

import dev.millrace.cli.console.YamlText;
import dev.millrace.cli.csv.FieldProfile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Proposes derived features where earlier records are informative about the next label: lags and
 * seasons of the labels of the key, means of the labels of equal values of another field, and
 * features of the records alone.
 */
final class DerivedProposals {
  private static final int[] SEASONS = {7, 12, 24, 48, 96, 144, 168, 288, 336};
  private static final double MIN_CORRELATION = 0.5;
  private static final double MIN_SEASON_GAIN = 0.1;
  private static final double MIN_OF_FIELD = 0.1;
  private static final int MIN_PAIRS = 200;
  private static final int MAX_FIELDS = 3;

  private final RowSample sample;
  private final double[] labels;
  // Null for one key.
  private final double @Nullable [] keys;

  private DerivedProposals(RowSample sample, double[] labels, double @Nullable [] keys) {
    this.sample = sample;
    this.labels = labels;
    this.keys = keys;
  }

  /**
   * Returns the proposals, none if the label is not a number or one of two classes.
   *
   * @param records number of records, of which the sample has the first
   * @param positive the class that counts as 1; null for a number
   * @param key field of the model key, {@link RowSample#RECORD_KEY} for the record key
   * @param time field of the event time; null if there is none
   */
  static List<Proposal> of(
      RowSample sample,
      long records,
      String label,
      @Nullable String positive,
      String key,
      List<FieldProfile> features,
      @Nullable String time) {
    double[] values = sample.column(label);
    if (values == null || sample.rows() < MIN_PAIRS) {
      return List.of();
    }
    double[] numbers = positive == null ? values : indicator(values, positive, sample.rows());
    DerivedProposals proposals = new DerivedProposals(sample, numbers, sample.column(key));
    GroupProposals beyond =
        new GroupProposals(
            sample,
            records,
            numbers,
            positive,
            proposals.keys,
            features,
            time == null ? null : sample.column(time));
    List<Integer> steps = new ArrayList<>();
    List<Proposal> lags = proposals.lags(YamlText.of(label), steps);
    if (!beyond.areClear(steps)) {
      lags = List.of();
      steps.clear();
    }
    List<Proposal> all = new ArrayList<>(lags);
    all.addAll(proposals.means(YamlText.of(label), features));
    all.addAll(beyond.proposals(steps));
    return all;
  }

  private static double[] indicator(double[] values, String positive, int rows) {
    double expected = RowSample.value(positive);
    double[] ones = new double[values.length];
    for (int r = 0; r < rows; r++) {
      ones[r] = Double.isNaN(values[r]) ? Double.NaN : values[r] == expected ? 1 : 0;
    }
    return ones;
  }

  /** Adds the lags to {@code steps}, and returns the proposal to use them. */
  private List<Proposal> lags(String label, List<Integer> steps) {
    RecordGroups groups = new RecordGroups(sample.rows(), keys, null);
    double[] centered = centeredLabels();
    double atOne = lagCorrelation(groups, centered, 1);
    List<String> reasons = new ArrayList<>();
    if (atOne >= MIN_CORRELATION) {
      steps.addAll(List.of(1, 2, 3));
      reasons.add("like the one before: correlation %.2f".formatted(atOne));
    }
    for (int season : SEASONS) {
      double correlation = lagCorrelation(groups, centered, season);
      double between = lagCorrelation(groups, centered, season / 2);
      if (correlation >= MIN_CORRELATION && correlation - between >= MIN_SEASON_GAIN) {
        steps.add(season);
        reasons.add("%.2f at %d, %.2f at %d".formatted(correlation, season, between, season / 2));
      }
    }
    return steps.isEmpty()
        ? List.of()
        : List.of(
            new Proposal(
                "lag: %s, steps: %s".formatted(label, steps), String.join("; ", reasons), false));
  }

  /** Returns the correlation of values with those n records of their key before. */
  private static double lagCorrelation(RecordGroups groups, double[] values, int lag) {
    Correlation correlation = new Correlation();
    double[] lags = groups.lags(values, lag);
    for (int r = 0; r < values.length; r++) {
      if (!Double.isNaN(values[r]) && !Double.isNaN(lags[r])) {
        correlation.add(lags[r], values[r]);
      }
    }
    return correlation.value();
  }

  // Keys that differ only in their level are not informative about the series.
  private double[] centeredLabels() {
    Map<Double, double[]> sums = new HashMap<>();
    for (int r = 0; r < sample.rows(); r++) {
      if (!Double.isNaN(labels[r])) {
        double[] sum = sums.computeIfAbsent(keys == null ? 0 : keys[r], absent -> new double[2]);
        sum[0]++;
        sum[1] += labels[r];
      }
    }
    double[] centered = new double[sample.rows()];
    for (int r = 0; r < centered.length; r++) {
      double[] sum = sums.get(keys == null ? 0 : keys[r]);
      centered[r] = labels[r] - (sum == null ? 0 : sum[1] / sum[0]);
    }
    return centered;
  }

  private List<Proposal> means(String label, List<FieldProfile> features) {
    Map<Proposal, Double> found = new LinkedHashMap<>();
    for (FieldProfile field : features) {
      double[] values = sample.column(field.name());
      double correlation =
          values != null && GroupProposals.isRepeated(field, sample.rows())
              ? meanCorrelation(values)
              : 0;
      if (correlation >= MIN_OF_FIELD) {
        String entry =
            "window: %s, of: all, by: %s, do: [mean, count], smoothing: %.0f"
                .formatted(label, YamlText.of(field.name()), GroupProposals.SMOOTHING);
        String reason =
            "correlation %.2f with earlier labels of equal values".formatted(correlation);
        found.put(new Proposal(entry, reason, false), correlation);
      }
    }
    return found.entrySet().stream()
        .sorted(Map.Entry.<Proposal, Double>comparingByValue().reversed())
        .limit(MAX_FIELDS)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Returns the correlation of labels with the smoothed mean of earlier ones of equal values. */
  private double meanCorrelation(double[] values) {
    Correlation correlation = new Correlation();
    Map<Double, double[]> sums = new HashMap<>();
    double count = 0;
    double mean = 0;
    for (int r = 0; r < sample.rows(); r++) {
      if (Double.isNaN(values[r]) || Double.isNaN(labels[r])) {
        continue;
      }
      double[] sum = sums.computeIfAbsent(values[r], absent -> new double[2]);
      if (count >= MIN_PAIRS) {
        correlation.add(
            (sum[1] + GroupProposals.SMOOTHING * mean) / (sum[0] + GroupProposals.SMOOTHING),
            labels[r]);
      }
      sum[0]++;
      sum[1] += labels[r];
      count++;
      mean += (labels[r] - mean) / count;
    }
    return correlation.value();
  }

  /** Pearson's correlation of pairs. */
  private static final class Correlation {
    private long count;
    private double meanX;
    private double meanY;
    private double squaresX;
    private double squaresY;
    private double products;

    void add(double x, double y) {
      count++;
      double deltaX = x - meanX;
      double deltaY = y - meanY;
      meanX += deltaX / count;
      meanY += deltaY / count;
      squaresX += deltaX * (x - meanX);
      squaresY += deltaY * (y - meanY);
      products += deltaX * (y - meanY);
    }

    /** Returns 0 if there are few pairs, or no differences. */
    double value() {
      double norm = Math.sqrt(squaresX * squaresY);
      return count < MIN_PAIRS || norm == 0 ? 0 : products / norm;
    }
  }
}
