package dev.millrace.cli;

import java.util.Locale;

/** Numbers with what they count. */
final class Counted {
  private Counted() {}

  /** Such as "1 record" or "1,200 records". */
  static String of(long count, String noun) {
    return String.format(Locale.ROOT, count == 1 ? "%,d %s" : "%,d %ss", count, noun);
  }

  /** Such as "24 %" or "0.17 %". */
  static String percent(long part, long whole) {
    double percent = 100.0 * part / whole;
    return String.format(Locale.ROOT, percent >= 10 ? "%.0f %%" : "%.2g %%", percent);
  }
}
