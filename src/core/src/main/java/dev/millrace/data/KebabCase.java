package dev.millrace.data;

import java.util.Locale;

/** Spells constants of enums as pipeline files, headers and commands do: {@code avro-raw}. */
public final class KebabCase {

  private KebabCase() {}

  /** Returns the constant's name in lower case, words joined by hyphens. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
