package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Terminal;
import dev.millrace.data.Task;
import dev.millrace.eval.ClassAverage;
import dev.millrace.eval.ClassCounts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The newest metrics of each key, and what they come to over all keys: confusion matrices are
 * added, means are weighted by their number of examples. Not thread-safe.
 */
public final class FinalMetrics {

  /** Scores over all keys; a score that the task does not have is NaN. */
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
      double secondBaseline) {}

  private final Map<String, JsonNode> newest = new TreeMap<>();
  // The newest of each epoch that records name, by epoch and key.
  private final TreeMap<Integer, Map<String, JsonNode>> epochs = new TreeMap<>();
  private final String positive;
  private long examples;
  private long seen;

  /**
   * @param positive the positive class, or null
   */
  public FinalMetrics(String positive) {
    this.positive = positive;
  }

  public void accept(JsonNode metrics) {
    JsonNode before = newest.put(metrics.path("key").asText(), metrics);
    examples += grown(metrics, before, "examples");
    seen += grown(metrics, before, "seq");
    if (metrics.has("epoch")) {
      epochs
          .computeIfAbsent(metrics.path("epoch").asInt(), epoch -> new TreeMap<>())
          .put(metrics.path("key").asText(), metrics);
    }
  }

  private static long grown(JsonNode metrics, JsonNode before, String count) {
    return metrics.path(count).asLong() - (before == null ? 0 : before.path(count).asLong());
  }

  /** Examples that the models have seen, those held out included. */
  long seen() {
    return seen;
  }

  /**
   * One pass over the data, at its end.
   *
   * @param loss mean of the windows
   * @param score accuracy of the held-out examples, mean absolute error for regression
   */
  record Epoch(int epoch, double loss, double validationLoss, double score) {}

  /** The passes, if the records name them. */
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
   * The end of learning of one key, for its validation loss fell no more.
   *
   * @param epoch after which it learned nothing
   * @param bestEpoch whose validation loss was the lowest
   */
  record Stop(String key, int epoch, int bestEpoch) {}

  /** The keys whose models have stopped to learn. */
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

  /** Examples that no model learned from, of the newest epoch of each key. */
  long heldOut() {
    return newest.values().stream()
        .mapToLong(key -> key.at("/validation/epoch/examples").asLong())
        .sum();
  }

  /** The score that stands beside the validation loss. */
  String validationScoreName() {
    return isRegression() ? "mae" : "accuracy";
  }

  /** The value of that score; NaN if nothing was held out. */
  double validationScore() {
    return validation(validationScoreName());
  }

  /** Mean of a score of the held-out examples of the newest epoch; NaN if there are none. */
  double validation(String score) {
    return mean("/validation/epoch/" + score, "/validation/epoch/weight");
  }

  /** Examples learned by all models. */
  public long examples() {
    return examples;
  }

  /** The newest record of each key, by key. */
  Collection<JsonNode> newest() {
    return newest.values();
  }

  boolean isRegression() {
    return hasTask(Task.REGRESSION);
  }

  /** Whether every record is of two classes, of which one is the positive. */
  boolean isOfTwoClasses() {
    return !newest.isEmpty()
        && newest.values().stream()
            .allMatch(metrics -> metrics.path("task").asText().equals(Task.BINARY.id()));
  }

  /**
   * The one class that is predicted for rows of several in the last windows of all keys; null if
   * there are more.
   */
  String onlyPredicted() {
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

  /** Of which classes F1 is, in words; empty for a regression. */
  String classesOfF1() {
    List<String> classes = new ArrayList<>();
    tally(classes, "total_counts");
    ClassAverage average = average(classes);
    if (isRegression() || average instanceof ClassAverage.Unknown) {
      return "";
    }
    return average instanceof ClassAverage.Positive of
        ? "f1 is that of class \"%s\". Of another one: --positive-class CLASS"
            .formatted(
                Terminal.printable(
                    of.index() < classes.size() ? classes.get(of.index()) : positive, 60))
        : "f1 is the macro average over %d classes".formatted(classes.size());
  }

  private ClassAverage average(List<String> classes) {
    return ClassAverage.of(classes, positive, hasTask(Task.MULTICLASS));
  }

  private boolean hasTask(Task task) {
    return newest.values().stream()
        .anyMatch(metrics -> metrics.path("task").asText().equals(task.id()));
  }

  /** Counts of all keys together, the classes in the order in which they come. */
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

  // Reports leave the matrix out where there are very many classes.
  private static boolean isScoredWithoutMatrix(JsonNode metrics) {
    return metrics.at("/total/accuracy").isNumber() && !metrics.has("confusion_matrix");
  }

  /** What one key says of itself; of several, scores of classes cannot be put together. */
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

  /** One member of the mixtures, over all keys: means by examples, and how often it leads. */
  record Member(String name, long leads, double weight, double loss) {}

  /** The members of the mixtures, none if the models mix nothing. */
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

  /** Mean over the keys of a score of their windows, weighted by the examples in them. */
  double windowMean(String path) {
    return mean(path, "/window/weight");
  }

  private double mean(String path) {
    return mean(path, "/total/weight");
  }

  /** Mean of a score over the keys, weighted by their examples; keys without it are left out. */
  private double mean(String path, String countPath) {
    return mean(newest.values(), path, countPath);
  }

  private static double mean(Collection<JsonNode> records, String path, String countPath) {
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
}
