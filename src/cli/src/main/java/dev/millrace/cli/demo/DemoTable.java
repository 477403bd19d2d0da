package dev.millrace.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.watch.MetricsTable;
import java.util.List;

/** Some of the metrics records, as many as a person reads: about forty over the whole data set. */
final class DemoTable {
  private static final int ROWS = 40;

  private final MetricsTable table = new MetricsTable();
  private final long interval;
  private long next;

  DemoTable(long total) {
    this.interval = Math.max(1, total / ROWS);
    this.next = interval;
  }

  /** The lines to print for a record, none most of the time. */
  List<String> lines(JsonNode record, long examples) {
    if (examples < next) {
      return List.of();
    }
    next = examples + interval;
    return table.lines(record);
  }
}
