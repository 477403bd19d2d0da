package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.codec.json.MetricsRecord.Segment;
import dev.millrace.codec.json.MetricsRecord.Segments;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassAverage;
import dev.millrace.eval.ClassCounts;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.report.MetricsReport.Estimate;
import dev.millrace.report.MetricsReport.GroupScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Newest metrics of each key, and their totals: confusion matrices are added, means are weighted by
 * their numbers of examples. Not thread-safe.
 */
public final class FinalMetrics {

  /**
   * Scores over all keys.
   *
   * @param scores NaN for those of another task
   * @param firstBaseline accuracy or mean absolute error of the last label
   * @param secondBaseline that of the majority class or the mean
   */
  public record Totals(
      long examples, Map<Score, Double> scores, double firstBaseline, double secondBaseline) {

    /** Returns a score; NaN for one of another task. */
    public double get(Score score) {
      return scores.getOrDefault(score, Double.NaN);
    }

    private boolean isOfNumbers() {
      return !Double.isNaN(get(Score.MAE));
    }

    /** Returns the accuracy of the better baseline, or the lower error of both. */
    double bestBaseline() {
      return isOfNumbers()
          ? Math.min(firstBaseline, secondBaseline)
          : Math.max(firstBaseline, secondBaseline);
    }

    /**
     * Returns true if accuracy is below that of the better baseline by more than a standard error,
     * or the error is not below that of both.
     */
    boolean losesToBaseline() {
      double best = bestBaseline();
      return isOfNumbers()
          ? get(Score.MAE) >= best
          : get(Score.ACCURACY) < best - Math.sqrt(best * (1 - best) / examples);
    }

    /** Returns true if log-loss is not below that of the running class frequencies. */
    boolean losesToFrequencies() {
      return get(Score.LOG_LOSS) >= get(Score.LOG_LOSS_BASELINE);
    }
  }

  private final Map<String, MetricsRecord> newest = new TreeMap<>();
  // Newest metrics of each output of a key, if a key has several.
  private final Map<String, MetricsRecord> newestOfOutputs = new HashMap<>();
  // Newest metrics by epoch and key.
  private final TreeMap<Integer, Map<String, MetricsRecord>> epochs = new TreeMap<>();
  private final InputSpec input;
  private final @Nullable String positive;
  private long examples;
  private long seen;

  public FinalMetrics(@Nullable String positive) {
    this(InputSpec.DEFAULT, positive);
  }

  /**
   * @param input of the pipeline, whose keys may have several outputs
   * @param positive the positive class, null for the default
   */
  public FinalMetrics(InputSpec input, @Nullable String positive) {
    this.input = input;
    this.positive = positive;
  }

  /** Adds a metrics record. */
  public void accept(JsonNode metrics) {
    accept(MetricsRecord.of(metrics));
  }

  private void accept(MetricsRecord metrics) {
    if (hasOutputs() && !metrics.isOfSeveralOutputs()) {
      newestOfOutputs.put(metrics.key(), metrics);
      return;
    }
    MetricsRecord before = newest.put(metrics.key(), metrics);
    examples += metrics.examples() - (before == null ? 0 : before.examples());
    seen += metrics.seq() - (before == null ? 0 : before.seq());
    if (metrics.epoch() > 0) {
      epochs.computeIfAbsent(metrics.epoch(), e -> new TreeMap<>()).put(metrics.key(), metrics);
    }
  }

  /**
   * Returns the number of records with an event time before that of an earlier one of their key.
   * Each pass over them counts them again, and the models of all horizons of a forecast have the
   * same.
   */
  long outOfOrder() {
    long all =
        newest.values().stream()
            .mapToLong(key -> key.outOfOrder() / Math.max(1, key.epoch()))
            .sum();
    return all / Math.max(1, forecasts().horizons().size());
  }

  /** Returns true if each key has several outputs, whose scores are {@link #outputs}. */
  boolean hasOutputs() {
    return input.hasOutputs();
  }

  /**
   * The metrics of one of several outputs, over all keys that have it.
   *
   * @param task of the newest record
   */
  record Output(String name, String task, FinalMetrics metrics) {}

  /**
   * Returns the outputs in the order in which the keys name them; none for models of one output.
   */
  List<Output> outputs() {
    Map<String, Output> byName = new LinkedHashMap<>();
    newest.forEach(
        (key, metrics) -> {
          for (String name : metrics.outputs().keySet()) {
            MetricsRecord output = newestOfOutputs.get(key + ForecastSpec.SEPARATOR + name);
            if (output != null) {
              byName
                  .computeIfAbsent(
                      name,
                      unused -> new Output(name, output.task(), new FinalMetrics(positiveOf(name))))
                  .metrics()
                  .accept(output);
            }
          }
        });
    return List.copyOf(byName.values());
  }

  private @Nullable String positiveOf(String output) {
    return input.targets().stream()
        .filter(target -> target.name().equals(output))
        .map(TargetSpec::positiveClass)
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(positive);
  }

  /** Returns a score of all outputs together, the mean over the keys weighted by examples. */
  double ofAllOutputs(Function<MetricsRecord, MetricsRecord.Block> block, Score score) {
    return Means.of(
        newest.values(),
        key -> block.apply(key).scores().get(score),
        key -> block.apply(key).scores().examples());
  }

  /** Returns the number of examples, including those held out. */
  long seen() {
    return seen;
  }

  /**
   * Scores at the end of a pass over the data.
   *
   * @param loss mean of the windows
   * @param score accuracy of the held-out examples, mean absolute error for regression
   */
  record Epoch(int epoch, double loss, double validationLoss, double score) {}

  /** Returns the passes, if the records name them. */
  List<Epoch> epochs() {
    List<Epoch> all = new ArrayList<>();
    epochs.forEach(
        (epoch, records) ->
            all.add(
                new Epoch(
                    epoch,
                    Means.of(
                        records.values(),
                        key -> key.window().scores().loss(),
                        key -> key.window().scores().weight()),
                    validation(records.values(), ScoreBlock::loss),
                    validation(records.values(), block -> block.get(mainScore())))));
    return all;
  }

  /**
   * Early stop of one key, because its validation loss no longer fell.
   *
   * @param epoch the last epoch in which it learned
   * @param bestEpoch the epoch with the lowest validation loss
   */
  record Stop(String key, int epoch, int bestEpoch) {}

  /** Returns the early stops. */
  List<Stop> stops() {
    return newest.values().stream()
        .filter(key -> key.validation().stopped())
        .map(key -> new Stop(key.key(), key.epoch(), key.validation().bestEpoch()))
        .toList();
  }

  /**
   * Returns the number of held-out examples in the newest epoch of each key; with several outputs
   * the number of the output that has most.
   */
  long heldOut() {
    if (hasOutputs()) {
      return outputs().stream().mapToLong(output -> output.metrics().heldOut()).max().orElse(0);
    }
    return newest.values().stream()
        .mapToLong(key -> key.validation().epoch().scores().examples())
        .sum();
  }

  /** Returns the score that is reported with the validation loss. */
  Score mainScore() {
    return isRegression() ? Score.MAE : Score.ACCURACY;
  }

  /** Returns the value of that score; NaN if nothing was held out. */
  double validationScore() {
    return validation(newest.values(), block -> block.get(mainScore()));
  }

  /** Returns the mean loss of the held-out examples; NaN if there are none. */
  double validationLoss() {
    return validation(newest.values(), ScoreBlock::loss);
  }

  private static double validation(
      Collection<MetricsRecord> records, ToDoubleFunction<ScoreBlock> score) {
    return Means.of(
        records,
        key -> score.applyAsDouble(key.validation().epoch().scores()),
        key -> key.validation().epoch().scores().weight());
  }

  /** Returns the number of examples that the models learned. */
  public long examples() {
    return examples;
  }

  /** Returns the newest record of each key, by key. */
  Collection<MetricsRecord> newest() {
    return newest.values();
  }

  /** Returns the forecasts by horizon; without horizons if nothing is forecast. */
  FinalForecasts forecasts() {
    return new FinalForecasts(newest.values());
  }

  /** Returns true if a threshold is tuned, which gives accuracy up for another score. */
  boolean isTuned() {
    return newest.values().stream().anyMatch(key -> !Double.isNaN(key.threshold()));
  }

  /** Returns the F1 of the previous label over all keys, of the positive class. */
  double noChangeF1() {
    return mean(key -> key.baseline().noChange().total().get(Score.F1));
  }

  /** Returns the higher F1 of both baselines. */
  double bestBaselineF1() {
    return Math.max(noChangeF1(), mean(key -> key.baseline().majority().total().get(Score.F1)));
  }

  /** Returns true if F1 is below that of the better baseline. */
  boolean losesOnF1() {
    return totals().get(Score.F1) < bestBaselineF1();
  }

  boolean isRegression() {
    return hasTask(Task.REGRESSION);
  }

  /** Returns true if the task of every key is binary. */
  boolean isOfTwoClasses() {
    return !newest.isEmpty()
        && newest.values().stream().allMatch(metrics -> metrics.is(Task.BINARY));
  }

  /**
   * Returns the only class that was predicted in the last windows of all keys, for rows of several
   * classes; null if more were predicted.
   */
  @Nullable String onlyPredicted() {
    List<String> classes = new ArrayList<>();
    ClassCounts tally = tally(classes, MetricsRecord.Confusion::counts);
    if (!tally.predictsOneClass()) {
      return null;
    }
    return classes.stream()
        .filter(name -> tally.recall(classes.indexOf(name)) > 0)
        .findFirst()
        .orElse(null);
  }

  public Totals totals() {
    return isRegression() ? regression() : classification();
  }

  /** Describes the classes of the F1; empty for regression. */
  String classesOfF1() {
    List<String> classes = new ArrayList<>();
    tally(classes, MetricsRecord.Confusion::totalCounts);
    ClassAverage average = average(classes);
    if (isRegression() || average instanceof ClassAverage.Unknown) {
      return "";
    }
    if (newest.values().stream().anyMatch(FinalMetrics::isScoredWithoutMatrix)) {
      return newest.size() == 1 ? "f1 is the macro average over all classes" : "";
    }
    return average instanceof ClassAverage.Positive of
        ? "f1 is that of class \"%s\". Choose another one: --positive-class CLASS"
            .formatted(
                Printable.line(
                    of.index() < classes.size()
                        ? classes.get(of.index())
                        : Objects.requireNonNull(positive),
                    60))
        : "f1 is the macro average over %d classes".formatted(classes.size());
  }

  private ClassAverage average(List<String> classes) {
    return ClassAverage.of(classes, positive, hasTask(Task.MULTICLASS));
  }

  private boolean hasTask(Task task) {
    return newest.values().stream().anyMatch(metrics -> metrics.is(task));
  }

  /** Returns the counts of all keys, with classes in order of occurrence. */
  private ClassCounts tally(
      List<String> classes, Function<MetricsRecord.Confusion, double[][]> matrix) {
    ClassCounts tally = new ClassCounts();
    for (MetricsRecord metrics : newest.values()) {
      MetricsRecord.Confusion confusion = metrics.confusionMatrix();
      if (confusion != null) {
        add(matrix.apply(confusion), confusion.labels(), classes, tally);
      }
    }
    return tally;
  }

  private Totals classification() {
    if (newest.values().stream().anyMatch(FinalMetrics::isScoredWithoutMatrix)) {
      return withoutMatrices();
    }
    List<String> classes = new ArrayList<>();
    ClassCounts tally = tally(classes, MetricsRecord.Confusion::totalCounts);
    ClassAverage average = average(classes);
    return classTotals(
        tally.accuracy(), average.precision(tally), average.recall(tally), average.f1(tally));
  }

  // Reports omit the matrix if there are very many classes.
  private static boolean isScoredWithoutMatrix(MetricsRecord metrics) {
    return !Double.isNaN(metrics.total().scores().get(Score.ACCURACY))
        && metrics.confusionMatrix() == null;
  }

  /** Returns totals without class scores, which cannot be combined over several keys. */
  private Totals withoutMatrices() {
    boolean one = newest.size() == 1;
    return classTotals(
        mean(Score.ACCURACY),
        one ? mean(Score.PRECISION) : Double.NaN,
        one ? mean(Score.RECALL) : Double.NaN,
        one ? mean(Score.F1) : Double.NaN);
  }

  private Totals classTotals(double accuracy, double precision, double recall, double f1) {
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.put(Score.ACCURACY, accuracy);
    scores.put(Score.PRECISION, precision);
    scores.put(Score.RECALL, recall);
    scores.put(Score.F1, f1);
    putMeans(scores, Score.LOG_LOSS, Score.LOG_LOSS_BASELINE, Score.BRIER);
    putRatio(scores, Score.NORMALIZED_ENTROPY, Score.LOG_LOSS, Score.LOG_LOSS_BASELINE);
    if (isOfTwoClasses()) {
      putMeans(scores, Score.MEAN_PREDICTED, Score.OBSERVED_SHARE);
      putRatio(scores, Score.CALIBRATION_RATIO, Score.MEAN_PREDICTED, Score.OBSERVED_SHARE);
    }
    return new Totals(
        examples,
        scores,
        mean(key -> key.baseline().noChange().total().get(Score.ACCURACY)),
        mean(key -> key.baseline().majority().total().get(Score.ACCURACY)));
  }

  private void putMeans(Map<Score, Double> scores, Score... means) {
    for (Score score : means) {
      scores.put(score, mean(score));
    }
  }

  private static void putRatio(Map<Score, Double> scores, Score ratio, Score part, Score whole) {
    double nan = Double.NaN;
    scores.put(ratio, scores.getOrDefault(part, nan) / scores.getOrDefault(whole, nan));
  }

  private static void add(
      double[][] counts, List<String> labels, List<String> classes, ClassCounts into) {
    int[] index = new int[labels.size()];
    for (int c = 0; c < index.length; c++) {
      if (!classes.contains(labels.get(c))) {
        classes.add(labels.get(c));
      }
      index[c] = classes.indexOf(labels.get(c));
    }
    for (int actual = 0; actual < counts.length; actual++) {
      for (int predicted = 0; predicted < counts[actual].length; predicted++) {
        into.add(index[actual], index[predicted], counts[actual][predicted]);
      }
    }
  }

  private Totals regression() {
    double meanSquare = 0;
    double labelMean = mean(Score.LABEL_MEAN);
    double variance = 0;
    double count = 0;
    for (MetricsRecord metrics : newest.values()) {
      ScoreBlock total = metrics.total().scores();
      if (total.weight() > 0) {
        double n = total.weight();
        double rmse = total.get(Score.RMSE);
        double distance = total.get(Score.LABEL_MEAN) - labelMean;
        double sd = total.get(Score.LABEL_SD);
        meanSquare += n * rmse * rmse;
        variance += n * (sd * sd + distance * distance);
        count += n;
      }
    }
    Map<Score, Double> scores = new EnumMap<>(Score.class);
    scores.put(Score.MAE, mean(Score.MAE));
    scores.put(Score.RMSE, Math.sqrt(meanSquare / count));
    scores.put(Score.R2, variance > 0 ? 1 - meanSquare / variance : Double.NaN);
    return new Totals(
        examples,
        scores,
        mean(key -> key.baseline().lastValue().total().get(Score.MAE)),
        mean(key -> key.baseline().mean().total().get(Score.MAE)));
  }

  /** Means of a mixture member over all keys, and the number of keys in which it leads. */
  record Member(String name, long leads, double weight, double loss) {}

  /** Returns the members of the mixtures; none for other models. */
  List<Member> members() {
    Set<String> names = new LinkedHashSet<>();
    newest.values().forEach(key -> names.addAll(key.members().weights().keySet()));
    return names.stream().map(this::member).toList();
  }

  private Member member(String name) {
    return new Member(
        name,
        newest.values().stream().filter(key -> key.members().leader().equals(name)).count(),
        mean(key -> key.members().weights().getOrDefault(name, Double.NaN)),
        mean(key -> key.members().losses().getOrDefault(name, Double.NaN)));
  }

  /**
   * Returns the scores within the groups of the last windows of all keys; null if the metrics have
   * none. A group of several keys is several.
   */
  @Nullable GroupScores groups() {
    List<GroupScores> keys =
        newest.values().stream()
            .map(key -> key.window().groups())
            .filter(Objects::nonNull)
            .toList();
    return keys.isEmpty()
        ? null
        : new GroupScores(
            keys.stream().mapToInt(GroupScores::at).max().orElseThrow(),
            Math.toIntExact(keys.stream().mapToLong(GroupScores::count).sum()),
            Math.toIntExact(keys.stream().mapToLong(GroupScores::examples).sum()),
            Means.of(keys, GroupScores::auc, GroupScores::examples),
            Means.of(keys, GroupScores::hitRate, GroupScores::count),
            Means.of(keys, GroupScores::ndcg, GroupScores::count));
  }

  private Stream<Segments> allSegments() {
    return newest.values().stream().map(key -> key.window().segments()).filter(Objects::nonNull);
  }

  /**
   * Returns the segments in the last windows of all keys, in the order of their first key; null if
   * the metrics have none.
   */
  @Nullable Segments segments() {
    Optional<String> column = allSegments().map(Segments::column).findFirst();
    if (column.isEmpty()) {
      return null;
    }
    Map<@Nullable String, List<Segment>> byValue = new LinkedHashMap<>();
    allSegments()
        .flatMap(segmented -> segmented.values().stream())
        .forEach(one -> byValue.computeIfAbsent(one.value(), v -> new ArrayList<>()).add(one));
    List<Segment> segments = new ArrayList<>();
    byValue.forEach(
        (value, ofKeys) ->
            segments.add(
                new Segment(
                    value,
                    ofKeys.stream().mapToLong(Segment::examples).sum(),
                    Means.of(ofKeys, Segment::meanPredicted, Segment::examples),
                    Means.of(ofKeys, Segment::observedShare, Segment::examples))));
    return new Segments(column.get(), segments);
  }

  /** Returns the scores of intervals or sets; null if the metrics have none. */
  @Nullable Coverage coverage() {
    return Coverage.of(newest.values(), !isRegression());
  }

  /** Returns the importance of the columns; empty if predictions are not explained. */
  ColumnShares importance() {
    return ColumnShares.of(newest.values());
  }

  /**
   * Returns the estimate of what the last predictions of all keys will score; null if the metrics
   * have none. Its F1 is NaN unless there is one key, of two classes.
   */
  @Nullable Estimate estimate() {
    List<Estimate> keys =
        newest.values().stream().map(MetricsRecord::estimate).filter(Objects::nonNull).toList();
    return keys.isEmpty()
        ? null
        : new Estimate(
            Math.toIntExact(keys.stream().mapToLong(Estimate::predictions).sum()),
            Means.of(keys, Estimate::accuracy, Estimate::predictions),
            keys.size() == 1 ? keys.get(0).f1() : Double.NaN);
  }

  /** Returns the mean of a window score over the keys, weighted by examples. */
  double windowMean(ToDoubleFunction<MetricsRecord> score) {
    return Means.of(newest.values(), score, key -> key.window().scores().weight());
  }

  private double mean(Score score) {
    return mean(key -> key.total().scores().get(score));
  }

  /** Returns the mean of a score over the keys that have it, weighted by examples. */
  private double mean(ToDoubleFunction<MetricsRecord> score) {
    return Means.of(newest.values(), score, Means::weight);
  }
}
