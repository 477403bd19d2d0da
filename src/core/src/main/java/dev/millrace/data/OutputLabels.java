package dev.millrace.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a record with several outputs as one text, which travels as the class of a record
 * with one output does: the names of a set of labels, or the label of each target in their order.
 * No name may have a control character.
 */
@PublicApi
public final class OutputLabels {
  private static final char SEPARATOR = '\u001F';
  private static final char NUMBER = '#';
  private static final char CLASS = '\'';

  /**
   * The label of one target.
   *
   * @param name of the class; null for a number
   * @param number NaN for a class
   */
  public record Label(@Nullable String name, double number) {

    /** Returns a class. */
    public static Label of(String name) {
      return new Label(name, Double.NaN);
    }

    /** Returns a number. */
    public static Label of(double number) {
      return new Label(null, number);
    }
  }

  private OutputLabels() {}

  /**
   * Returns the text of a set of labels, which may be empty; a name that comes again is ignored.
   */
  public static String ofSet(Collection<String> names) {
    return String.join(String.valueOf(SEPARATOR), new LinkedHashSet<>(names));
  }

  /** Returns the names in the text of a set of labels. */
  public static List<String> set(String text) {
    return text.isEmpty() ? List.of() : split(text);
  }

  /**
   * Returns the text of the labels of all targets.
   *
   * @param labels in the order of the targets, null where a target has none
   */
  public static String ofTargets(List<@Nullable Label> labels) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < labels.size(); i++) {
      if (i > 0) {
        text.append(SEPARATOR);
      }
      Label label = labels.get(i);
      if (label != null && label.name() != null) {
        text.append(CLASS).append(label.name());
      } else if (label != null) {
        text.append(NUMBER).append(label.number());
      }
    }
    return text.toString();
  }

  /** Returns the label of each target in their order, null where a target has none. */
  public static List<@Nullable Label> targets(String text) {
    List<@Nullable Label> labels = new ArrayList<>();
    for (String label : split(text)) {
      if (label.isEmpty()) {
        labels.add(null);
      } else {
        String value = label.substring(1);
        labels.add(
            label.charAt(0) == NUMBER ? Label.of(Double.parseDouble(value)) : Label.of(value));
      }
    }
    return labels;
  }

  /**
   * Returns the labels in a text of a record, without the spaces around them.
   *
   * @param separator what is between the labels; nothing between two of them is no label
   */
  public static List<String> split(String text, String separator) {
    List<String> names = new ArrayList<>();
    int start = 0;
    while (start <= text.length()) {
      int found = text.indexOf(separator, start);
      int end = found < 0 ? text.length() : found;
      String name = text.substring(start, end).strip();
      if (!name.isEmpty()) {
        names.add(name);
      }
      start = end + separator.length();
    }
    return names;
  }

  private static List<String> split(String text) {
    return Arrays.asList(text.split(String.valueOf(SEPARATOR), -1));
  }
}
