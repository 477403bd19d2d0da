package dev.millrace.input;

import dev.millrace.data.PublicApi;
import java.io.Serializable;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Notation of numbers and dates in CSV cells.
 *
 * @param decimal the decimal mark, a point or a comma
 * @param thousands what is between groups of three digits; null for nothing
 * @param dateFormat format of dates and times besides ISO 8601, such as {@code d.M.yyyy[ H:mm]};
 *     null for none
 */
@PublicApi
public record CellNotation(Mark decimal, @Nullable Mark thousands, @Nullable String dateFormat)
    implements Serializable {
  /** Numbers such as 1234.5, and dates in ISO 8601 alone. */
  public static final CellNotation PLAIN = new CellNotation(Mark.POINT, null, null);

  /** A mark within a number. */
  public enum Mark {
    POINT("."),
    COMMA(","),
    APOSTROPHE("'"),
    /** A space; no-break spaces count too. */
    SPACE("space");

    private final String symbol;

    Mark(String symbol) {
      this.symbol = symbol;
    }

    /** Returns the mark in pipeline files: the character, or {@code space}. */
    public String symbol() {
      return symbol;
    }
  }

  /**
   * Checks the marks and the format.
   *
   * @throws IllegalArgumentException if the marks are the same, the decimal mark is another one, or
   *     the format is not valid
   */
  public CellNotation {
    if (decimal != Mark.POINT && decimal != Mark.COMMA) {
      throw new IllegalArgumentException("must be a point or a comma");
    }
    if (decimal == thousands) {
      throw new IllegalArgumentException("must be another mark than that of thousands");
    }
    if (dateFormat != null) {
      formatter(dateFormat);
    }
  }

  /** Returns true if numbers are those of {@link #PLAIN}. */
  public boolean hasPlainNumbers() {
    return decimal == Mark.POINT && thousands == null;
  }

  /**
   * Returns the notation with another date format.
   *
   * @throws IllegalArgumentException if it is not valid
   */
  public CellNotation withDateFormat(@Nullable String format) {
    return new CellNotation(decimal, thousands, format);
  }

  /**
   * Returns the parser of a date format with English names, where a day must exist.
   *
   * @throws IllegalArgumentException if the format is not valid
   */
  public static DateTimeFormatter formatter(String dateFormat) {
    // A strict y is the year of an era, which cells do not name.
    return new DateTimeFormatterBuilder()
        .parseCaseInsensitive()
        .appendPattern(dateFormat.replace('y', 'u'))
        .toFormatter(Locale.ENGLISH)
        .withResolverStyle(ResolverStyle.STRICT);
  }
}
