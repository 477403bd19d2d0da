package dev.millrace.cli.init;

import dev.millrace.cli.console.YamlText;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Printable;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Proposes derived features of records alone, without labels: how often a value of a field came
 * lately, how long ago it came, and how numbers changed since.
 *
 * <p>They are proposed one after the other, each only if it is informative about the label beyond
 * the columns, the earlier labels that are proposed already, and those before it. A column is known
 * by its rank and by the mean of earlier labels of its value, or of its range of values.
 */
final class GroupProposals {
  static final double SMOOTHING = 10;
  private static final double FEW_REPEATS = 3;

  private static final int MAX_PROPOSALS = 4;
  private static final int MAX_FIELDS = 8;
  private static final int MAX_NUMBERS = 12;
  private static final int MAX_KNOWN = 48;
  private static final int BINS = 16;
  private static final double MIN_CORRELATION = 0.15;
  private static final double MIN_OF_PART = 0.04;
  // In standard errors of a correlation in the records of one key, whose model has to learn it.
  // Many features are tried.
  private static final double MIN_DEVIATIONS = 6;
  private static final double TAIL = 0.1;
  private static final double MAX_TAIL = 0.3;
  private static final int MAX_NAME = 40;
  private static final double HOUR = TimeUnit.HOURS.toMillis(1);
  private static final double DAY = 24 * HOUR;
  private static final Map<String, Double> WINDOWS =
      Map.of("10m", HOUR / 6, "1h", HOUR, "1d", DAY, "7d", 7 * DAY);

  /**
   * A derived feature that could be proposed.
   *
   * @param needsTime whether it reads the event time
   */
  private record Candidate(
      String entry, double[] values, Association.Rest rest, boolean needsTime) {
    static Candidate of(String entry, double[] values, boolean needsTime) {
      return new Candidate(entry, values, Association.rest(values), needsTime);
    }
  }

  private final RowSample sample;
  private final long records;
  private final double[] labels;
  private final @Nullable String positive;
  private final double @Nullable [] keys;
  private final List<FieldProfile> features;
  private final double @Nullable [] times;
  private final Association known;

  /**
   * @param records number of records, of which the sample has the first
   * @param labels numbers, 1 for the positive of two classes and 0 for the other
   * @param positive the positive class; null for numbers
   * @param keys model key of each record; null for one key
   * @param times milliseconds since 1970 of each record; null if they are unknown
   */
  GroupProposals(
      RowSample sample,
      long records,
      double[] labels,
      @Nullable String positive,
      double @Nullable [] keys,
      List<FieldProfile> features,
      double @Nullable [] times) {
    this.sample = sample;
    this.records = records;
    this.labels = Arrays.copyOf(labels, sample.rows());
    this.positive = positive;
    this.keys = keys;
    this.features = features;
    this.times = times == null || !areOrdered(times, keys, sample.rows()) ? null : times;
    known = new Association(this.labels);
    knowColumns();
  }

  // Event times that go back count as the latest one, so few may.
  private static boolean areOrdered(double[] times, double @Nullable [] keys, int rows) {
    Map<Double, Double> latest = new HashMap<>();
    int back = 0;
    for (int r = 0; r < rows; r++) {
      double before = latest.merge(keys == null ? 0 : keys[r], times[r], Math::max);
      back += before > times[r] ? 1 : 0;
    }
    return back <= rows / 100;
  }

  /** Returns true if one of the lags of the label is informative beyond the columns. */
  boolean areClear(List<Integer> steps) {
    RecordGroups keyGroups = groups(null);
    return steps.stream()
        .map(step -> Candidate.of("", keyGroups.lags(labels, step), false))
        .anyMatch(lag -> isClear(lag, known.of(lag.rest())));
  }

  /**
   * Returns the proposals, best first.
   *
   * @param steps lags of the label that are proposed
   */
  List<Proposal> proposals(List<Integer> steps) {
    RecordGroups keyGroups = groups(null);
    steps.forEach(step -> known.know(keyGroups.lags(labels, step)));
    List<Candidate> candidates = candidates(keyGroups);
    List<Proposal> proposals = new ArrayList<>();
    while (proposals.size() < MAX_PROPOSALS) {
      Candidate best = null;
      double max = 0;
      for (Candidate candidate : candidates) {
        double correlation = known.of(candidate.rest());
        if (Math.abs(correlation) > Math.abs(max) && isClear(candidate, correlation)) {
          best = candidate;
          max = correlation;
        }
      }
      if (best == null) {
        break;
      }
      proposals.add(new Proposal(best.entry(), reason(best, max), best.needsTime()));
      known.know(best.rest());
      candidates.remove(best);
    }
    return proposals;
  }

  private boolean isClear(Candidate candidate, double correlation) {
    double recordsPerKey = records / (double) keyCount();
    double min = Math.max(MIN_CORRELATION, MIN_DEVIATIONS / Math.sqrt(recordsPerKey));
    return Math.abs(correlation) >= min && known.holds(candidate.rest(), MIN_OF_PART);
  }

  private long keyCount() {
    return keys == null ? 1 : Arrays.stream(keys, 0, sample.rows()).distinct().count();
  }

  private void knowColumns() {
    if (keys != null) {
      known.know(meansOfLabels(keys));
    }
    for (FieldProfile field : features.subList(0, Math.min(MAX_KNOWN, features.size()))) {
      double[] column = sample.column(field.name());
      if (column == null) {
        continue;
      }
      double[] values = Arrays.copyOf(column, sample.rows());
      switch (type(field)) {
        case TIME -> {
          boolean isMillis = sample.isDates(field.name()) || field.isMillis();
          double unit = isMillis ? 1 : 1_000;
          double[] hours = Arrays.stream(values).map(t -> Math.floor(t * unit / HOUR)).toArray();
          known.know(meansOfLabels(Arrays.stream(hours).map(h -> h % 24).toArray()));
          known.know(meansOfLabels(Arrays.stream(hours).map(h -> h % 168).toArray()));
          known.know(values);
        }
        case NUMERIC -> {
          known.know(values);
          known.know(meansOfLabels(bins(values)));
        }
        default -> known.know(meansOfLabels(values));
      }
    }
  }

  private FeatureSpec.Type type(FieldProfile field) {
    return field.toFeature(sample.rows(), true).type();
  }

  /** Returns the number of the range of each value, ranges of about as many values. */
  private static double[] bins(double[] values) {
    double[] sorted = Arrays.stream(values).filter(value -> !Double.isNaN(value)).toArray();
    Arrays.sort(sorted);
    double[] bins = new double[values.length];
    for (int r = 0; r < values.length; r++) {
      bins[r] =
          Double.isNaN(values[r])
              ? Double.NaN
              : Math.floor(
                  BINS * (double) Association.countBelow(sorted, values[r], false) / sorted.length);
    }
    return bins;
  }

  /** Returns for each record the smoothed mean of the earlier labels of its value. */
  private double[] meansOfLabels(double[] values) {
    double[] means = new double[sample.rows()];
    Map<Double, double[]> sums = new HashMap<>();
    double count = 0;
    double mean = 0;
    for (int r = 0; r < means.length; r++) {
      double[] sum = sums.computeIfAbsent(values[r], absent -> new double[2]);
      means[r] = (sum[1] + SMOOTHING * mean) / (sum[0] + SMOOTHING);
      if (!Double.isNaN(labels[r])) {
        sum[0]++;
        sum[1] += labels[r];
        count++;
        mean += (labels[r] - mean) / count;
      }
    }
    return means;
  }

  private List<Candidate> candidates(RecordGroups keyGroups) {
    List<String> numbers =
        features.stream()
            .filter(field -> type(field) == FeatureSpec.Type.NUMERIC)
            .map(FieldProfile::name)
            .filter(name -> sample.column(name) != null)
            .limit(MAX_NUMBERS)
            .toList();
    List<Candidate> all = new ArrayList<>();
    for (String name : numbers) {
      double[] lags = keyGroups.lags(column(name), 1);
      String entry = "lag: %s, steps: 1".formatted(YamlText.of(name));
      all.add(Candidate.of(entry, lags, false));
    }
    if (keys != null) {
      addOfGroup(all, numbers, keyGroups, null);
    } else {
      addChanges(all, numbers, keyGroups, "");
    }
    features.stream()
        .filter(field -> isRepeated(field, sample.rows()))
        .filter(field -> sample.column(field.name()) != null)
        .limit(MAX_FIELDS)
        .forEach(field -> addOfGroup(all, numbers, groups(column(field.name())), field.name()));
    return all;
  }

  private double[] column(String name) {
    double[] column = sample.column(name);
    return column == null ? new double[0] : Arrays.copyOf(column, sample.rows());
  }

  private void addOfGroup(
      List<Candidate> all, List<String> numbers, RecordGroups groups, @Nullable String field) {
    String by = field == null ? "" : ", by: " + YamlText.of(field);
    addChanges(all, numbers, groups, by);
    if (times == null) {
      return;
    }
    String countedField =
        numbers.stream()
            .filter(name -> Arrays.stream(column(name)).noneMatch(Double::isNaN))
            .findFirst()
            .orElse(field);
    if (countedField != null) {
      addCounts(all, times, countedField, groups, by);
    }
    all.add(Candidate.of("since: last" + by, groups.since(times), true));
  }

  private void addCounts(
      List<Candidate> all, double[] millis, String field, RecordGroups groups, String by) {
    double span = Arrays.stream(millis, 0, sample.rows()).max().orElse(0) - millis[0];
    WINDOWS.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .filter(window -> 4 * window.getValue() <= span)
        .forEach(
            window ->
                all.add(
                    Candidate.of(
                        "window: %s, of: %s%s, do: [count]"
                            .formatted(YamlText.of(field), window.getKey(), by),
                        groups.counts(millis, window.getValue()),
                        true)));
  }

  private void addChanges(
      List<Candidate> all, List<String> numbers, RecordGroups groups, String by) {
    for (String name : numbers) {
      double[] changes = groups.changes(column(name));
      all.add(Candidate.of("change: %s%s".formatted(YamlText.of(name), by), changes, false));
    }
  }

  /** Groups the records by key, and by value unless null. */
  private RecordGroups groups(double @Nullable [] values) {
    return new RecordGroups(sample.rows(), keys, values);
  }

  private String reason(Candidate candidate, double correlation) {
    String found = "rank correlation %.2f beyond the columns".formatted(correlation);
    double[] sorted =
        Arrays.stream(candidate.values()).filter(value -> !Double.isNaN(value)).sorted().toArray();
    if (positive == null || sorted.length == 0) {
      return found;
    }
    double sign = Math.signum(correlation);
    double bound = sign * tail(Arrays.stream(sorted).map(value -> sign * value).sorted().toArray());
    double[] inTail = new double[2];
    double[] outside = new double[2];
    for (int r = 0; r < sample.rows(); r++) {
      double value = candidate.values()[r];
      if (!Double.isNaN(labels[r])) {
        double[] sums = sign * value >= sign * bound ? inTail : outside;
        sums[0]++;
        sums[1] += labels[r];
      }
    }
    return "%s; %s in %.1f %% of those with %s %s, in %.1f %% of others"
        .formatted(
            found,
            Printable.line(positive, MAX_NAME),
            100 * inTail[1] / inTail[0],
            correlation > 0 ? "at least" : "at most",
            new BigDecimal(bound).round(new MathContext(3)).stripTrailingZeros().toPlainString(),
            100 * outside[1] / Math.max(1, outside[0]));
  }

  /** Returns the bound of about the highest tenth; equal values may make it a smaller part. */
  private static double tail(double[] sorted) {
    double bound = sorted[sorted.length - 1 - (int) (TAIL * sorted.length)];
    int behind = Association.countBelow(sorted, bound, true);
    boolean isMostlyEqual =
        sorted.length - Association.countBelow(sorted, bound, false) > MAX_TAIL * sorted.length;
    return isMostlyEqual && behind < sorted.length ? sorted[behind] : bound;
  }

  /** Returns true if a field is a category whose values come several times each. */
  static boolean isRepeated(FieldProfile field, long records) {
    boolean isCategory =
        switch (field.toFeature(records, true).type()) {
          case ONE_HOT, HASH, ID -> true;
          default -> false;
        };
    return isCategory && field.distinct() > 1 && field.values() >= FEW_REPEATS * field.distinct();
  }
}
