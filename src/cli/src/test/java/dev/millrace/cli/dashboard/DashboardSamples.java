package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/** Metrics records of invented models that learn, from a seeded random walk. */
final class DashboardSamples {
  static final int EVERY = 200; // examples from one record to the next
  private static final int WINDOW = 1_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String key;
  private final Random random;
  private final double difficulty;
  private double walk;
  private long seq;

  DashboardSamples(String key, long seed, double difficulty) {
    this.key = key;
    this.random = new Random(seed);
    this.difficulty = difficulty;
  }

  /** The next record of a two-class model. */
  String nextBinary() {
    return nextClasses("binary", "ok", "fraud");
  }

  /** The next record of a model of as many classes as there are labels. */
  String nextClasses(String task, String... labels) {
    step();
    double error = difficulty * (0.25 + 1.4 * Math.exp(-seq / 6_000.0)) * Math.exp(0.5 * walk);
    long[][] counts = counts(labels.length, Math.min(0.9, error));
    ObjectNode record = head(task);
    ObjectNode window = scores(counts, error * 1.7);
    record.set("window", window);
    record.set("total", scores(counts, error * 1.9));
    ObjectNode noChange = MAPPER.createObjectNode();
    double level = 1 - difficulty * 1.1 + 0.01 * random.nextGaussian();
    noChange.set("window", pair("accuracy", level, "f1", level * 0.4));
    noChange.set("total", pair("accuracy", level, "f1", level * 0.4));
    ObjectNode majority = MAPPER.createObjectNode();
    majority.set("window", pair("accuracy", 1 - difficulty * 1.3, "f1", 0));
    majority.set("total", pair("accuracy", 1 - difficulty * 1.3, "f1", 0));
    ObjectNode baseline = record.putObject("baseline");
    baseline.set("no_change", noChange);
    baseline.set("majority", majority);
    putMatrix(record, labels, counts);
    return foot(record);
  }

  /** The next record of a model of a number. */
  String nextRegression() {
    step();
    double mae = difficulty * 100 * (0.5 + 1.2 * Math.exp(-seq / 6_000.0)) * Math.exp(0.3 * walk);
    ObjectNode record = head("regression");
    record.set("window", errors(mae));
    record.set("total", errors(mae * 1.15));
    ObjectNode baseline = record.putObject("baseline");
    for (String name : new String[] {"last_value", "mean"}) {
      double of =
          difficulty * (name.equals("mean") ? 190 : 96) * (1 + 0.03 * random.nextGaussian());
      ObjectNode block = baseline.putObject(name);
      block.set("window", pair("mae", of, "rmse", of * 1.4));
      block.set("total", pair("mae", of, "rmse", of * 1.4));
    }
    return foot(record);
  }

  /** The hour of a record of {@link #forecast}. */
  static Instant time(int hour) {
    return Instant.parse("2025-01-01T00:00:00Z").plus(Duration.ofHours(hour));
  }

  /** What a horizon forecasts of an hour: sales follow the time of day. */
  static double forecastOf(int hour, int horizon) {
    return sales(hour) + horizon / 8.0;
  }

  private static double sales(int hour) {
    return 40 + 20 * Math.sin(hour * Math.PI / 12);
  }

  /**
   * The record of a model that forecasts a series of hourly values.
   *
   * @param hour that the newest value is of
   * @param hasInterval false as long as ends are not known
   */
  static String forecast(String series, int horizon, int hour, boolean hasInterval) {
    ObjectNode record = MAPPER.createObjectNode();
    record.put("pipeline", "demand").put("key", series + "@" + horizon).put("series", series);
    record.put("horizon", String.valueOf(horizon)).put("seq", hour).put("task", "regression");
    record.put("examples", hour).put("event_time", time(hour).toString());
    record.set("window", errors(horizon / 8.0));
    record.set("total", errors(horizon / 8.0));
    ObjectNode forecast = record.putObject("forecast").put("pending", horizon);
    forecast.put("value", sales(hour));
    put(forecast.putObject("last"), forecastOf(hour, horizon), hasInterval);
    ObjectNode next = forecast.putObject("next");
    put(next, forecastOf(hour + horizon, horizon), hasInterval);
    next.put("target_time", time(hour + horizon).toString());
    return record.put("config_hash", "b1946ac9").toString();
  }

  private static void put(ObjectNode to, double value, boolean hasInterval) {
    to.put("value", value);
    to.put("low", hasInterval ? (Double) (value - 6) : null);
    to.put("high", hasInterval ? (Double) (value + 6) : null);
  }

  private void step() {
    seq += EVERY;
    walk = 0.96 * walk + 0.12 * random.nextGaussian();
  }

  private ObjectNode head(String task) {
    ObjectNode record = MAPPER.createObjectNode();
    record.put("pipeline", "fraud").put("key", key).put("seq", seq).put("task", task);
    record.put("examples", seq).put("model_version", seq - 1);
    Instant start = Instant.parse("2026-11-25T09:00:00.120Z");
    return record.put("event_time", start.plusMillis(seq * 9).toString());
  }

  private String foot(ObjectNode record) {
    record.put("learning_rate", 0.005).put("skipped_steps", 0);
    ArrayNode offsets = record.putObject("input").putObject("fraud.examples").putArray("0");
    offsets.add(seq * 7).add(seq * 7 + 1_527);
    return record.put("config_hash", "b1946ac9").toString();
  }

  /** Counts of a full window, rows = actual; the first class is the common one. */
  private long[][] counts(int classes, double error) {
    long[][] counts = new long[classes][classes];
    for (int i = 0; i < WINDOW; i++) {
      int actual = random.nextInt(10) < 6 ? 0 : random.nextInt(classes);
      boolean wrong = random.nextDouble() < error * (actual == 0 ? 0.6 : 1.6);
      int other = (actual + 1 + random.nextInt(Math.max(1, Math.min(3, classes - 1)))) % classes;
      counts[actual][wrong ? other : actual]++;
    }
    return counts;
  }

  private static ObjectNode scores(long[][] counts, double loss) {
    long right = 0;
    double f1 = 0;
    for (int c = 0; c < counts.length; c++) {
      right += counts[c][c];
      f1 += f1(counts, c) / counts.length;
    }
    double accuracy = right / (double) WINDOW;
    ObjectNode block = MAPPER.createObjectNode();
    block.put("size", WINDOW).put("examples", WINDOW).put("accuracy", accuracy);
    block.put("precision", precision(counts, 1)).put("recall", recall(counts, 1));
    block.put("f1", counts.length == 2 ? f1(counts, 1) : f1);
    block.put("log_loss_baseline", 0.6).put("auc_roc", Math.min(1, accuracy + 0.04));
    block.put("predicts_one_class", false).put("better_than_baseline", loss < 0.6);
    if (counts.length == 2) {
      block.putObject("calibration").put("mean_predicted", 0.031).put("observed_share", 0.033);
      ObjectNode segments = block.putObject("segments").put("column", "device");
      ObjectNode phone = segments.putArray("values").addObject().put("value", "phone");
      phone.put("examples", 640).put("mean_predicted", 0.041).put("observed_share", 0.02);
    }
    return block.put("kappa", accuracy - 0.1).put("loss", loss).put("log_loss", loss);
  }

  private static void putMatrix(ObjectNode record, String[] labels, long[][] counts) {
    ArrayNode classes = record.putArray("per_class");
    ObjectNode matrix = record.putObject("confusion_matrix").put("rows", "actual");
    ArrayNode names = matrix.putArray("labels");
    ArrayNode rows = matrix.putArray("counts");
    ArrayNode totals = matrix.putArray("total_counts");
    for (int c = 0; c < labels.length; c++) {
      names.add(labels[c]);
      ArrayNode row = rows.addArray();
      ArrayNode total = totals.addArray();
      long support = 0;
      for (long count : counts[c]) {
        row.add(count);
        total.add(count * 40);
        support += count;
      }
      ObjectNode one = classes.addObject().put("class", labels[c]);
      one.put("precision", precision(counts, c)).put("recall", recall(counts, c));
      one.put("f1", f1(counts, c)).put("support", support);
    }
  }

  private static double precision(long[][] counts, int c) {
    long predicted = 0;
    for (long[] row : counts) {
      predicted += row[c];
    }
    return counts[c][c] / (double) Math.max(1, predicted);
  }

  private static double recall(long[][] counts, int c) {
    long actual = 0;
    for (long count : counts[c]) {
      actual += count;
    }
    return counts[c][c] / (double) Math.max(1, actual);
  }

  private static double f1(long[][] counts, int c) {
    double sum = precision(counts, c) + recall(counts, c);
    return sum == 0 ? 0 : 2 * precision(counts, c) * recall(counts, c) / sum;
  }

  private static ObjectNode errors(double mae) {
    ObjectNode block = MAPPER.createObjectNode();
    block.put("size", WINDOW).put("examples", WINDOW).put("mae", mae).put("rmse", mae * 1.35);
    return block.put("r2", 1 - mae / 60).put("loss", mae * mae / 9_000);
  }

  private static ObjectNode pair(String first, double a, String second, double b) {
    return MAPPER.createObjectNode().put(first, a).put(second, b);
  }
}
