package dev.millrace.data;

import java.util.Locale;

/** How pipeline files, headers and commands spell the constants of an enum: {@code avro-raw}. */
public final class KebabCase {

  private KebabCase() {}

  /** The constant's name in lower case, words joined by hyphens. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
