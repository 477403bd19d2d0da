package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.LiveView;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.json.MetricsRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** Shows the newest metrics of each key, the worst first. */
public final class LiveTable implements LiveView {
  private static final Comparator<Row> WORST_FIRST =
      Comparator.comparing((Row row) -> row.metrics().scores())
          .thenComparing(Comparator.comparingDouble(Row::severity).reversed())
          .thenComparing(row -> row.metrics().key());

  private final LongSupplier nanoTime;
  private final KeysRate rate;
  private final OutputRecords outputs = new OutputRecords();
  private final Map<String, Row> rows = new HashMap<>();

  private record Row(KeyRow metrics, String pipeline, long nanos) {
    // A key without a score yet is the last to worry about.
    double severity() {
      return Double.isNaN(metrics.severity()) ? Double.NEGATIVE_INFINITY : metrics.severity();
    }
  }

  public LiveTable(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.rate = new KeysRate(nanoTime);
  }

  @Override
  public void accept(JsonNode json) {
    MetricsRecord record = MetricsRecord.of(json);
    rate.update(record);
    if (outputs.isOfOneOutput(record)) {
      return;
    }
    KeyRow row = KeyRow.of(record);
    String pipeline = record.pipeline();
    if (row.several()) {
      // Rows of outputs, that came before.
      rows.values().removeIf(other -> !other.metrics.several() && other.pipeline.equals(pipeline));
    }
    rows.put(row.key(), new Row(row, pipeline, nanoTime.getAsLong()));
  }

  @Override
  public List<String> lines(Terminal.Size size) {
    List<Row> sorted = new ArrayList<>(rows.values());
    sorted.sort(WORST_FIRST);
    MetricsTable table = new MetricsTable(size.columns(), nanoTime);
    List<String> lines = new ArrayList<>();
    long now = nanoTime.getAsLong();
    int shown = 0;
    Row above = null;
    for (Row row : sorted) {
      boolean headed = above != null && above.metrics().scores() == row.metrics().scores();
      List<String> rowLines = table.rows(row.metrics(), age(now - row.nanos()));
      // Its header and itself, and one line below for all of them together.
      if (lines.size() + (headed ? 0 : 2) + rowLines.size() + 1 > size.lines()) {
        break;
      }
      if (!headed) {
        lines.addAll(table.header(row.metrics().scores(), "age", ""));
      }
      lines.addAll(rowLines);
      above = row;
      shown++;
    }
    lines.add(summary(shown));
    return lines;
  }

  private String summary(int shown) {
    if (rows.isEmpty()) {
      return "No record yet.";
    }
    double examples = rows.values().stream().mapToDouble(row -> row.metrics().examples()).sum();
    String keys =
        shown == rows.size()
            ? Plural.of(shown, "key")
            : Plural.of(rows.size(), "key") + ", the worst " + shown;
    return "%s; %s, %s/s"
        .formatted(keys, Plural.of((long) examples, "example"), Figures.grouped(rate.perSecond()));
  }

  private static String age(long nanos) {
    long seconds = Math.max(0, nanos / 1_000_000_000L);
    if (seconds < 100) {
      return seconds + " s";
    }
    return seconds < 6_000 ? seconds / 60 + " min" : seconds / 3_600 + " h";
  }
}
