package dev.millrace.codec.text;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.text.ParsePosition;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.TemporalQueries;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Converts cells of a notation to the plain one: {@code 1.234,50 €} to {@code 1234.50}, and {@code
 * 26.11.2026 9:30} to {@code 2026-11-26T09:30}. Other cells stay as they are.
 */
public final class CellConverter {
  private static final int MAX_LENGTH = 60;
  private static final String CURRENCY = "(?:\\p{Sc}|EUR|USD|GBP|CHF|JPY)";

  private final @Nullable Pattern number;
  private final @Nullable DateTimeFormatter date;

  /** Creates a converter from a notation. */
  public CellConverter(CellNotation notation) {
    number = notation.hasPlainNumbers() ? null : number(notation);
    date = notation.dateFormat() == null ? null : CellNotation.formatter(notation.dateFormat());
  }

  private static Pattern number(CellNotation notation) {
    String digits = "\\d+";
    if (notation.thousands() != null) {
      digits += "|[1-9]\\d{0,2}(?:" + characters(notation.thousands()) + "\\d{3})+";
    }
    String fraction = characters(notation.decimal()) + "(\\d*)";
    String signed = "([-+]?)(?:" + CURRENCY + " ?)?([-+]?)";
    String value = "(?=.?\\d)(" + digits + "|)(?:" + fraction + ")?([eE][-+]?\\d+)?";
    return Pattern.compile(signed + value + "(?: ?(?:%|" + CURRENCY + "))?");
  }

  private static String characters(Mark mark) {
    return switch (mark) {
      case POINT -> "\\.";
      case COMMA -> ",";
      case APOSTROPHE -> "['\u2019]";
      case SPACE -> "[ \u00A0\u202F]";
    };
  }

  /** Returns the columns that an input reads as numbers or times; all others are literal. */
  public static Set<String> columns(InputSpec spec) {
    Set<String> columns = new HashSet<>();
    for (String numeric : Arrays.asList(spec.weight(), spec.eventTime())) {
      if (numeric != null) {
        columns.add(numeric);
      }
    }
    for (FeatureSpec feature : spec.features()) {
      if (feature.type() == FeatureSpec.Type.NUMERIC || feature.type() == FeatureSpec.Type.TIME) {
        columns.add(feature.name());
      }
    }
    spec.carried().stream()
        .filter(CarriedColumn::isNumber)
        .forEach(column -> columns.add(column.name()));
    if (spec.targets().isEmpty() && !hasClasses(spec.task(), spec.classes())) {
      columns.add(spec.label());
    }
    for (TargetSpec target : spec.targets()) {
      if (!hasClasses(target.task(), target.classes())) {
        columns.add(target.name());
      }
    }
    return columns;
  }

  /** Returns true for labels that name classes, which keep their spelling: 007 is not 7. */
  public static boolean hasClasses(@Nullable Task task, List<String> classes) {
    return !classes.isEmpty() || (task != null && task != Task.REGRESSION);
  }

  /** Returns the number of a cell in the plain notation, unchanged if it is none. */
  public String number(String cell) {
    String plain = plain(cell);
    return Double.isNaN(CsvText.number(plain)) ? cell : plain;
  }

  /** Returns the cell in the plain notation, unchanged if it is no number or date of the other. */
  public String plain(String cell) {
    String converted = converted(cell);
    return converted == null ? cell : converted;
  }

  /** Returns true if a cell is a number or a date of the notation. */
  public boolean reads(String cell) {
    return converted(cell) != null;
  }

  private @Nullable String converted(String cell) {
    if (cell.isEmpty() || cell.length() > MAX_LENGTH) {
      return null;
    }
    String text = number == null ? null : plainNumber(number, cell);
    return text == null && date != null ? plainDate(date, cell) : text;
  }

  private static @Nullable String plainNumber(Pattern number, String cell) {
    // Accounts write (12.50) for -12.50.
    boolean isNegative = cell.startsWith("(") && cell.endsWith(")");
    Matcher matcher = number.matcher(isNegative ? cell.substring(1, cell.length() - 1) : cell);
    if (!matcher.matches()) {
      return null;
    }
    StringBuilder text = new StringBuilder(isNegative ? "-" : "");
    text.append(matcher.group(1)).append(matcher.group(2));
    matcher.group(3).chars().filter(c -> c >= '0' && c <= '9').forEach(c -> text.append((char) c));
    if (matcher.group(4) != null) {
      text.append('.').append(matcher.group(4));
    }
    if (matcher.group(5) != null) {
      text.append(matcher.group(5));
    }
    return Double.isNaN(CsvText.number(text.toString())) ? null : text.toString();
  }

  private static @Nullable String plainDate(DateTimeFormatter format, String cell) {
    // Most other texts are rejected here, without the cost of an exception.
    ParsePosition at = new ParsePosition(0);
    TemporalAccessor fields = format.parseUnresolved(cell, at);
    if (fields == null || at.getErrorIndex() >= 0 || at.getIndex() < cell.length()) {
      return null;
    }
    try {
      TemporalAccessor parsed = format.parse(cell);
      LocalDate day = parsed.query(TemporalQueries.localDate());
      LocalTime time = parsed.query(TemporalQueries.localTime());
      if (day == null || time == null) {
        return day == null ? null : day.toString();
      }
      ZoneId zone = parsed.query(TemporalQueries.zone());
      return zone == null
          ? day.atTime(time).toString()
          : day.atTime(time).atZone(zone).toOffsetDateTime().toString();
    } catch (DateTimeException e) {
      return null;
    }
  }
}
