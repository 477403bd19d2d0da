package dev.millrace.bench.accuracy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * Coverage and size of published intervals or sets of classes: in total, and of each run of 1,000
 * labels the coverage. Not thread-safe.
 */
final class CoverageCounts {
  /** Header of {@link #line}, in Markdown. */
  static final List<String> HEADER =
      List.of(
          "| data | labels | coverage | of each 1,000 | mean width or size | of the range | winkler"
              + " |",
          "| --- | --- | --- | --- | --- | --- | --- |");

  private static final int BLOCK = 1_000;

  private final double level;
  private boolean areClasses;
  private long labels;
  private long covered;
  private int coveredInBlock;
  private double minBlock = 1;
  private double maxBlock;
  private double size;
  private double outside;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  CoverageCounts(double level) {
    this.level = level;
  }

  /** Adds a record of the predictions topic; one without a bound is ignored. */
  void accept(JsonNode prediction) {
    JsonNode interval = prediction.path("interval");
    JsonNode set = prediction.path("set");
    JsonNode actual = prediction.path("actual");
    if (interval.isObject()) {
      double label = actual.asDouble();
      double low = interval.path("low").asDouble();
      double high = interval.path("high").asDouble();
      min = Math.min(min, label);
      max = Math.max(max, label);
      add(high - low, Math.max(0, Math.max(low - label, label - high)));
    } else if (set.isObject()) {
      areClasses = true;
      boolean isMember = false;
      for (JsonNode name : set.path("classes")) {
        isMember |= name.equals(actual);
      }
      add(set.path("classes").size(), isMember ? 0 : 1);
    }
  }

  private void add(double sizeOfOne, double distance) {
    labels++;
    size += sizeOfOne;
    outside += distance;
    covered += distance == 0 ? 1 : 0;
    coveredInBlock += distance == 0 ? 1 : 0;
    if (labels % BLOCK == 0) {
      minBlock = Math.min(minBlock, coveredInBlock / (double) BLOCK);
      maxBlock = Math.max(maxBlock, coveredInBlock / (double) BLOCK);
      coveredInBlock = 0;
    }
  }

  long labels() {
    return labels;
  }

  double coverage() {
    return covered / (double) labels;
  }

  /** Returns the scores as a row of the table, in Markdown. */
  String line(String name) {
    double width = size / labels;
    return "| %s | %,d | %.4f | %s | %.4g | %s | %s |"
        .formatted(
            name,
            labels,
            coverage(),
            labels < BLOCK ? "" : "%.3f to %.3f".formatted(minBlock, maxBlock),
            width,
            areClasses ? "" : "%.1f %%".formatted(100 * width / (max - min)),
            areClasses ? "" : "%.4g".formatted(width + 2 / (1 - level) * outside / labels));
  }
}
