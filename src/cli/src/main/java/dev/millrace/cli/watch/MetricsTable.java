package dev.millrace.cli.watch;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.console.Figures;
import dev.millrace.cli.console.Terminal;
import dev.millrace.codec.json.MetricsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Formats metrics records as an aligned table, 80 columns wide, or wider to show longer keys. Not
 * thread-safe.
 */
public final class MetricsTable {
  /** Minimum width. */
  static final int COLUMNS = 80;

  private static final String CLASSES = "%%9s  %%-%ds  %%6s %%6s  %%6s %%6s  %%9s %%7s  %%8s";
  private static final String NUMBERS = "%%9s  %%-%ds  %%7s %%6s  %%7s %%6s %%10s %%7s %%7s";
  private static final int MIN_KEY = 10;
  private static final int MAX_KEY = 40;
  private static final int ROWS_PER_HEADER = 30;

  // Under the key.
  private static final String INDENT = " ".repeat(11);

  private final int columns;
  private final int keyWidth;
  private final String classes;
  private final String numbers;
  private final KeysRate rate;
  private final OutputRecords outputs = new OutputRecords();
  private int rowsUnderHeader;
  private KeyRow.@Nullable Scores header; // that was written last

  public MetricsTable() {
    this(COLUMNS, System::nanoTime);
  }

  /**
   * @param columns of the terminal
   */
  MetricsTable(int columns, LongSupplier nanoTime) {
    this.columns = Math.max(COLUMNS, columns);
    keyWidth = Math.max(MIN_KEY, Math.min(MAX_KEY, MIN_KEY + columns - COLUMNS));
    classes = CLASSES.formatted(keyWidth);
    numbers = NUMBERS.formatted(keyWidth);
    rate = new KeysRate(nanoTime);
  }

  /**
   * Returns the lines of one metrics record, below a header if one is due; none for one of several
   * outputs, whose scores are below the row of their key.
   */
  public List<String> lines(JsonNode json) {
    MetricsRecord record = MetricsRecord.of(json);
    if (outputs.isOfOneOutput(record)) {
      return List.of();
    }
    KeyRow row = KeyRow.of(record);
    List<String> lines = new ArrayList<>(4);
    if (header != row.scores() || rowsUnderHeader == ROWS_PER_HEADER) {
      lines.addAll(header(row.scores(), "rate", "rec/s"));
      header = row.scores();
      rowsUnderHeader = 0;
    }
    rowsUnderHeader++;
    lines.addAll(rows(row, Figures.grouped(rate.update(record))));
    return lines;
  }

  /**
   * Returns the two header lines.
   *
   * @param last name of the last column
   * @param unit below it
   */
  List<String> header(KeyRow.Scores scores, String last, String unit) {
    if (scores != KeyRow.Scores.CLASSES) {
      String loss = scores == KeyRow.Scores.FORECASTS ? "mase" : "loss";
      return List.of(
          line(numbers, "examples", "key", "window", "", "total", "", "last-value", loss, last),
          line(numbers, "", "", "mae", "r2", "mae", "r2", "window mae", "window", unit));
    }
    return List.of(
        line(classes, "examples", "key", "window", "", "total", "", "no-change", "loss", last),
        line(classes, "", "", "acc", "f1", "acc", "f1", "win acc", "window", unit));
  }

  /**
   * Returns the row of a key, and below it notes on baselines and on each of several models.
   *
   * @param last text in the last column
   */
  List<String> rows(KeyRow row, String last) {
    String scores =
        line(
            row.scores() == KeyRow.Scores.CLASSES ? classes : numbers,
            Figures.grouped(row.examples()),
            Terminal.printable(row.key(), keyWidth),
            Figures.brief(row.windowFirst()),
            Figures.brief(row.windowSecond()),
            Figures.brief(row.totalFirst()),
            Figures.brief(row.totalSecond()),
            Figures.brief(row.baseline()),
            Figures.brief(row.loss()),
            last);
    List<String> lines = new ArrayList<>(2);
    lines.add(scores);
    for (String note : row.notes()) {
      lines.add(INDENT + Terminal.printable(note, columns - INDENT.length()));
    }
    StringBuilder line = new StringBuilder();
    for (String model : row.models()) {
      if (!line.isEmpty() && line.length() + 1 + model.length() > columns) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.isEmpty() ? INDENT : " ");
      line.append(Terminal.printable(model, columns - INDENT.length()));
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  private static String line(String format, Object... columns) {
    return String.format(Locale.ROOT, format, columns).stripTrailing();
  }
}
