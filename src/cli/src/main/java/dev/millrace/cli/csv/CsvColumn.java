package dev.millrace.cli.csv;

import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.console.YamlText;
import dev.millrace.codec.ClockTime;
import dev.millrace.codec.CsvText;
import dev.millrace.data.FeatureSpec;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What a pass over a file has seen in one column. */
public final class CsvColumn {
  /** Text columns with more distinct values than this are hashed. */
  public static final int MAX_ONE_HOT_VALUES = 32;

  private static final int MAX_NAME = 60;
  private static final int MAX_CLASSES_AS_INTEGERS = 20;

  private final String name;
  private final TreeSet<String> distinct = new TreeSet<>();
  private final DistinctCount values = new DistinctCount();
  private final ColumnWarnings doubts = new ColumnWarnings();
  private long missing;
  private String firstMissing;
  private String missingText;
  private boolean numeric = true;
  private boolean integral = true;
  private boolean bool = true;
  private boolean time = true;
  private boolean bareDates = true;

  CsvColumn(String name) {
    this.name = name;
  }

  void see(String text, CsvFile file) {
    if (CsvText.isMissing(text)) {
      if (missing++ == 0) {
        firstMissing = file.position();
        missingText = text;
      }
      return;
    }
    double value = CsvText.number(text);
    numeric = numeric && !Double.isNaN(value);
    integral = integral && value == Math.rint(value) && Double.isFinite(value);
    bareDates = bareDates && ClockTime.isBareDate(value);
    doubts.see(text, value, file);
    bool = bool && isBoolean(text);
    time = time && ClockTime.isDate(text);
    values.add(text);
    // One more than can matter, so that the set tells "too many".
    if (distinct.size() <= MAX_ONE_HOT_VALUES) {
      distinct.add(text);
    }
  }

  String name() {
    return name;
  }

  long missing() {
    return missing;
  }

  /** Where the first value is missing, such as {@code data.csv:17}. */
  String firstMissing() {
    return firstMissing;
  }

  /** What stands there for no value, such as {@code NA}; maybe empty. */
  String missingText() {
    return missingText;
  }

  /** What of it is read otherwise than its author may have meant. */
  Optional<String> doubts(boolean isLabel) {
    return !isLabel && doubts.isCounting()
        ? Optional.of(
            "Column \"%s\" counts the rows, which says nothing of rows to come: leave it out with %s."
                .formatted(Terminal.printable(name, MAX_NAME), drop()))
        : doubts.of(name, wayOut(isLabel));
  }

  private String drop() {
    return "--drop \"" + Terminal.printable(name, MAX_NAME) + "\"";
  }

  private String wayOut(boolean isLabel) {
    if (isLabel) {
      return "Count from a nearer zero: minutes until, not the time.";
    }
    String declared = YamlText.of(name);
    return isTime()
        ? "In the pipeline file declare a time: { name: %s, type: time }.".formatted(declared)
        : "If it is an ID, leave it out (%s), or declare { name: %s, type: hash } in the pipeline file."
            .formatted(drop(), declared);
  }

  boolean isNumeric() {
    return numeric;
  }

  /** Whether the column, as a label, names classes rather than measures something. */
  boolean looksLikeClasses() {
    return !numeric || (integral && distinct.size() <= MAX_CLASSES_AS_INTEGERS);
  }

  boolean hasAtMostTwoValues() {
    return distinct.size() <= 2;
  }

  /** The distinct values by name; none where there are more than one-hot features have. */
  List<String> values() {
    return distinct.size() > MAX_ONE_HOT_VALUES ? List.of() : List.copyOf(distinct);
  }

  /**
   * How the column becomes features.
   *
   * @param drafted whether the pipeline declares no features, so that dates without dashes, seconds
   *     and milliseconds since 1970 become times and numeric ids become categories, as {@code init}
   *     drafts them
   */
  FeatureSpec toFeature(boolean drafted) {
    boolean nullable = missing > 0;
    if (drafted && numeric && isTime()) {
      return new FeatureSpec(name, FeatureSpec.Type.TIME, nullable, List.of(), 0);
    }
    boolean isId = drafted && numeric && isId();
    if (numeric && !isId) {
      return new FeatureSpec(name, FeatureSpec.Type.NUMERIC, nullable, List.of(), 0);
    }
    if (bool) {
      return new FeatureSpec(name, FeatureSpec.Type.BOOLEAN, nullable, List.of(), 0);
    }
    if (time && !isId) {
      return new FeatureSpec(name, FeatureSpec.Type.TIME, nullable, List.of(), 0);
    }
    if (distinct.size() <= MAX_ONE_HOT_VALUES) {
      return new FeatureSpec(name, FeatureSpec.Type.ONE_HOT, nullable, List.copyOf(distinct), 0);
    }
    int buckets = HashBuckets.of(values.estimate());
    return new FeatureSpec(name, FeatureSpec.Type.HASH, nullable, List.of(), buckets);
  }

  private boolean isId() {
    return NumberMeaning.isId(name, integral, values.estimate(), doubts.min());
  }

  private boolean isTime() {
    return NumberMeaning.isTime(
        name, integral, bareDates, distinct.size(), doubts.min(), doubts.max());
  }

  private static boolean isBoolean(String text) {
    return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
  }
}
