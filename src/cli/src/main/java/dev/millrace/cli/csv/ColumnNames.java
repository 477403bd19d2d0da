package dev.millrace.cli.csv;

import dev.millrace.cli.console.Terminal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Names of columns in a list with commas, some of which may be within a name. */
public final class ColumnNames {
  private ColumnNames() {}

  /**
   * The names in a list that was cut at every comma: as many pieces as are a column together are
   * one name, and what is in quotes is one. Pieces of no column stay as they are.
   */
  public static List<String> of(List<String> pieces, List<String> columns) {
    List<String> names = new ArrayList<>();
    int most = 1 + columns.stream().mapToInt(ColumnNames::commas).max().orElse(0);
    for (int from = 0; from < pieces.size(); ) {
      int to = Math.min(from + most, pieces.size());
      while (to > from + 1 && !columns.contains(joined(pieces, from, to))) {
        to--;
      }
      names.add(joined(pieces, from, to));
      from = to;
    }
    names.replaceAll(name -> columns.contains(name) ? name : unquoted(name));
    return names;
  }

  /** The names for people, those with a comma in quotes. */
  public static String list(List<String> columns) {
    return columns.stream()
        .map(name -> Terminal.printable(name, 60))
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
