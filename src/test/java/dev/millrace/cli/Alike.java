package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether what a page shows is what came, but for small differences of numbers. */
final class Alike {
  private static final Pattern ROW =
      Pattern.compile("(all \\d+ keys|[\\w,…-]+) +([\\w,…-]+)((?: +(?:[\\d.,]+|-))+)");
  // Other processors give the same bits, other releases of the models may not.
  private static final double TOLERANCE = 0.02;
  // Of a single key, where one of its rare examples is worth as much.
  private static final double TOLERANCE_OF_A_KEY = 0.05;

  private Alike() {}

  /** The same fields with about the same numbers; the hash of the settings may be another. */
  static boolean records(JsonNode told, JsonNode seen) {
    if (told.isNumber()) {
      return numbers(told.asText(), seen.asText(), TOLERANCE_OF_A_KEY);
    }
    if (!told.isObject()) {
      return told.equals(seen);
    }
    boolean like = told.size() == seen.size();
    for (Map.Entry<String, JsonNode> field : told.properties()) {
      JsonNode other = seen.path(field.getKey());
      like &=
          field.getKey().equals("config") ? other.isTextual() : records(field.getValue(), other);
    }
    return like;
  }

  /** The same line, or the same row with about the same numbers. */
  static boolean lines(String told, String seen) {
    Matcher row = ROW.matcher(told.strip());
    Matcher other = ROW.matcher(seen.strip());
    if (!row.matches() || !other.matches()) {
      return told.strip().equals(seen.strip());
    }
    String[] toldNumbers = row.group(3).strip().split(" +");
    String[] seenNumbers = other.group(3).strip().split(" +");
    boolean like =
        row.group(1).equals(other.group(1))
            && row.group(2).equals(other.group(2))
            && toldNumbers.length == seenNumbers.length;
    double tolerance = row.group(1).startsWith("all") ? TOLERANCE : TOLERANCE_OF_A_KEY;
    for (int i = 0; like && i < toldNumbers.length; i++) {
      like = numbers(toldNumbers[i], seenNumbers[i], tolerance);
    }
    return like;
  }

  private static boolean numbers(String told, String seen, double tolerance) {
    if (told.equals("-") || seen.equals("-")) {
      return told.equals(seen);
    }
    double value = Double.parseDouble(told.replace(",", ""));
    double other = Double.parseDouble(seen.replace(",", ""));
    return Math.abs(other - value) <= tolerance * Math.max(1, Math.abs(value));
  }
}
