package dev.millrace.cli.csv;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Guesses from name and range whether the numbers of a field are ids or times. */
public final class NumberMeaning {
  // The last words of names whose whole numbers are ids: user, ad_id, zipCode.
  private static final Set<String> ID_WORDS =
      Set.of(
          ("id uuid guid code zip zipcode postcode sku isbn user item ad campaign site page device"
                  + " merchant shop store customer client account product card movie song artist"
                  + " host station vehicle driver")
              .split(" "));
  private static final Pattern WORDS = Pattern.compile("[._ -]+|(?<=\\p{Ll})(?=\\p{Lu})");
  private static final int MIN_IDS = 3;

  private static final Pattern ID_LIKE = Pattern.compile("(?i)(.*[._ -])?(id|uuid|guid|no|number)");

  private NumberMeaning() {}

  /**
   * Returns true if the numbers are ids by name and range: whole and not negative.
   *
   * @param distinct number of distinct values
   * @param min the smallest value
   */
  public static boolean isId(String name, boolean whole, long distinct, double min) {
    return whole && min >= 0 && distinct >= MIN_IDS && ID_WORDS.contains(lastWord(name));
  }

  private static String lastWord(String name) {
    String[] words = WORDS.split(name);
    return words.length == 0 ? "" : words[words.length - 1].toLowerCase(Locale.ROOT);
  }

  /** Returns true if the name is that of an id: {@code order_id}, {@code serial-number}. */
  public static boolean isCalledId(String name) {
    return ID_LIKE.matcher(name).matches();
  }

  /**
   * Returns true if numbers are dates without dashes, or milliseconds or seconds from 1970 up to a
   * time between 2000 and 2100. Ids are excluded: many are as large.
   *
   * @param distinct number of distinct values
   */
  public static boolean isTime(
      String name, boolean whole, boolean bareDates, long distinct, double min, double max) {
    return whole
        && distinct > 2
        && !isCalledId(name)
        && (bareDates || isMillis(min, max) || isWithin(min, max, 946_684_800d, 4_102_444_800d));
  }

  /** Returns true if all numbers are milliseconds from 1970 to a time between 2000 and 2100. */
  public static boolean isMillis(double min, double max) {
    return isWithin(min, max, 946_684_800_000d, 4_102_444_800_000d);
  }

  // 2000 to 2100.
  private static boolean isWithin(double min, double max, double from, double to) {
    return min >= from && max <= to;
  }
}
