package dev.millrace.cli.console;

import java.util.Locale;

/** Numbers with what they count. */
public final class Plural {
  private Plural() {}

  /** Such as "1 record" or "1,200 records". */
  public static String of(long count, String noun) {
    return of(count, noun, noun + "s");
  }

  /** The same of a noun whose plural has not just an s more. */
  public static String of(long count, String noun, String plural) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? noun : plural);
  }

  /** Such as "24 %" or "0.17 %". */
  public static String percent(long part, long whole) {
    double percent = 100.0 * part / whole;
    return String.format(Locale.ROOT, percent >= 10 ? "%.0f %%" : "%.2g %%", percent);
  }
}
