package dev.millrace.testing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A line of output on a page, which may show less than was printed: "…" stands for any text, and a
 * figure with fewer decimals for any that differs from it by at most one unit of its second digit,
 * or of its last decimal if that is more. So a change of the models leaves a page as it is unless
 * it changes what the page shows. A figure with all of its decimals is compared exactly. White
 * space and rules of tables have any length.
 */
public record PastedLine(String text) {
  // What has a fraction, but is no part of a version or of a name.
  private static final Pattern PARTS =
      Pattern.compile(
          "(?<gap>…)|(?<space>\\s+)|(?<rule>-{3,})"
              + "|(?<figure>(?<![\\w.])-?\\d+(,\\d{3})*\\.\\d+([eE][+-]?\\d+)?(?!\\.?\\w))");
  private static final String PRINTED = "(-?\\d+(?:,\\d{3})*\\.\\d+(?:[eE][+-]?\\d+)?)";

  /** Returns true if the page shows the printed line. */
  public boolean shows(String printed) {
    Matcher line = pattern().matcher(printed.strip());
    if (!line.matches()) {
      return false;
    }
    Matcher parts = PARTS.matcher(text.strip());
    int figure = 0;
    while (parts.find()) {
      if (parts.group("figure") != null && !isNear(parts.group("figure"), line.group(++figure))) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the line with the printed figures, each with as many decimals as before; the printed
   * line if it has other words.
   */
  public String rewrite(String printed) {
    Matcher line = pattern().matcher(printed.strip());
    if (!line.matches()) {
      return printed;
    }
    int[] figure = {0};
    return PARTS
        .matcher(text)
        .replaceAll(
            part ->
                Matcher.quoteReplacement(
                    part.group().matches(PRINTED)
                        ? rounded(part.group(), line.group(++figure[0]))
                        : part.group()));
  }

  private Pattern pattern() {
    StringBuilder pattern = new StringBuilder();
    String shown = text.strip();
    Matcher parts = PARTS.matcher(shown);
    int end = 0;
    while (parts.find()) {
      pattern.append(Pattern.quote(shown.substring(end, parts.start())));
      boolean isGap = parts.group("gap") != null;
      boolean isSpace = parts.group("space") != null;
      boolean isRule = parts.group("rule") != null;
      pattern.append(isGap ? ".*?" : isSpace ? "\\s*" : isRule ? "-+" : PRINTED);
      end = parts.end();
    }
    return Pattern.compile(pattern + Pattern.quote(shown.substring(end)), Pattern.DOTALL);
  }

  private static boolean isNear(String shown, String printed) {
    BigDecimal figure = number(shown);
    BigDecimal difference = figure.subtract(number(printed)).abs();
    if (number(printed).scale() <= figure.scale()) {
      return difference.signum() == 0;
    }
    BigDecimal secondDigit =
        BigDecimal.ONE.scaleByPowerOfTen(figure.precision() - figure.scale() - 2);
    return difference.compareTo(secondDigit.max(figure.ulp())) <= 0;
  }

  private static String rounded(String shown, String printed) {
    if (isNear(shown, printed)) {
      return shown;
    }
    int decimals = Math.min(number(shown).scale(), number(printed).scale());
    BigDecimal rounded = number(printed).setScale(decimals, RoundingMode.HALF_UP);
    return ((shown.contains(",") ? "%,." : "%.") + decimals + "f").formatted(rounded);
  }

  private static BigDecimal number(String figure) {
    return new BigDecimal(figure.replace(",", ""));
  }
}
