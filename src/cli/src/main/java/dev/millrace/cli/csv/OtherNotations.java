package dev.millrace.cli.csv;

import dev.millrace.codec.text.CellConverter;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Known notations of numbers and dates that are not plain. */
final class OtherNotations {
  static final List<CellNotation> NUMBERS =
      List.of(
          new CellNotation(Mark.POINT, Mark.COMMA, null),
          new CellNotation(Mark.COMMA, Mark.POINT, null),
          new CellNotation(Mark.COMMA, Mark.SPACE, null),
          new CellNotation(Mark.POINT, Mark.SPACE, null),
          new CellNotation(Mark.POINT, Mark.APOSTROPHE, null));
  private static final List<CellConverter> NUMBER_READERS =
      NUMBERS.stream().map(CellConverter::new).toList();

  // The first of those that read as many cells: the months of America where days are up to 12.
  static final List<CellNotation> DATES =
      Stream.of(
              "d.M.yyyy[ H:mm[:ss]]",
              "M/d/yyyy[ H:mm[:ss]]",
              "d/M/yyyy[ H:mm[:ss]]",
              "M/d/yyyy h:mm[:ss] a",
              "yyyy/M/d[ H:mm[:ss]]",
              "yyyy.M.d[ H:mm[:ss]]",
              "yyyy-M-d[ H:mm[:ss]]",
              "d-M-yyyy[ H:mm[:ss]]",
              "M-d-yyyy[ H:mm[:ss]]",
              "d.M.yy[ H:mm[:ss]]",
              "M/d/yy[ H:mm[:ss]]",
              "d/M/yy[ H:mm[:ss]]",
              "M/d/yy h:mm[:ss] a",
              "d MMM yyyy[ H:mm[:ss]]",
              "d-MMM-yyyy[ H:mm[:ss]]",
              "d-MMM-yy[ H:mm[:ss]]",
              "d MMMM yyyy[ H:mm[:ss]]",
              "MMM d, yyyy[ H:mm[:ss]]",
              "MMMM d, yyyy[ H:mm[:ss]]",
              "d/MMM/yyyy:H:mm:ss Z",
              "EEE, d MMM yyyy H:mm:ss zzz")
          .map(CellNotation.PLAIN::withDateFormat)
          .toList();

  private static final String MONTH = "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
  // 26.11.2026   11/26/26 9:30   2026-11-26 9:30   09:30:00   26 Nov 2026   November 26, 2026
  private static final Pattern OTHER_DATE =
      Pattern.compile(
          "\\d{4}-\\d{1,2}-\\d{1,2}([ T].*)?|\\d{4}([./])\\d{1,2}\\2\\d{1,2}("
              + " .*)?|\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}( .*)?|\\d{1,2}-\\d{1,2}-\\d{4}("
              + " .*)?|\\d{1,2}:\\d{2}(:.*)?|([A-Z][a-z]{2}, )?\\d{1,2}[ /-]"
              + MONTH
              + "[ /-]\\d{2,4}([ :].*)?|"
              + MONTH
              + " \\d{1,2}, \\d{4}( .*)?");
  private static final int MAX_LENGTH = 40;

  private OtherNotations() {}

  /** Returns true for a number in a format that is not read, such as {@code 1.234,50}. */
  static boolean isNumber(String text) {
    return text.length() <= MAX_LENGTH
        && !text.isEmpty()
        && NUMBER_READERS.stream().anyMatch(reader -> reader.reads(text));
  }

  /** Returns true for a date or time of day in a format that is not read. */
  static boolean isDate(String text) {
    return text.length() <= MAX_LENGTH && OTHER_DATE.matcher(text).matches();
  }
}
