package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Printable;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Importance of columns over some keys: the mean of their shares weighted by examples.
 *
 * @param shares of the columns, the largest first
 */
record ColumnShares(Map<String, Double> shares) {
  private static final int SHOWN = 5;
  private static final int MAX_NAME = 60;

  /** Returns the shares in the newest records of the keys; empty if they have none. */
  static ColumnShares of(Collection<MetricsRecord> newest) {
    Map<String, Double> sums = new LinkedHashMap<>();
    double weights = 0;
    for (MetricsRecord key : newest) {
      double weight = Means.weight(key);
      key.importance().forEach((column, share) -> sums.merge(column, weight * share, Double::sum));
      weights += key.importance().isEmpty() ? 0 : weight;
    }
    Map<String, Double> shares = new LinkedHashMap<>();
    for (Map.Entry<String, Double> sum :
        sums.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .toList()) {
      shares.put(sum.getKey(), sum.getValue() / weights);
    }
    return new ColumnShares(shares);
  }

  boolean isEmpty() {
    return shares.isEmpty();
  }

  /** Returns the columns that matter most, in words. */
  String text() {
    return shares.entrySet().stream()
        .limit(SHOWN)
        .map(
            share ->
                Printable.line(share.getKey(), MAX_NAME) + " " + Figures.score(share.getValue()))
        .collect(Collectors.joining("  ", "columns that moved predictions most: ", ""));
  }

  /** Adds the shares to an object of a report. */
  void put(ObjectNode json) {
    ObjectNode importance = json.putObject("importance");
    shares.forEach(importance::put);
  }
}
