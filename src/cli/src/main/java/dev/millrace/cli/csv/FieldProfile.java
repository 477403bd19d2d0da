package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.text.CellConverter;
import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.EventTime;
import dev.millrace.codec.text.NumberText;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.Printable;
import dev.millrace.data.Task;
import dev.millrace.input.CellNotation;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Types, range, gaps and frequencies of the values of one column or field, from one pass over the
 * data or from a schema alone. Not thread-safe.
 */
public final class FieldProfile {
  /** Text fields with more distinct values than this are ids or hashed. */
  public static final int MAX_ONE_HOT_VALUES = 32;

  private static final int MAX_CLASSES_AS_INTEGERS = 20;
  private static final int MAX_TEXT = 30;
  private static final int MIN_CODE = 5; // digits: 0930 may be a time
  private static final double ALMOST_ALL = 0.9;
  private static final double MAX_EXACT_INTEGER = 1L << 53;
  private static final long DAY = Duration.ofDays(1).toMillis();

  private final String name;
  private final FeatureSpec.@Nullable Type declared;
  private final boolean nullable;
  private final List<String> symbols;
  private final DistinctCount distinct = new DistinctCount();
  private final FrequentValues frequencies = new FrequentValues();
  // The values as written, up to one more than one-hot features have.
  private final TreeSet<String> spellings = new TreeSet<>();
  private final TextShape shape = new TextShape();
  private long values;
  private long numbers;
  private long booleans;
  private long times;
  private long bareDates;
  private long otherDates;
  private long otherNumbers;
  private long missing;
  private @Nullable Cell firstMissing;
  private @Nullable Cell firstText;
  private boolean hasOneText = true;
  private @Nullable Cell firstOtherDate;
  private @Nullable Cell firstOtherNumber;
  private final long tomorrow = System.currentTimeMillis() + DAY;
  private long laterTimes;
  private @Nullable Cell firstLaterTime;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double sum;
  // Beyond the range of a 32-bit float, so the job rejects them.
  private long tooLarge;
  private boolean integral = true;
  private boolean consecutive = true;
  // Numbers such as 01067, which are codes.
  private boolean hasLeadingZeros;
  private double last = Double.NaN;
  private long missingBeforeLast;
  // Max number of ids in one cell of sparse features.
  private int maxIds;

  /**
   * A value and its place.
   *
   * @param position such as {@code data.csv:17}; empty outside of files
   */
  record Cell(String text, String position) {
    /** Returns the value in quotes, with its place if it has one. */
    @Override
    public String toString() {
      String quoted = '"' + Printable.line(text, MAX_TEXT) + '"';
      return position.isEmpty() ? quoted : quoted + " (" + position + ")";
    }
  }

  /** Creates the profile of a field without a schema. */
  public FieldProfile(String name) {
    this(name, null, false, List.of());
  }

  /**
   * Creates the profile of a field with a schema.
   *
   * @param nullable whether values may be absent
   * @param symbols the texts that the schema allows, none for any
   */
  public FieldProfile(
      String name, FeatureSpec.@Nullable Type declared, boolean nullable, List<String> symbols) {
    this.name = name;
    this.declared = declared;
    this.nullable = nullable;
    this.symbols = List.copyOf(symbols);
  }

  /**
   * Profiles the columns of a file.
   *
   * @param notation of numbers and dates; names of classes and texts are as they are written
   * @param limit maximum number of rows to read
   * @throws CliError if the file has no rows
   */
  public static List<FieldProfile> ofColumns(CsvFile file, CellNotation notation, long limit) {
    CellConverter converter = new CellConverter(notation);
    List<FieldProfile> columns = file.header().stream().map(name -> of(name, file)).toList();
    long rows = 0;
    for (; rows < limit && file.next(); rows++) {
      for (int c = 0; c < file.row().length; c++) {
        columns.get(c).addCell(file.row()[c], notation, converter, file);
      }
    }
    if (rows == 0) {
      throw new CliError(file.path() + " has a header and no rows.");
    }
    return columns;
  }

  private static FieldProfile of(String name, CsvFile file) {
    return new FieldProfile(
        name, file.isSparse(name) ? FeatureSpec.Type.SPARSE : null, false, List.of());
  }

  private void addCell(String text, CellNotation notation, CellConverter converter, CsvFile file) {
    if (declared == FeatureSpec.Type.SPARSE && !text.isEmpty()) {
      maxIds = Math.max(maxIds, 1 + (int) text.chars().filter(c -> c == ' ').count());
      count(text, text);
      return;
    }
    if (CsvText.isMissing(text)) {
      missing++;
      firstMissing = firstMissing == null ? new Cell(text, file.position()) : firstMissing;
      return;
    }
    String plain = converter.plain(text);
    double number = CsvText.number(plain);
    OptionalLong date = Double.isNaN(number) ? ClockTime.date(plain) : OptionalLong.empty();
    if (isLater(plain, number, date)) {
      laterTimes++;
      firstLaterTime = firstLaterTime == null ? new Cell(text, file.position()) : firstLaterTime;
    }
    if (!Double.isNaN(number)) {
      addNumber(number, ClassText.of(text, notation), text);
      return;
    }
    addStray(text, firstText == null ? file.position() : "");
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      booleans++;
      count(text, text);
      return;
    }
    if (firstOtherDate == null && date.isEmpty()) {
      firstOtherDate = new Cell(text, file.position());
    }
    addText(text, plain, date.isPresent());
    if (firstOtherNumber == null && otherNumbers > 0) {
      firstOtherNumber = new Cell(text, file.position());
    }
  }

  /** Returns true if a cell would be an event time later than tomorrow. */
  private boolean isLater(String plain, double number, OptionalLong date) {
    // Without an offset a date is off by less than a day.
    boolean mayBe = date.isPresent() ? date.getAsLong() > tomorrow - DAY : number > tomorrow;
    return mayBe && EventTime.ofCell(plain).orElse(Long.MIN_VALUE) > tomorrow;
  }

  public void addNumber(Number number) {
    String text = NumberText.of(number);
    addNumber(number.doubleValue(), text, text);
  }

  public void addBoolean(boolean value) {
    booleans++;
    String text = Boolean.toString(value);
    addStray(text, "");
    count(text, text);
  }

  public void addText(String text) {
    addText(text, text, ClockTime.isDate(text));
  }

  private void addText(String text, String plain, boolean isDate) {
    if (isDate) {
      times++;
    } else if (OtherNotations.isDate(plain)) {
      otherDates++;
    } else if (OtherNotations.isNumber(plain)) {
      otherNumbers++;
    }
    addStray(text, "");
    shape.add(text);
    count(text, text);
  }

  private void addStray(String text, String position) {
    firstText = firstText == null ? new Cell(text, position) : firstText;
    hasOneText &= firstText.text().equals(text);
  }

  private void addNumber(double number, String className, String text) {
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
    consecutive =
        consecutive
            && (Double.isNaN(last) || number == last + 1 + missing - missingBeforeLast)
            && Math.abs(number) < MAX_EXACT_INTEGER;
    last = number;
    missingBeforeLast = missing;
    hasLeadingZeros |= text.length() >= MIN_CODE && text.charAt(0) == '0' && text.indexOf('.') < 0;
    count(className, text);
  }

  /** Counts a value by its name as a class, which numbers of several spellings share. */
  private void count(String className, String text) {
    values++;
    if (spellings.size() <= MAX_ONE_HOT_VALUES && !text.isEmpty()) {
      spellings.add(text);
    }
    distinct.add(className);
    frequencies.add(className);
  }

  public String name() {
    return name;
  }

  /** Returns the number of records that have a value. */
  public long values() {
    return values;
  }

  /** Returns the number of rows of a file's column, with or without a value. */
  public long rows() {
    return values + missing;
  }

  /** Returns the first cell without a value; null if every row has one. */
  @Nullable Cell firstMissing() {
    return firstMissing;
  }

  /** Returns the first value that is no number. */
  @Nullable Cell firstText() {
    return firstText;
  }

  /** Returns the first text that is no date of ISO 8601. */
  @Nullable Cell firstOtherDate() {
    return firstOtherDate;
  }

  /** Returns the first number of a file that is not plain. */
  @Nullable Cell firstOtherNumber() {
    return firstOtherNumber;
  }

  /** Returns the number of cells that, as event times, are later than tomorrow. */
  long laterTimes() {
    return laterTimes;
  }

  /** Returns the first cell that, as an event time, is later than tomorrow. */
  @Nullable Cell firstLaterTime() {
    return firstLaterTime;
  }

  long numbers() {
    return numbers;
  }

  /** Returns the number of values that are written as numbers in a format that is not read. */
  long otherNumbers() {
    return otherNumbers;
  }

  /** Returns the number of distinct values, with an error of about 3 % beyond 1,023. */
  public long distinct() {
    return distinct.estimate();
  }

  public FeatureSpec.Type type() {
    if (declared != null) {
      return declared;
    }
    if (numbers == values) {
      return FeatureSpec.Type.NUMERIC;
    }
    return booleans == values ? FeatureSpec.Type.BOOLEAN : FeatureSpec.Type.TEXT;
  }

  /** Returns the task of predicting this field: few integers are classes. */
  public Task task() {
    boolean few = isWholeNumbers() && distinct() <= MAX_CLASSES_AS_INTEGERS;
    if (type() == FeatureSpec.Type.NUMERIC && !few) {
      return Task.REGRESSION;
    }
    return distinct() <= 2 ? Task.BINARY : Task.MULTICLASS;
  }

  /** Returns true if it can be {@code event-time}. */
  public boolean isMillis() {
    return isWholeNumbers() && distinct() > 2 && NumberMeaning.isMillis(min(), max());
  }

  public boolean isWholeNumbers() {
    return type() == FeatureSpec.Type.NUMERIC && numbers > 0 && integral;
  }

  /** Returns true if each value is one more than the value before, and of as many rows after it. */
  public boolean isCounting() {
    return isWholeNumbers() && consecutive && numbers > 2;
  }

  /** Returns true if all values are dates or times that {@code type: time} reads. */
  public boolean isTimes() {
    boolean bare = bareDates > 0 && bareDates == values;
    return declared == FeatureSpec.Type.TIME
        || (values > 0 && times == values)
        || NumberMeaning.isTime(name, isWholeNumbers(), bare, distinct(), min, max);
  }

  /** Returns true if the numbers are ids, not measurements. */
  public boolean isId() {
    return (hasLeadingZeros && isWholeNumbers())
        || NumberMeaning.isId(name, isWholeNumbers(), distinct(), min);
  }

  /** Returns true if all values are dates or times, some of them not in ISO 8601. */
  public boolean isOtherDates() {
    return otherDates > 0 && otherDates + times == values;
  }

  /** Returns true if nearly all values are numbers, some of them in a format that is not read. */
  public boolean isOtherNumbers() {
    return otherNumbers > 0 && isAlmostAll(numbers + otherNumbers);
  }

  /** Returns true if the values are at least 90 % of this many. */
  public boolean isAlmostAll(long some) {
    return some >= ALMOST_ALL * values;
  }

  /** Returns true if most values are numbers, too many for categories, and all others one text. */
  boolean hasOneOtherText() {
    return firstText != null
        && hasOneText
        && 2 * numbers > values
        && distinct() > MAX_ONE_HOT_VALUES + 1;
  }

  /** Returns the text that makes a field of numbers a field of texts; null if there is none. */
  public @Nullable String strayText() {
    return declared == null && firstText != null && (isAlmostAll(numbers) || hasOneOtherText())
        ? "%,d of %,d values are numbers, but not \"%s\"; leave empty what is not known"
            .formatted(numbers, values, Printable.line(firstText.text(), MAX_TEXT))
        : null;
  }

  public double min() {
    return min;
  }

  public double max() {
    return max;
  }

  /** Returns true if all numbers are beyond the range of a 32-bit float. */
  public boolean isTooLarge() {
    return tooLarge > 0 && tooLarge == values;
  }

  public boolean mayBeMissing(long records) {
    return nullable || values < records;
  }

  /** Returns the values with their counts, most frequent first; none if there are over 100. */
  public List<Map.Entry<String, Long>> frequencies() {
    return frequencies.sorted();
  }

  /** Returns true if the values are lists of items that recur. */
  public boolean isList() {
    return listSeparator() != null;
  }

  /** Returns what is between the items of lists; null if the values are no lists. */
  public @Nullable String listSeparator() {
    boolean isText = type() == FeatureSpec.Type.TEXT && symbols.isEmpty() && !isTimes();
    return isText && strayText() == null ? shape.separator(distinct()) : null;
  }

  /** Returns the items of all lists with their counts, as {@link #frequencies}. */
  public List<Map.Entry<String, Long>> itemFrequencies() {
    return shape.frequencies(distinct());
  }

  /** Returns the number of distinct items of all lists. */
  public long items() {
    return shape.items(distinct());
  }

  /** Returns the max number of items of a list. */
  public int maxItems() {
    return shape.maxItems(distinct());
  }

  /**
   * Returns the feature that the field becomes.
   *
   * @param records number of records or rows
   * @param drafted whether numbers that are times or ids by their name and range become times and
   *     categories, as {@code init} drafts them
   */
  public FeatureSpec toFeature(long records, boolean drafted) {
    boolean missing = mayBeMissing(records);
    FeatureSpec.Type kind = type();
    if (drafted || kind != FeatureSpec.Type.NUMERIC) {
      kind = isTimes() ? FeatureSpec.Type.TIME : isId() ? FeatureSpec.Type.TEXT : kind;
    }
    return switch (kind) {
      case TIME, NUMERIC, BOOLEAN -> new FeatureSpec(name, kind, missing, List.of(), 0);
      case SPARSE -> {
        int max = Math.max(IdOptions.MAX_WORDS, Math.min(IdOptions.MAX, maxIds));
        yield FeatureSpec.ofIds(
            name, FeatureSpec.Type.SPARSE, missing, new IdOptions(max, 1, 0, 1));
      }
      case ONE_HOT, HASH, ID, SET, TEXT -> {
        if (drafted && isList()) {
          yield toIds(missing);
        }
        List<String> texts = symbols.isEmpty() ? List.copyOf(spellings) : symbols;
        if (!texts.isEmpty() && texts.size() <= MAX_ONE_HOT_VALUES) {
          yield new FeatureSpec(name, FeatureSpec.Type.ONE_HOT, missing, texts, 0);
        }
        yield drafted
            ? toIds(missing)
            : new FeatureSpec(
                name, FeatureSpec.Type.HASH, missing, List.of(), HashBuckets.of(distinct()));
      }
    };
  }

  private FeatureSpec toIds(boolean missing) {
    String separator = listSeparator();
    if (separator != null) {
      int max = Math.max(IdOptions.MAX_SET, Math.min(IdOptions.MAX, maxItems()));
      return new FeatureSpec(
          name,
          FeatureSpec.Type.SET,
          missing,
          List.of(),
          0,
          new IdOptions(max, 1, 0, 1),
          separator);
    }
    return isFreeText()
        ? FeatureSpec.ofIds(
            name, FeatureSpec.Type.TEXT, missing, new IdOptions(IdOptions.MAX_WORDS, 1, 0, 1))
        : FeatureSpec.ofIds(name, FeatureSpec.Type.ID, missing, IdOptions.ONE);
  }

  /** Returns true if the values are texts with words, of which each record may have others. */
  public boolean isFreeText() {
    return type() == FeatureSpec.Type.TEXT
        && !isTimes()
        && strayText() == null
        && shape.isFreeText(distinct());
  }

  /** Returns range and gaps in one line. */
  public String describe(long records) {
    if (values == 0) {
      return records == 0 ? "" : "no value";
    }
    String text =
        type() == FeatureSpec.Type.NUMERIC && !isId()
            ? "%s to %s, mean %s".formatted(number(min), number(max), number(mean()))
            : distinctAndReason();
    if (strayText() != null) {
      text += "; " + strayText();
    }
    if (tooLarge > 0) {
      text +=
          "; %s beyond 3.4e38 %s rejected"
              .formatted(Plural.of(tooLarge, "value"), tooLarge == 1 ? "is" : "are");
    }
    long gaps = records - values;
    return gaps <= 0 ? text : text + "; " + Plural.percent(gaps, records) + " missing";
  }

  /** Returns the number of values, and what makes them ids, lists of ids or words. */
  String distinctAndReason() {
    String reason =
        !isId()
            ? ""
            : hasLeadingZeros
                ? "; numbers with leading zeros"
                : "; numbers that name things, by its name";
    return distinctValues()
        + reason
        + (type() == FeatureSpec.Type.TEXT && !isTimes() ? shapeInWords() : "");
  }

  private String shapeInWords() {
    if (isList()) {
      return "; lists of up to %,d out of %,d items".formatted(maxItems(), items());
    }
    if (distinct() <= MAX_ONE_HOT_VALUES) {
      return "";
    }
    return isFreeText() ? "; texts of %.1f words".formatted(shape.meanWords()) : "";
  }

  private double mean() {
    return sum / (numbers - tooLarge);
  }

  /** Returns the number of distinct values in words, such as "258 values". */
  public String distinctValues() {
    return (distinct.isExact() ? "" : "about ") + Plural.of(distinct(), "value");
  }

  private static String number(double value) {
    boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
    String text = whole ? Long.toString((long) value) : "%.4g".formatted(value);
    // Trailing zeros behind the point only: 0.5000 becomes 0.5, 568.0 becomes 568.
    return text.matches("-?\\d+\\.\\d*0") ? text.replaceFirst("\\.?0+$", "") : text;
  }
}
