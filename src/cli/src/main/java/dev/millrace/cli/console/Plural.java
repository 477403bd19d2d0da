package dev.millrace.cli.console;

/** Formats numbers with nouns. */
public final class Plural {
  private Plural() {}

  /** Returns text such as "1 record" or "1,200 records". */
  public static String of(long count, String noun) {
    return of(count, noun, noun + "s");
  }

  /** Returns number and noun with an irregular plural. */
  public static String of(long count, String noun, String plural) {
    return "%,d %s".formatted(count, count == 1 ? noun : plural);
  }

  /** Returns text such as "24 %" or "0.17 %". */
  public static String percent(long part, long whole) {
    double percent = 100.0 * part / whole;
    return (percent >= 10 ? "%.0f %%" : "%.2g %%").formatted(percent);
  }
}
