package dev.millrace.bench.accuracy;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Columns of files as people write them, each with its kind. */
final class GeneratedColumns {
  private static final String NUMERIC = "numeric";
  private static final String TIME = "time";
  private static final String ID = "id";
  private static final String SET = "set";
  private static final String TEXT = "text";
  private static final String ONE_HOT = "one-hot";
  private static final String BOOLEAN = "boolean";
  private static final String LEFT_OUT = "left out";

  private static final String[] WORDS =
      ("my order never came and i want money back please send new shoes now because they are too"
              + " small for me thank you very much this is not what we asked")
          .split(" ");
  private static final String[] TAGS =
      ("sport politics music film travel food health science games art history nature law money"
              + " school work")
          .split(" ");
  private static final LocalDateTime START = LocalDateTime.of(2026, 1, 5, 8, 0);

  /** Makes the cell of a row. */
  private interface Cells {
    String cell(Random random, int row);
  }

  /**
   * A column.
   *
   * @param header its name in the file
   * @param name what it holds
   * @param kind the right kind
   * @param kindWithGaps the right kind if some cells are missing
   */
  record Column(String header, String name, String kind, String kindWithGaps, Cells cells) {
    String cell(Random random, int row) {
      return cells.cell(random, row);
    }
  }

  static final List<Column> ALL = all();

  private GeneratedColumns() {}

  private static List<Column> all() {
    List<Column> columns = new ArrayList<>();
    numbers(columns);
    dates(columns);
    classes(columns);
    ids(columns);
    texts(columns);
    return List.copyOf(columns);
  }

  private static void add(List<Column> to, String name, String kind, Cells cells) {
    to.add(new Column("x", name, kind, kind, cells));
  }

  private static void numbers(List<Column> to) {
    add(to, "whole numbers", NUMERIC, (random, row) -> "" + random.nextInt(1_000));
    add(to, "few whole numbers", NUMERIC, (random, row) -> "" + random.nextInt(6));
    add(to, "decimals", NUMERIC, (random, row) -> format("%.2f", 1_000 * random.nextDouble()));
    add(to, "signed decimals", NUMERIC, (random, row) -> format("%.3f", random.nextGaussian()));
    add(to, "exponents", NUMERIC, (random, row) -> format("%.3e", random.nextDouble()));
    add(to, "years", NUMERIC, (random, row) -> "" + (1975 + random.nextInt(50)));
    add(to, "decimal commas", NUMERIC, (random, row) -> german("%.2f", random, 90));
    add(to, "groups and decimal commas", NUMERIC, (random, row) -> german("%,.2f", random, 9_000));
    add(to, "groups of thousands", NUMERIC, (random, row) -> amount("%,.0f", random, 90_000));
    add(to, "groups and decimals", NUMERIC, (random, row) -> amount("%,.2f", random, 9_000));
    add(
        to,
        "groups with apostrophes",
        NUMERIC,
        (random, row) -> amount("%,.2f", random, 9_000).replace(',', '\''));
    add(
        to,
        "groups with spaces",
        NUMERIC,
        (random, row) -> german("%,.1f", random, 9_000).replace('.', ' '));
    add(to, "dollars", NUMERIC, (random, row) -> "$" + amount("%,.2f", random, 9_000));
    add(to, "euros", NUMERIC, (random, row) -> german("%.2f", random, 90) + " €");
    add(to, "currency codes", NUMERIC, (random, row) -> "EUR " + amount("%.2f", random, 90));
    add(to, "accounting", NUMERIC, GeneratedColumns::accounting);
    add(to, "percentages", NUMERIC, (random, row) -> amount("%.1f", random, 100) + " %");
    add(to, "whole percentages", NUMERIC, (random, row) -> random.nextInt(100) + "%");
    add(to, "kilograms", NUMERIC, (random, row) -> amount("%.1f", random, 100) + " kg");
    add(to, "milliseconds", NUMERIC, (random, row) -> random.nextInt(900) + "ms");
    add(to, "mostly missing", NUMERIC, (random, row) -> row % 20 == 3 ? "" + row % 7 : "");
  }

  private static void dates(List<Column> to) {
    for (String format :
        List.of(
            "yyyy-MM-dd",
            "yyyy-MM-dd'T'HH:mm",
            "yyyy-MM-dd HH:mm:ss",
            "yyyy-MM-dd'T'HH:mm:ss'Z'",
            "yyyyMMdd",
            "dd.MM.yyyy",
            "dd.MM.yyyy HH:mm",
            "d.M.yy",
            "MM/dd/yyyy",
            "dd/MM/yyyy HH:mm",
            "M/d/yy h:mm a",
            "yyyy/MM/dd",
            "dd-MM-yyyy",
            "d MMM yyyy",
            "dd-MMM-yyyy",
            "MMM d, yyyy",
            "EEE, d MMM yyyy HH:mm:ss 'GMT'",
            "dd/MMM/yyyy:HH:mm:ss +0000",
            "yyyy-MM")) {
      DateTimeFormatter formatter = DateTimeFormatter.ofPattern(format, Locale.ENGLISH);
      add(to, "dates, " + format, TIME, (random, row) -> formatter.format(time(row)));
    }
    add(to, "seconds since 1970", TIME, (random, row) -> "" + millis(row) / 1_000);
    add(to, "milliseconds since 1970", TIME, (random, row) -> "" + millis(row));
  }

  private static void classes(List<Column> to) {
    for (String pair : List.of("true false", "True False", "TRUE FALSE")) {
      add(to, "booleans, " + pair, BOOLEAN, (random, row) -> one(random, pair.split(" ")));
    }
    for (String pair : List.of("yes no", "Y N", "ja nein", "on off", "t f")) {
      add(to, "booleans, " + pair, ONE_HOT, (random, row) -> one(random, pair.split(" ")));
    }
    add(to, "booleans, 1 0", NUMERIC, (random, row) -> "" + random.nextInt(2));
    add(to, "names of classes", ONE_HOT, (random, row) -> one(random, TAGS));
    add(to, "sizes", ONE_HOT, (random, row) -> one(random, "S", "M", "L", "XL", "36", "38"));
    add(to, "classes with commas", ONE_HOT, (random, row) -> "Town " + row % 9 + ", DE");
    to.add(new Column("x", "a constant", LEFT_OUT, ONE_HOT, (random, row) -> "EUR"));
    add(to, "no value", LEFT_OUT, (random, row) -> "");
  }

  private static void ids(List<Column> to) {
    add(to, "row numbers", LEFT_OUT, (random, row) -> "" + (row + 1));
    add(to, "numbers of orders", LEFT_OUT, (random, row) -> format("ORD-%06d", 7 * row));
    to.add(
        new Column(
            "user_id", "numbers named user_id", ID, ID, (random, row) -> "" + random.nextInt(200)));
    add(to, "digits from 0", ID, (random, row) -> format("%05d", 137 * random.nextInt(150)));
    add(to, "codes", ID, (random, row) -> "A-" + (1_000 + random.nextInt(150)));
    add(to, "towns", ID, (random, row) -> "Town" + (char) ('a' + row % 26) + random.nextInt(8));
    add(
        to,
        "towns and countries",
        ID,
        (random, row) -> "Town %d, Land %1$d".formatted(random.nextInt(90)));
    add(to, "hexadecimal codes", ID, (random, row) -> format("0x%04X", 77 * random.nextInt(150)));
    add(to, "UUIDs of a row", LEFT_OUT, (random, row) -> uuid(random.nextLong()));
    add(to, "UUIDs of a user", ID, (random, row) -> uuid(random.nextInt(150)));
    add(to, "e-mail addresses", ID, (random, row) -> "u" + random.nextInt(150) + "@example.org");
    add(to, "URLs of a page", ID, (random, row) -> "https://a.org/p?id=" + random.nextInt(150));
    add(to, "URLs of a row", LEFT_OUT, (random, row) -> "https://a.org/r?id=" + row);
    add(to, "IP addresses", ID, (random, row) -> "10.0.7." + random.nextInt(150));
    add(to, "versions", ID, (random, row) -> "1." + random.nextInt(9) + "." + random.nextInt(9));
    add(to, "phone numbers", LEFT_OUT, (random, row) -> format("+49 30 %07d", 4_211 * row));
    add(to, "weeks", ID, (random, row) -> "week " + random.nextInt(52));
  }

  private static void texts(List<Column> to) {
    add(to, "prose", TEXT, (random, row) -> words(random, 9));
    for (int percent : List.of(2, 10, 30, 60, 100)) {
      add(
          to,
          "prose, %d %% with a comma".formatted(percent),
          TEXT,
          (random, row) -> words(random, 7) + (row % 100 < percent ? ", thanks" : ""));
    }
    add(to, "sentences", TEXT, (random, row) -> words(random, 4) + ". " + words(random, 5) + "!");
    add(to, "titles", TEXT, (random, row) -> words(random, 4));
    add(to, "queries", TEXT, (random, row) -> words(random, 2 + row % 3));
    add(to, "hashtags", TEXT, (random, row) -> "#" + tags(random, " #", TAGS));
    for (String separator : List.of(",", ", ", ";", "|")) {
      add(
          to,
          "tags with \"%s\"".formatted(separator.replace("|", "bar")),
          SET,
          (random, row) -> tags(random, separator, TAGS));
    }
    add(to, "few tags", SET, (random, row) -> tags(random, ",", "red", "green", "blue", "black"));
    add(
        to,
        "tags of two words",
        SET,
        (random, row) -> tags(random, ", ", TAGS).replace("s", "s and "));
    add(
        to,
        "lists of numbers",
        SET,
        (random, row) -> tags(random, "|", "3", "14", "15", "9", "26"));
    add(
        to,
        "JSON",
        LEFT_OUT,
        (random, row) -> "{\"id\":%d,\"tag\":\"%s\"}".formatted(row, one(random, TAGS)));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static String amount(String format, Random random, double max) {
    return format(format, max * random.nextDouble());
  }

  private static String german(String format, Random random, double max) {
    return String.format(Locale.GERMANY, format, max * random.nextDouble());
  }

  private static String accounting(Random random, int row) {
    String amount = amount("%,.2f", random, 9_000);
    return row % 3 == 0 ? "(" + amount + ")" : amount;
  }

  private static LocalDateTime time(int row) {
    return START.plusMinutes(437L * row);
  }

  private static long millis(int row) {
    return time(row).toInstant(ZoneOffset.UTC).toEpochMilli();
  }

  private static String one(Random random, String... values) {
    return values[random.nextInt(values.length)];
  }

  private static String words(Random random, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> one(random, WORDS))
        .collect(Collectors.joining(" "));
  }

  private static String tags(Random random, String separator, String... tags) {
    return IntStream.range(0, 1 + random.nextInt(4))
        .mapToObj(i -> one(random, tags))
        .distinct()
        .collect(Collectors.joining(separator));
  }

  private static String uuid(long bits) {
    return new UUID(0x1234_5678_9ABC_4DEFL * (bits + 1), bits * 0x9E37_79B9_7F4AL).toString();
  }
}
