package dev.millrace.cli.init;

import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.cli.csv.ColumnWarnings;
import dev.millrace.cli.csv.CsvColumn;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.DistinctCount;
import dev.millrace.cli.csv.HashBuckets;
import dev.millrace.cli.csv.NumberMeaning;
import dev.millrace.cli.csv.RowNumberDetector;
import dev.millrace.codec.ClockTime;
import dev.millrace.codec.CsvText;
import dev.millrace.codec.NumberText;
import dev.millrace.data.FeatureSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a pass over records, or their schema alone, tells about one field of them. Not thread-safe.
 */
public final class FieldProfile {
  private static final int MAX_COUNTED = 100;
  private static final int MAX_TEXT = 30;

  private static final String TOO_LARGE = "%s beyond 3.4e38 %s refused";

  /** What all values of a field are. */
  enum Type {
    NUMBER,
    BOOLEAN,
    TEXT,
    TIME
  }

  private final String name;
  private final Type declared;
  private final boolean nullable;
  private final List<String> symbols;
  private final DistinctCount distinct = new DistinctCount();
  // Of each value; null once there are too many.
  private Map<String, Long> counts = new HashMap<>();
  // The values as they are written, up to one more than one-hot features have.
  private final TreeSet<String> spellings = new TreeSet<>();
  private long values;
  private long numbers;
  private long booleans;
  private long times;
  private long bareDates;
  private long dates;
  private long otherNumbers;
  private String firstText;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double sum;
  // What the job refuses, because a 32-bit float does not hold it.
  private long tooLarge;
  private boolean integral = true;
  private final RowNumberDetector counting = new RowNumberDetector();

  /** A field of which only the values will tell what it is. */
  FieldProfile(String name) {
    this(name, null, false, List.of());
  }

  /**
   * A field with a schema.
   *
   * @param declared what its values are, or null
   * @param nullable whether values may be absent
   * @param symbols the texts that the schema allows, none for any
   */
  FieldProfile(String name, Type declared, boolean nullable, List<String> symbols) {
    this.name = name;
    this.declared = declared;
    this.nullable = nullable;
    this.symbols = List.copyOf(symbols);
  }

  /** Counts a value of a CSV file, where everything is text. */
  void seeCell(String cell) {
    if (CsvText.isMissing(cell)) {
      return;
    }
    double number = CsvText.number(cell);
    if (!Double.isNaN(number)) {
      seeNumber(number, CsvExamples.className(cell), cell);
    } else if (cell.equalsIgnoreCase("true") || cell.equalsIgnoreCase("false")) {
      seeBoolean(cell);
    } else {
      seeText(cell);
    }
  }

  void seeNumber(Number number) {
    String text = NumberText.of(number);
    seeNumber(number.doubleValue(), text, text);
  }

  void seeBoolean(boolean value) {
    seeBoolean(Boolean.toString(value));
  }

  void seeText(String text) {
    if (ClockTime.isDate(text)) {
      times++;
    } else if (ColumnWarnings.isOtherDate(text)) {
      dates++;
    } else if (ColumnWarnings.isOtherNumber(text)) {
      otherNumbers++;
    }
    if (firstText == null) {
      firstText = text;
    }
    count(text, text);
  }

  private void seeBoolean(String text) {
    booleans++;
    count(text, text);
  }

  private void seeNumber(double number, String className, String text) {
    numbers++;
    if (ClockTime.isBareDate(number)) {
      bareDates++;
    }
    if (Float.isFinite((float) number)) {
      min = Math.min(min, number);
      max = Math.max(max, number);
      sum += number;
    } else {
      tooLarge++;
    }
    integral = integral && number == Math.rint(number) && tooLarge == 0;
    counting.see(number);
    count(className, text);
  }

  /** Counts a value by its name as a class, which numbers of several spellings share. */
  private void count(String className, String text) {
    values++;
    if (spellings.size() <= CsvColumn.MAX_ONE_HOT_VALUES && !text.isEmpty()) {
      spellings.add(text);
    }
    distinct.add(className);
    if (counts != null) {
      counts.merge(className, 1L, Long::sum);
      if (counts.size() > MAX_COUNTED) {
        counts = null;
      }
    }
  }

  String name() {
    return name;
  }

  /** How many records had a value. */
  long values() {
    return values;
  }

  long distinct() {
    return distinct.estimate();
  }

  Type type() {
    if (declared != null) {
      return declared;
    }
    if (values > 0 && numbers == values) {
      return Type.NUMBER;
    }
    return values > 0 && booleans == values ? Type.BOOLEAN : Type.TEXT;
  }

  boolean isWholeNumbers() {
    return type() == Type.NUMBER && numbers > 0 && integral;
  }

  /** Whether each value was one more than the one before. */
  boolean isCounting() {
    return isWholeNumbers() && counting.holds() && numbers > 2;
  }

  /** Whether all values are dates or times that {@code type: time} reads. */
  boolean isTimes() {
    return declared == Type.TIME || (values > 0 && times == values) || FieldRoles.isTime(this);
  }

  /** Returns true if the numbers name things, as ids do, and measure nothing. */
  boolean isId() {
    return type() == Type.NUMBER && NumberMeaning.isId(name, isWholeNumbers(), distinct(), min);
  }

  /** Whether all values are dates or times, some of them in another spelling than ISO 8601. */
  boolean isDates() {
    return dates > 0 && dates + times == values;
  }

  /** Whether all values are dates without dashes, such as 20261126. */
  boolean isBareDates() {
    return bareDates > 0 && bareDates == values;
  }

  /** Whether nearly all values are numbers, and some of them in a spelling that is not read. */
  boolean isOtherNumbers() {
    return otherNumbers > 0 && ColumnWarnings.isAlmostAll(numbers + otherNumbers, values);
  }

  /** What makes a field of numbers one of texts, or null if that is not what it is. */
  String strayText() {
    return declared == null && firstText != null && ColumnWarnings.isAlmostAll(numbers, values)
        ? "%,d of %,d values are numbers, but not \"%s\"; leave empty what is not known"
            .formatted(numbers, values, Terminal.printable(firstText, MAX_TEXT))
        : null;
  }

  double min() {
    return min;
  }

  double max() {
    return max;
  }

  double mean() {
    return sum / (numbers - tooLarge);
  }

  /** Whether all its numbers are larger than the job takes. */
  boolean isTooLarge() {
    return tooLarge > 0 && tooLarge == values;
  }

  boolean mayBeMissing(long records) {
    return nullable || values < records;
  }

  /** The values, the most frequent first; none where they are too many. */
  List<Map.Entry<String, Long>> frequencies() {
    if (counts == null) {
      return List.of();
    }
    List<Map.Entry<String, Long>> sorted = new ArrayList<>(counts.entrySet());
    sorted.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey()));
    return sorted;
  }

  /** How the field would become features. */
  public FeatureSpec toFeature(long records) {
    boolean missing = mayBeMissing(records);
    Type kind = isTimes() ? Type.TIME : isId() ? Type.TEXT : type();
    return switch (kind) {
      case TIME -> new FeatureSpec(name, FeatureSpec.Type.TIME, missing, List.of(), 0);
      case NUMBER -> new FeatureSpec(name, FeatureSpec.Type.NUMERIC, missing, List.of(), 0);
      case BOOLEAN -> new FeatureSpec(name, FeatureSpec.Type.BOOLEAN, missing, List.of(), 0);
      case TEXT -> {
        List<String> texts = symbols.isEmpty() ? List.copyOf(spellings) : symbols;
        yield texts.isEmpty() || texts.size() > CsvColumn.MAX_ONE_HOT_VALUES
            ? new FeatureSpec(
                name, FeatureSpec.Type.HASH, missing, List.of(), HashBuckets.of(distinct()))
            : new FeatureSpec(name, FeatureSpec.Type.ONE_HOT, missing, texts, 0);
      }
    };
  }

  /** Range and gaps in a few words. */
  String describe(long records) {
    if (values == 0) {
      return records == 0 ? "" : "no value";
    }
    String text =
        type() == Type.NUMBER && !isId()
            ? "%s to %s, mean %s".formatted(number(min), number(max), number(mean()))
            : distinctValues();
    if (isId()) {
      text += "; numbers that name things, by its name";
    }
    if (strayText() != null) {
      text += "; " + strayText();
    }
    if (tooLarge > 0) {
      text +=
          "; " + TOO_LARGE.formatted(Plural.of(tooLarge, "value"), tooLarge == 1 ? "is" : "are");
    }
    long missing = records - values;
    return missing <= 0 ? text : text + "; " + Plural.percent(missing, records) + " missing";
  }

  /** Such as "258 values". */
  String distinctValues() {
    return (distinct.isExact() ? "" : "about ") + Plural.of(distinct(), "value");
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    String text = whole ? Long.toString((long) value) : String.format(Locale.ROOT, "%.4g", value);
    // Behind the point only: 0.5000 says no more than 0.5, and 568.0 no more than 568.
    return text.matches("-?\\d+\\.\\d*0") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
