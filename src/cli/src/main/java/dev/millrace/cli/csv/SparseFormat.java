package dev.millrace.cli.csv;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Text formats of sparse features, without a header line. */
public enum SparseFormat {
  /** Vowpal Wabbit: {@code 1 0.5 'tag |user u1 |ad a17 price:0.3}. */
  VW("[-+]?[0-9.]+(e[-+]?\\d+)?\\s([^|,;]*\\s)?[^|\\s]*\\|.*", "vw"),
  /** {@code label field:feature:value ...}. */
  LIBFFM("[-+]?[0-9.]+(\\s+\\d+:\\d+:\\S+)+\\s*", "libffm", "ffm"),
  /** {@code label index:value ...}. */
  LIBSVM("[-+]?[0-9.]+(\\s+\\d+:[^:\\s]+)+\\s*(#.*)?", "libsvm", "svm", "svmlight");

  /** Column of the label. */
  public static final String LABEL = "label";

  static final String WEIGHT = "weight";
  static final String ID = "id";
  private static final int MAX_LINE = 1 << 15; // bytes to read

  private final Pattern line;
  private final List<String> endings;

  SparseFormat(String line, String... endings) {
    this.line = Pattern.compile(line);
    this.endings = List.of(endings);
  }

  /**
   * Returns the format of a file by its ending, else by its first line; null for another format,
   * and for a file that cannot be read.
   */
  public static @Nullable SparseFormat of(Path path) {
    try (BufferedInputStream in = CsvInput.open(path)) {
      return of(path, in);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Returns the format of a file by its ending, else by its first line, without moving the stream.
   *
   * @param in a stream that supports mark and reset
   */
  static @Nullable SparseFormat of(Path path, BufferedInputStream in) throws IOException {
    String name = path.toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
    String ending = name.substring(name.lastIndexOf('.') + 1);
    String first = firstLine(in);
    for (SparseFormat format : values()) {
      if (format.endings.contains(ending) || format.line.matcher(first).matches()) {
        return format;
      }
    }
    return null;
  }

  private static String firstLine(InputStream in) throws IOException {
    in.mark(MAX_LINE);
    String start = new String(in.readNBytes(MAX_LINE), StandardCharsets.ISO_8859_1);
    in.reset();
    return start.lines().findFirst().orElse("");
  }

  /** Returns true for a column of sparse features. */
  static boolean isSparse(String column) {
    return !column.equals(LABEL) && !column.equals(WEIGHT) && !column.equals(ID);
  }
}
