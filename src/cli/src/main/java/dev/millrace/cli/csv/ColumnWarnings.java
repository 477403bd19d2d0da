package dev.millrace.cli.csv;

import dev.millrace.cli.console.YamlText;
import dev.millrace.codec.text.CellConverter;
import dev.millrace.data.Printable;
import dev.millrace.input.CellNotation;
import java.math.BigDecimal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Warns of columns that are probably not read as their author meant: numbers and dates in other
 * formats, numbers too close together for 32-bit floats, row numbers, event times in the future.
 */
public final class ColumnWarnings {
  // With fewer steps of a 32-bit float in the range, most differences between numbers are lost.
  private static final int MIN_STEPS = 1_000;
  private static final int MAX_NAME = 60;
  // Consecutive values of a shorter column may be an accident.
  private static final int MIN_ROWS_TO_COUNT = 50;

  private ColumnWarnings() {}

  /**
   * Returns the warning of a column, if there is one.
   *
   * @param guess notation of the file
   */
  static Optional<String> of(FieldProfile column, boolean isLabel, CellNotation guess) {
    String name = Printable.line(column.name(), MAX_NAME);
    FieldProfile.Cell text = column.firstText();
    if (text == null) {
      return !isLabel && column.isCounting() && column.values() >= MIN_ROWS_TO_COUNT
          ? Optional.of(
              "Column \"%s\" counts the rows, which does not help to predict later rows: leave it out with %s."
                  .formatted(name, drop(name)))
          : tooClose(column, name, isLabel);
    }
    if (column.isOtherDates()) {
      return Optional.of(
          "Column \"%s\" is taken as text: a date or time is written as 2026-11-26T09:30 is, but was %s.%s"
              .formatted(name, column.firstOtherDate(), option(column.firstOtherDate(), guess)));
    }
    long numbers = column.numbers();
    long inOtherNotations = column.otherNumbers();
    if (!column.isAlmostAll(numbers + inOtherNotations) && !column.hasOneOtherText()) {
      return Optional.empty();
    }
    return Optional.of(
        inOtherNotations >= column.values() - numbers - inOtherNotations
            ? "Column \"%s\" is taken as text: a number is written as 1234.5 is, but was %s.%s"
                .formatted(name, text, option(text, guess))
            : ("Column \"%s\" is taken as text: %,d of %,d values are numbers, but not %s. Leave"
                    + " empty what is not known.")
                .formatted(name, numbers, column.values(), text));
  }

  /** Returns the warning of a column of event times that are later than tomorrow, if some are. */
  public static Optional<String> ofEventTimes(FieldProfile column) {
    FieldProfile.Cell first = column.firstLaterTime();
    if (first == null) {
      return Optional.empty();
    }
    return Optional.of(
        ("Event time \"%s\" is later than tomorrow in %,d of %,d rows, first %s: evaluate moves"
                + " windows and the ttl of ids of a key to that time, a job to at most one hour"
                + " ahead of its clock. Correct or remove these rows.")
            .formatted(
                Printable.line(column.name(), MAX_NAME),
                column.laterTimes(),
                column.rows(),
                first));
  }

  private static String option(FieldProfile.@Nullable Cell cell, CellNotation guess) {
    boolean isRead = cell != null && new CellConverter(guess).reads(cell.text());
    return isRead ? " Read it with " + NotationOptions.arguments(guess) : "";
  }

  private static Optional<String> tooClose(FieldProfile column, String name, boolean isLabel) {
    double min = column.min();
    double max = column.max();
    double step = Math.ulp((float) Math.max(Math.abs(min), Math.abs(max)));
    if (!(max > min) || max - min >= MIN_STEPS * step) {
      return Optional.empty();
    }
    return Optional.of(
        "Column \"%s\" goes from %s to %s, where models cannot distinguish numbers less than %s apart. %s"
            .formatted(
                name, number(min), number(max), number(step), remedy(column, name, isLabel)));
  }

  private static String remedy(FieldProfile column, String name, boolean isLabel) {
    if (isLabel) {
      return "Count from a nearer zero: minutes until, not the time.";
    }
    String declared = YamlText.of(column.name());
    return column.isTimes()
        ? "In the pipeline file declare a time: { name: %s, type: time }.".formatted(declared)
        : "If it is an ID, leave it out (%s), or declare { name: %s, type: hash } in the pipeline file."
            .formatted(drop(name), declared);
  }

  private static String drop(String name) {
    return "--drop \"" + name + "\"";
  }

  private static String number(double value) {
    boolean whole = Math.abs(value) >= 1e6 || value == Math.rint(value);
    return whole ? new BigDecimal(Math.rint(value)).toPlainString() : Double.toString(value);
  }
}
