package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.config.Settings;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that read CSV files: the notation of numbers and dates. */
public final class NotationOptions {
  @Option(
      names = "--decimal",
      paramLabel = "MARK",
      description =
          "Decimal mark of numbers, a point or a comma (default: the pipeline's input.decimal; init"
              + " looks for it).")
  private @Nullable String decimal;

  @Option(
      names = "--thousands",
      paramLabel = "MARK",
      description =
          "What is between groups of three digits: a point, a comma, an apostrophe or the word"
              + " space (default: the pipeline's input.thousands; init looks for it). With it, or"
              + " with a decimal comma, a currency or %% at a number is left out.")
  private @Nullable String thousands;

  @Option(
      names = "--date-format",
      paramLabel = "FORMAT",
      description =
          "Format of dates and times besides ISO 8601, such as \"d.M.yyyy[ H:mm]\" (default: the"
              + " pipeline's input.date-format; init looks for it).")
  private @Nullable String dateFormat;

  /** Returns true if there is one of the options. */
  public boolean isGiven() {
    return decimal != null || thousands != null || dateFormat != null;
  }

  /**
   * Returns a file with the notation of the options, else of the pipeline.
   *
   * @param settings of the pipeline; null if there is none
   * @throws CliError if an option is not valid
   */
  public CsvInput of(Path path, @Nullable Settings settings) {
    CellNotation base = settings == null ? CellNotation.PLAIN : settings.input().spec().notation();
    Mark point =
        decimal == null ? base.decimal() : mark("--decimal", decimal, Mark.POINT, Mark.COMMA);
    Mark group =
        thousands == null ? base.thousands() : mark("--thousands", thousands, Mark.values());
    if (point == group) {
      throw CliError.usage(
          "--decimal and --thousands must be two marks, but both are \"%s\"."
              .formatted(point.symbol()));
    }
    String format = dateFormat == null ? base.dateFormat() : dateFormat;
    try {
      return new CsvInput(path, new CellNotation(point, group, format));
    } catch (IllegalArgumentException e) {
      throw CliError.usage(
          "--date-format must be a format such as \"d.M.yyyy[ H:mm]\", but was \"%s\": %s."
              .formatted(format, e.getMessage()));
    }
  }

  /**
   * Returns a guessed notation where the options do not name another one.
   *
   * @param given notation of the options
   */
  public CellNotation complete(CellNotation given, CellNotation guess) {
    boolean agrees =
        (decimal == null || guess.decimal() == given.decimal())
            && (thousands == null || guess.thousands() == given.thousands());
    return (agrees ? guess : given)
        .withDateFormat(dateFormat == null ? guess.dateFormat() : dateFormat);
  }

  private static Mark mark(String option, String text, Mark... allowed) {
    String symbol = text.equals(" ") ? Mark.SPACE.symbol() : text;
    return Arrays.stream(allowed)
        .filter(mark -> mark.symbol().equals(symbol))
        .findFirst()
        .orElseThrow(
            () ->
                CliError.usage(
                    "%s must be one of %s, but was \"%s\"."
                        .formatted(
                            option,
                            Arrays.stream(allowed)
                                .map(Mark::symbol)
                                .collect(Collectors.joining(" ")),
                            text)));
  }

  /** Returns the options of a notation as they are typed; none if it is plain. */
  public static String arguments(CellNotation notation) {
    return values(notation).entrySet().stream()
        .map(
            option ->
                option.getValue().matches("[.,a-z]+")
                    ? "--%s %s".formatted(option.getKey(), option.getValue())
                    : "--%s \"%s\"".formatted(option.getKey(), option.getValue()))
        .collect(Collectors.joining(" "));
  }

  /** Returns the entries of a notation in a pipeline file; none if it is plain. */
  public static List<String> entries(CellNotation notation) {
    return values(notation).entrySet().stream()
        .map(option -> "%s: \"%s\"".formatted(option.getKey(), option.getValue()))
        .toList();
  }

  private static Map<String, String> values(CellNotation notation) {
    Map<String, String> values = new LinkedHashMap<>();
    if (notation.decimal() != Mark.POINT) {
      values.put("decimal", notation.decimal().symbol());
    }
    if (notation.thousands() != null) {
      values.put("thousands", notation.thousands().symbol());
    }
    if (notation.dateFormat() != null) {
      values.put("date-format", notation.dateFormat());
    }
    return values;
  }
}
