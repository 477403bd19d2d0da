package dev.millrace.cli.csv;

import dev.millrace.codec.text.CsvText;
import dev.millrace.input.CellNotation;
import java.util.Comparator;

/** Names of classes, as labels of a file are written. */
public final class ClassText {
  /** Orders class names: numbers by value, then texts. */
  public static final Comparator<String> ORDER =
      Comparator.comparingDouble(ClassText::orderOf).thenComparing(Comparator.naturalOrder());

  private ClassText() {}

  /**
   * Returns the class that a label names: 1 and 1.0 are one class in plain numbers, 007 and 7 are
   * two.
   */
  static String of(String label, CellNotation notation) {
    if (label.indexOf('.') < 0 || !notation.hasPlainNumbers()) {
      return label;
    }
    double value = CsvText.number(label);
    boolean integral = value == Math.rint(value) && Math.abs(value) < 1e15;
    return integral ? Long.toString((long) value) : label;
  }

  private static double orderOf(String name) {
    double number = CsvText.number(name);
    return Double.isNaN(number) ? Double.POSITIVE_INFINITY : number;
  }
}
