package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.text.CsvText;
import dev.millrace.data.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts a file of sparse features to CSV while it is read: a header, then one row for each line,
 * with a column for each namespace or field. Not thread-safe.
 */
final class SparseLines extends InputStream {
  private static final Pattern SPACES = Pattern.compile("\\s+");
  private static final String FEATURES = "features";
  private static final int MAX_COLUMNS = 1_000;
  private static final int MAX_SHOWN = 40;

  private final Path path;
  private final SparseFormat format;
  private final BufferedReader lines;
  private final Collection<String> columns;
  private long number;
  private byte[] row;
  private int next;

  // Cells of the current line.
  private final Map<String, StringBuilder> cells = new LinkedHashMap<>();
  private String label = "";
  private @Nullable String weight;
  private @Nullable String id;

  private SparseLines(Path path, SparseFormat format, InputStream in, Collection<String> columns) {
    this.path = path;
    this.format = format;
    this.columns = columns;
    lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    StringBuilder header = new StringBuilder();
    columns.forEach(column -> appendCell(header, column));
    row = header.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Opens a file.
   *
   * @param first the file, read here to find its columns
   * @param second the same file, read by the result
   * @throws CliError if a line is malformed, or there are too many columns
   */
  static SparseLines open(Path path, SparseFormat format, InputStream first, InputStream second)
      throws IOException {
    TreeSet<String> found = new TreeSet<>();
    boolean hasWeight = false;
    boolean hasId = false;
    try (SparseLines lines = new SparseLines(path, format, first, found)) {
      while (lines.nextLine()) {
        found.addAll(lines.cells.keySet());
        hasWeight |= lines.weight != null;
        hasId |= lines.id != null;
        if (found.size() > MAX_COLUMNS) {
          throw lines.error(
              "is the first with more than %,d namespaces or fields. Put features into fewer"
                  .formatted(MAX_COLUMNS));
        }
      }
    }
    Collection<String> columns = new ArrayList<>();
    columns.add(SparseFormat.LABEL);
    if (hasWeight) {
      columns.add(SparseFormat.WEIGHT);
    }
    if (hasId) {
      columns.add(SparseFormat.ID);
    }
    columns.addAll(found);
    return new SparseLines(path, format, second, columns);
  }

  @Override
  public int read() throws IOException {
    return next < row.length || nextRow() ? row[next++] & 0xff : -1;
  }

  @Override
  public int read(byte[] to, int from, int length) throws IOException {
    if (next == row.length && !nextRow()) {
      return -1;
    }
    int count = Math.min(length, row.length - next);
    System.arraycopy(row, next, to, from, count);
    next += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    lines.close();
  }

  private boolean nextRow() throws IOException {
    if (!nextLine()) {
      return false;
    }
    StringBuilder csv = new StringBuilder();
    // A blank line stays one, so that the numbers of lines are those of the file.
    if (!label.isEmpty() || !cells.isEmpty()) {
      for (String column : columns) {
        appendCell(csv, cell(column));
      }
    }
    row = csv.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    next = 0;
    return true;
  }

  private String cell(String column) {
    return switch (column) {
      case SparseFormat.LABEL -> label;
      case SparseFormat.WEIGHT -> weight == null ? "1" : weight;
      case SparseFormat.ID -> id == null ? path.getFileName() + "-" + number : id;
      default -> {
        StringBuilder features = cells.get(column);
        yield features == null ? "" : features.toString();
      }
    };
  }

  private static void appendCell(StringBuilder csv, String cell) {
    csv.append(csv.length() == 0 ? "\"" : ",\"").append(cell.replace("\"", "\"\"")).append('"');
  }

  private boolean nextLine() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      return false;
    }
    number++;
    cells.clear();
    label = "";
    weight = null;
    id = null;
    if (line.isBlank()) {
      return true;
    }
    if (format == SparseFormat.VW) {
      readVw(line);
    } else {
      readIndexed(line);
    }
    return true;
  }

  private void readVw(String line) {
    int bar = line.indexOf('|');
    if (bar < 0) {
      throw error("has no |, which begins the features");
    }
    readHead(line.substring(0, bar));
    for (String space : line.substring(bar + 1).split("\\|", -1)) {
      boolean named = !space.isEmpty() && !Character.isWhitespace(space.charAt(0));
      String[] words = SPACES.split(space.strip());
      String name = named ? words[0] : FEATURES;
      int colon = name.lastIndexOf(':');
      float scale = 1;
      if (colon >= 0) {
        scale = (float) number("weight of namespace " + name, name.substring(colon + 1));
        name = name.substring(0, colon);
      }
      for (int w = named ? 1 : 0; w < words.length; w++) {
        if (!words[w].isEmpty()) {
          add(SparseFormat.isSparse(name) ? name : "namespace_" + name, scaled(words[w], scale));
        }
      }
    }
  }

  /** Reads label, importance and tag, each of which may be missing. */
  private void readHead(String head) {
    String[] words = SPACES.split(head.strip());
    boolean endsInTag = !head.isEmpty() && !Character.isWhitespace(head.charAt(head.length() - 1));
    for (int w = 0; w < words.length; w++) {
      String word = words[w];
      if (word.isEmpty()) {
        continue;
      }
      if (word.startsWith("'") || (endsInTag && w == words.length - 1 && w > 0)) {
        id = word.startsWith("'") ? word.substring(1) : word;
      } else if (w == 0) {
        label = label(word);
      } else if (w == 1) {
        number("importance", word);
        weight = word;
      } else {
        throw error(
            "has \"%s\" after label and importance, but no initial prediction is read"
                .formatted(Printable.line(word, MAX_SHOWN)));
      }
    }
  }

  private String scaled(String feature, float scale) {
    int colon = feature.lastIndexOf(':');
    if (colon < 0) {
      return scale == 1 ? feature : feature + ":" + scale;
    }
    double value = number("value of " + feature.substring(0, colon), feature.substring(colon + 1));
    return scale == 1 ? feature : feature.substring(0, colon) + ":" + (float) (value * scale);
  }

  private void readIndexed(String line) {
    int comment = line.indexOf('#');
    String[] words = SPACES.split((comment < 0 ? line : line.substring(0, comment)).strip());
    for (int w = 0; w < words.length; w++) {
      String word = words[w];
      int colon = word.indexOf(':');
      if (w == 0 && colon < 0) {
        label = word.isEmpty() ? "" : label(word);
        continue;
      }
      int last = word.lastIndexOf(':');
      boolean hasField = format == SparseFormat.LIBFFM;
      if (colon <= 0 || (last != colon) != hasField || word.startsWith("qid:")) {
        throw error(
            "has \"%s\", but %s is expected"
                .formatted(
                    Printable.line(word, MAX_SHOWN),
                    hasField ? "field:feature:value" : "index:value"));
      }
      number("value of " + word.substring(0, last), word.substring(last + 1));
      if (hasField) {
        add("field_" + word.substring(0, colon), word.substring(colon + 1));
      } else {
        add(FEATURES, word);
      }
    }
  }

  private void add(String column, String feature) {
    StringBuilder features = cells.computeIfAbsent(column, name -> new StringBuilder());
    features.append(features.length() == 0 ? "" : " ").append(feature);
  }

  private String label(String word) {
    number("label", word);
    return word.startsWith("+") ? word.substring(1) : word;
  }

  private double number(String subject, String text) {
    double number = CsvText.number(text.startsWith("+") ? text.substring(1) : text);
    if (Double.isNaN(number)) {
      throw error(
          "has \"%s\" as %s, which must be a number"
              .formatted(Printable.line(text, MAX_SHOWN), Printable.line(subject, MAX_SHOWN)));
    }
    return number;
  }

  private CliError error(String problem) {
    return new CliError("%s:%d %s.".formatted(path.getFileName(), number, problem));
  }
}
