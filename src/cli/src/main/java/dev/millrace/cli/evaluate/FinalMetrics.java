package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.watch.MetricsRecords;
import dev.millrace.data.ForecastSpec;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Printable;
import dev.millrace.data.TargetSpec;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassAverage;
import dev.millrace.eval.ClassCounts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Newest metrics of each key, and their totals: confusion matrices are added, means are weighted by
 * their numbers of examples. Not thread-safe.
 */
public final class FinalMetrics {

  /** Scores over all keys; NaN for a score of another task. */
  public record Totals(
      long examples,
      double accuracy,
      double precision,
      double recall,
      double f1,
      double logLoss,
      double logLossBaseline,
      double brier,
      double meanPredicted,
      double observedShare,
      double mae,
      double rmse,
      double r2,
      double firstBaseline,
      double secondBaseline) {

    private boolean isOfNumbers() {
      return !Double.isNaN(mae);
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
          ? mae >= best
          : accuracy < best - Math.sqrt(best * (1 - best) / examples);
    }

    /** Returns true if log-loss is not below that of the running class frequencies. */
    boolean losesToFrequencies() {
      return logLoss >= logLossBaseline;
    }

    /** Returns log-loss relative to that of the running class frequencies. */
    double normalizedEntropy() {
      return logLoss / logLossBaseline;
    }

    /** Returns the mean predicted probability of the positive class relative to its share. */
    double calibrationRatio() {
      return meanPredicted / observedShare;
    }
  }

  private final Map<String, JsonNode> newest = new TreeMap<>();
  // Newest metrics of each output of a key, if a key has several.
  private final Map<String, JsonNode> newestOfOutputs = new HashMap<>();
  // Newest metrics by epoch and key.
  private final TreeMap<Integer, Map<String, JsonNode>> epochs = new TreeMap<>();
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
    if (hasOutputs() && !MetricsRecords.isOfSeveralOutputs(metrics)) {
      newestOfOutputs.put(metrics.path("key").asText(), metrics);
      return;
    }
    JsonNode before = newest.put(metrics.path("key").asText(), metrics);
    examples += added(metrics, before, "examples");
    seen += added(metrics, before, "seq");
    if (metrics.has("epoch")) {
      epochs
          .computeIfAbsent(metrics.path("epoch").asInt(), epoch -> new TreeMap<>())
          .put(metrics.path("key").asText(), metrics);
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
            .mapToLong(
                key -> key.path("out_of_order").asLong() / Math.max(1, key.path("epoch").asLong()))
            .sum();
    return all / Math.max(1, forecasts().horizons().size());
  }

  private static long added(JsonNode metrics, @Nullable JsonNode before, String count) {
    return metrics.path(count).asLong() - (before == null ? 0 : before.path(count).asLong());
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
          for (Map.Entry<String, JsonNode> output : metrics.path("outputs").properties()) {
            String name = output.getKey();
            JsonNode own = newestOfOutputs.get(key + ForecastSpec.SEPARATOR + name);
            if (own != null) {
              byName
                  .computeIfAbsent(
                      name,
                      unused ->
                          new Output(
                              name, own.path("task").asText(), new FinalMetrics(positiveOf(name))))
                  .metrics()
                  .accept(own);
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
  double ofAllOutputs(String path) {
    return mean(path, path.substring(0, path.lastIndexOf('/')) + "/examples");
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
    String score = "/validation/epoch/" + validationScoreName();
    List<Epoch> all = new ArrayList<>();
    epochs.forEach(
        (epoch, records) ->
            all.add(
                new Epoch(
                    epoch,
                    mean(records.values(), "/window/loss", "/window/weight"),
                    mean(records.values(), "/validation/epoch/loss", "/validation/epoch/weight"),
                    mean(records.values(), score, "/validation/epoch/weight"))));
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
    return newest.entrySet().stream()
        .filter(key -> key.getValue().at("/validation/stopped").asBoolean())
        .map(
            key ->
                new Stop(
                    key.getKey(),
                    key.getValue().path("epoch").asInt(),
                    key.getValue().at("/validation/best_epoch").asInt()))
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
        .mapToLong(key -> key.at("/validation/epoch/examples").asLong())
        .sum();
  }

  /** Returns the name of the score that is reported with the validation loss. */
  String validationScoreName() {
    return isRegression() ? "mae" : "accuracy";
  }

  /** Returns the value of that score; NaN if nothing was held out. */
  double validationScore() {
    return validation(validationScoreName());
  }

  /** Returns the mean of a score of the held-out examples; NaN if there are none. */
  double validation(String score) {
    return mean("/validation/epoch/" + score, "/validation/epoch/weight");
  }

  /** Returns the number of examples that the models learned. */
  public long examples() {
    return examples;
  }

  /** Returns the newest record of each key, by key. */
  Collection<JsonNode> newest() {
    return newest.values();
  }

  /** Returns the forecasts by horizon; without horizons if nothing is forecast. */
  FinalForecasts forecasts() {
    return new FinalForecasts(newest.values());
  }

  /** Returns true if a threshold is tuned, which gives accuracy up for another score. */
  boolean isTuned() {
    return newest.values().stream().anyMatch(key -> key.has("threshold"));
  }

  /** Returns the F1 of a baseline over all keys, of the positive class. */
  double baselineF1(String baseline) {
    return mean("/baseline/" + baseline + "/total/f1");
  }

  /** Returns the higher F1 of both baselines. */
  double bestBaselineF1() {
    return Math.max(baselineF1("no_change"), baselineF1("majority"));
  }

  /** Returns true if F1 is below that of the better baseline. */
  boolean losesOnF1() {
    return totals().f1() < bestBaselineF1();
  }

  boolean isRegression() {
    return hasTask(Task.REGRESSION);
  }

  /** Returns true if the task of every key is binary. */
  boolean isOfTwoClasses() {
    return !newest.isEmpty()
        && newest.values().stream()
            .allMatch(metrics -> metrics.path("task").asText().equals(Task.BINARY.id()));
  }

  /**
   * Returns the only class that was predicted in the last windows of all keys, for rows of several
   * classes; null if more were predicted.
   */
  @Nullable String onlyPredicted() {
    List<String> classes = new ArrayList<>();
    ClassCounts tally = tally(classes, "counts");
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
    tally(classes, "total_counts");
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
    return newest.values().stream()
        .anyMatch(metrics -> metrics.path("task").asText().equals(task.id()));
  }

  /** Returns the counts of all keys, with classes in order of occurrence. */
  private ClassCounts tally(List<String> classes, String matrix) {
    ClassCounts tally = new ClassCounts();
    for (JsonNode metrics : newest.values()) {
      add(metrics.path("confusion_matrix"), matrix, classes, tally);
    }
    return tally;
  }

  private Totals classification() {
    if (newest.values().stream().anyMatch(FinalMetrics::isScoredWithoutMatrix)) {
      return withoutMatrices();
    }
    List<String> classes = new ArrayList<>();
    ClassCounts tally = tally(classes, "total_counts");
    ClassAverage average = average(classes);
    return ofClasses(
        tally.accuracy(), average.precision(tally), average.recall(tally), average.f1(tally));
  }

  // Reports omit the matrix if there are very many classes.
  private static boolean isScoredWithoutMatrix(JsonNode metrics) {
    return metrics.at("/total/accuracy").isNumber() && !metrics.has("confusion_matrix");
  }

  /** Returns totals without class scores, which cannot be combined over several keys. */
  private Totals withoutMatrices() {
    boolean one = newest.size() == 1;
    return ofClasses(
        mean("/total/accuracy"),
        one ? mean("/total/precision") : Double.NaN,
        one ? mean("/total/recall") : Double.NaN,
        one ? mean("/total/f1") : Double.NaN);
  }

  private Totals ofClasses(double accuracy, double precision, double recall, double f1) {
    return new Totals(
        examples,
        accuracy,
        precision,
        recall,
        f1,
        mean("/total/log_loss"),
        mean("/total/log_loss_baseline"),
        mean("/total/brier"),
        isOfTwoClasses() ? mean("/total/calibration/mean_predicted") : Double.NaN,
        isOfTwoClasses() ? mean("/total/calibration/observed_share") : Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        mean("/baseline/no_change/total/accuracy"),
        mean("/baseline/majority/total/accuracy"));
  }

  private static void add(
      JsonNode confusion, String matrix, List<String> classes, ClassCounts into) {
    int[] index = new int[confusion.path("labels").size()];
    for (int c = 0; c < index.length; c++) {
      String label = confusion.path("labels").get(c).asText();
      if (!classes.contains(label)) {
        classes.add(label);
      }
      index[c] = classes.indexOf(label);
    }
    JsonNode counts = confusion.path(matrix);
    for (int actual = 0; actual < index.length; actual++) {
      for (int predicted = 0; predicted < index.length; predicted++) {
        into.add(index[actual], index[predicted], counts.get(actual).get(predicted).asDouble());
      }
    }
  }

  private Totals regression() {
    double meanSquare = 0;
    double labelMean = mean("/total/label_mean");
    double variance = 0;
    double count = 0;
    for (JsonNode metrics : newest.values()) {
      double n = metrics.at("/total/weight").asDouble();
      double rmse = metrics.at("/total/rmse").asDouble();
      double distance = metrics.at("/total/label_mean").asDouble() - labelMean;
      double sd = metrics.at("/total/label_sd").asDouble();
      meanSquare += n * rmse * rmse;
      variance += n * (sd * sd + distance * distance);
      count += n;
    }
    return new Totals(
        examples,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        Double.NaN,
        mean("/total/mae"),
        Math.sqrt(meanSquare / count),
        variance > 0 ? 1 - meanSquare / variance : Double.NaN,
        mean("/baseline/last_value/total/mae"),
        mean("/baseline/mean/total/mae"));
  }

  /** Means of a mixture member over all keys, and the number of keys in which it leads. */
  record Member(String name, long leads, double weight, double loss) {}

  /** Returns the members of the mixtures; none for other models. */
  List<Member> members() {
    Set<String> names = new LinkedHashSet<>();
    newest
        .values()
        .forEach(key -> key.at("/members/weights").fieldNames().forEachRemaining(names::add));
    return names.stream().map(this::member).toList();
  }

  private Member member(String name) {
    long leads =
        newest.values().stream()
            .filter(key -> key.at("/members/leader").asText().equals(name))
            .count();
    return new Member(
        name, leads, mean("/members/weights/" + name), mean("/members/losses/" + name));
  }

  /**
   * Scores within the groups of the last windows of all keys; a group of several keys is several.
   *
   * @param at rank up to which hits and gains count
   * @param count number of groups with examples of both classes
   */
  record Groups(int at, long count, long examples, double auc, double hitRate, double ndcg) {}

  /** Returns the scores within groups; null if the metrics have none. */
  @Nullable Groups groups() {
    String path = "/window/groups/";
    List<JsonNode> keys = newest.values().stream().map(key -> key.at("/window/groups")).toList();
    return keys.stream().noneMatch(JsonNode::isObject)
        ? null
        : new Groups(
            keys.stream().mapToInt(key -> key.path("at").asInt()).max().orElseThrow(),
            keys.stream().mapToLong(key -> key.path("count").asLong()).sum(),
            keys.stream().mapToLong(key -> key.path("examples").asLong()).sum(),
            mean(newest.values(), path + "auc", path + "examples"),
            mean(newest.values(), path + "hit_rate", path + "count"),
            mean(newest.values(), path + "ndcg", path + "count"));
  }

  /**
   * A segment in the last windows of all keys.
   *
   * @param value null for examples without a listed value
   * @param meanPredicted of the positive class, as {@code observedShare}
   */
  record Segment(
      @Nullable String value, long examples, double meanPredicted, double observedShare) {}

  /** Returns the column whose values are segments; null if the metrics have none. */
  @Nullable String segmentColumn() {
    return newest.values().stream()
        .map(key -> key.at("/window/segments/column"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .findFirst()
        .orElse(null);
  }

  /** Returns the segments in the order of their first key. */
  List<Segment> segments() {
    Map<JsonNode, List<JsonNode>> byValue = new LinkedHashMap<>();
    for (JsonNode key : newest.values()) {
      for (JsonNode segment : key.at("/window/segments/values")) {
        byValue.computeIfAbsent(segment.path("value"), value -> new ArrayList<>()).add(segment);
      }
    }
    List<Segment> segments = new ArrayList<>();
    byValue.forEach(
        (value, ofKeys) ->
            segments.add(
                new Segment(
                    value.isNull() ? null : value.asText(),
                    ofKeys.stream().mapToLong(segment -> segment.path("examples").asLong()).sum(),
                    mean(ofKeys, "/mean_predicted", "/examples"),
                    mean(ofKeys, "/observed_share", "/examples"))));
    return segments;
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
   * What the last predictions of all keys will score, estimated before their labels come.
   *
   * @param f1 NaN unless there is one key, of two classes
   */
  record Estimate(long predictions, double accuracy, double f1) {}

  /** Returns the estimate; null if the metrics have none. */
  @Nullable Estimate estimate() {
    List<JsonNode> keys =
        newest.values().stream()
            .map(key -> key.path("estimate"))
            .filter(JsonNode::isObject)
            .toList();
    return keys.isEmpty()
        ? null
        : new Estimate(
            keys.stream().mapToLong(key -> key.path("predictions").asLong()).sum(),
            mean(keys, "/accuracy", "/predictions"),
            keys.size() == 1 ? keys.get(0).path("f1").asDouble(Double.NaN) : Double.NaN);
  }

  /** Returns the mean of a window score over the keys, weighted by examples. */
  double windowMean(String path) {
    return mean(path, "/window/weight");
  }

  private double mean(String path) {
    return mean(path, "/total/weight");
  }

  /** Returns the mean of a score over the keys that have it, weighted by examples. */
  private double mean(String path, String countPath) {
    return mean(newest.values(), path, countPath);
  }

  /** Returns the mean of a score over the records that have it, weighted by a number. */
  static double mean(Collection<JsonNode> records, String path, String countPath) {
    double sum = 0;
    double count = 0;
    for (JsonNode metrics : records) {
      JsonNode score = metrics.at(path);
      if (score.isNumber()) {
        double n = metrics.at(countPath).asDouble();
        sum += n * score.asDouble();
        count += n;
      }
    }
    return count == 0 ? Double.NaN : sum / count;
  }

  /** Returns the value, NaN if it is infinite. */
  static double orNan(double value) {
    return Double.isFinite(value) ? value : Double.NaN;
  }

  /** Returns the value for JSON: null if it is not finite. */
  public static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
