package dev.millrace.cli.csv;

import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Lists of column names, which may contain commas themselves. */
public final class ColumnNames {
  private ColumnNames() {}

  /**
   * Returns the names in a list that was split at every comma: joins the pieces of a name that
   * contains commas, and removes quotes.
   */
  public static List<String> of(List<String> pieces, List<String> columns) {
    List<String> names = new ArrayList<>();
    int maxPieces = 1 + columns.stream().mapToInt(ColumnNames::commas).max().orElse(0);
    for (int from = 0; from < pieces.size(); ) {
      int to = Math.min(from + maxPieces, pieces.size());
      while (to > from + 1 && !columns.contains(joined(pieces, from, to))) {
        to--;
      }
      names.add(joined(pieces, from, to));
      from = to;
    }
    names.replaceAll(name -> columns.contains(name) ? name : unquoted(name));
    return names;
  }

  /** Returns the names for messages, with quotes around names that contain commas. */
  public static String list(List<String> columns) {
    return columns.stream()
        .map(name -> Printable.line(name, 60))
        .map(name -> name.indexOf(',') < 0 ? name : "\"" + name + "\"")
        .collect(Collectors.joining(", "));
  }

  private static int commas(String name) {
    return (int) name.chars().filter(c -> c == ',').count();
  }

  private static String joined(List<String> pieces, int from, int to) {
    return String.join(",", pieces.subList(from, to));
  }

  private static String unquoted(String name) {
    boolean isQuoted = name.length() > 2 && name.startsWith("\"") && name.endsWith("\"");
    return isQuoted ? name.substring(1, name.length() - 1) : name;
  }
}
