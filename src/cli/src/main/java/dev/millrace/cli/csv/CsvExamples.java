package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.CsvText;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.data.InputSpec;
import dev.millrace.data.Task;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rows of a scanned CSV file as records, one after the other, as often as there are epochs. Not
 * thread-safe.
 */
public final class CsvExamples implements AutoCloseable {
  /** The model key of every example where no column is the key. */
  public static final String ONLY_KEY = "all";

  /** What a row becomes. */
  public enum Format {
    /** The standard example schema in Avro's single-object encoding. */
    AVRO,
    /** One object, the columns by name; what is missing is left out. */
    JSON
  }

  /** What of a row goes into its record. */
  public enum Part {
    ALL,
    /** All but the label. */
    FEATURES,
    LABEL
  }

  private static final float[] NO_NUMBERS = {};
  private static final int[] NONE_MISSING = {};

  private final CsvScan scan;
  private final Format format;
  private final int epochs;
  private final long startMillis;
  private final ExampleEncoder encoder = new ExampleEncoder();
  private final CsvFeatures features;
  private final String fileName;
  private final Part part;
  // Null with Avro.
  private final CsvObjects objects;
  private final long delayMillis;
  // Of what the pipeline reads, -1 for none.
  private final int idColumn;
  private final boolean addsId;
  private final int weightColumn;
  private final int eventTimeColumn;

  private CsvFile file;
  private int epoch;
  private long rowOfEpoch;
  private long index = -1;

  /**
   * @param startMillis event time of the first example; every further one is 1 ms later, so that a
   *     repetition gives the same bytes
   * @param epochs passes over the file
   */
  public CsvExamples(CsvScan scan, long startMillis, int epochs) {
    this(scan, startMillis, epochs, Format.AVRO, Part.ALL, null, 0);
  }

  /**
   * The same in another format, or in part.
   *
   * @param spec of the pipeline that reads the records, or null for none
   * @param delayMillis by how much all event times are later
   * @throws CliError if the file lacks a column that the pipeline names
   */
  public CsvExamples(
      CsvScan scan,
      long startMillis,
      int epochs,
      Format format,
      Part part,
      InputSpec spec,
      long delayMillis) {
    this.scan = scan;
    this.format = format;
    this.part = part;
    this.objects = format == Format.JSON ? new CsvObjects(scan, part, spec, delayMillis) : null;
    this.delayMillis = delayMillis;
    this.idColumn = column(spec == null ? null : spec.id());
    this.addsId = spec != null && spec.id() != null && idColumn < 0;
    this.weightColumn = column(spec == null ? null : spec.weight());
    this.eventTimeColumn = column(spec == null ? null : spec.eventTime());
    this.startMillis = startMillis + delayMillis;
    this.epochs = epochs;
    this.fileName = scan.path().getFileName().toString();
    features = new CsvFeatures(scan);
    file = new CsvFile(scan.path());
  }

  /** Moves to the next example; false after the last one of the last epoch. */
  public boolean next() {
    while (!file.next()) {
      if (rowOfEpoch == 0 || epoch + 1 == epochs) {
        return false;
      }
      file.close();
      file = new CsvFile(scan.path());
      epoch++;
      rowOfEpoch = 0;
    }
    rowOfEpoch++;
    index++;
    features.read(file.row());
    return true;
  }

  /** The model key. */
  public String key() {
    return scan.keyColumn() < 0 ? ONLY_KEY : file.row()[scan.keyColumn()];
  }

  /** The pass over the file, from 1. */
  public int epoch() {
    return epoch + 1;
  }

  /** Passes over the file. */
  public int epochs() {
    return epochs;
  }

  /** Event time, milliseconds since the epoch. */
  public long timestamp() {
    return startMillis + index;
  }

  /** The event time that a column says, else {@link #timestamp()}. */
  long timestamp(int column) {
    double time = column < 0 ? Double.NaN : CsvText.number(file.row()[column]);
    return Double.isNaN(time) ? timestamp() : (long) time;
  }

  /**
   * What the pipeline's column says, else the file's name and the row's number from 1; the same in
   * every pass.
   */
  public String id() {
    return idColumn < 0 ? fileName + "-" + rowOfEpoch : file.row()[idColumn];
  }

  /** The record value. */
  public byte[] value() {
    return format == Format.AVRO ? avro() : objects.value(file.row(), id(), key());
  }

  /**
   * Returns the columns of {@link #line()}: those of the file, and behind them the id that the
   * pipeline reads if the file has no such column.
   */
  static List<String> lineColumns(CsvScan scan, InputSpec spec) {
    if (spec.id() == null || scan.header().contains(spec.id())) {
      return scan.header();
    }
    List<String> columns = new ArrayList<>(scan.header());
    columns.add(spec.id());
    return columns;
  }

  /** The row as one CSV line of all columns, separated by commas, the class spelt as elsewhere. */
  byte[] line() {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < file.row().length; c++) {
      boolean isClass = c == scan.labelColumn() && scan.task() != Task.REGRESSION;
      appendCell(line, isClass ? className(file.row()[c]) : file.row()[c]);
    }
    if (addsId) {
      appendCell(line, id());
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void appendCell(StringBuilder line, String cell) {
    line.append(line.length() == 0 ? "\"" : ",\"").append(cell.replace("\"", "\"\"")).append('"');
  }

  private byte[] avro() {
    return switch (part) {
      case ALL ->
          labelled(
              features.numbers(),
              features.numberCount(),
              features.missing(),
              features.attributes());
      case FEATURES ->
          encoder.encodeFeatures(
              id(),
              key(),
              eventTime(),
              weight(),
              features.numbers(),
              features.numberCount(),
              features.missing(),
              features.attributes());
      case LABEL -> labelled(NO_NUMBERS, 0, NONE_MISSING, Map.of());
    };
  }

  private byte[] labelled(
      float[] numbers, int numberCount, int[] missing, Map<String, String> attributes) {
    String label = file.row()[scan.labelColumn()];
    if (CsvText.isMissing(label)) {
      return encoder.encodeFeatures(
          id(), key(), eventTime(), weight(), numbers, numberCount, missing, attributes);
    }
    boolean isClass = scan.task() != Task.REGRESSION;
    return encoder.encode(
        id(),
        key(),
        eventTime(),
        isClass ? className(label) : null,
        isClass ? 0 : CsvText.number(label),
        weight(),
        numbers,
        numberCount,
        missing,
        attributes);
  }

  // What is no number the job refuses as a weight.
  private float weight() {
    return weightColumn < 0 ? 1f : (float) CsvText.number(file.row()[weightColumn]);
  }

  private long eventTime() {
    if (eventTimeColumn < 0) {
      return timestamp();
    }
    String text = file.row()[eventTimeColumn];
    double time = CsvText.number(text);
    if (Double.isNaN(time)) {
      throw new CliError(
          "%s: \"%s\" is \"%s\", but input.event-time is milliseconds since 1970, a number."
              .formatted(file.position(), scan.header().get(eventTimeColumn), text));
    }
    return (long) time + delayMillis;
  }

  private int column(String name) {
    return name == null ? -1 : scan.header().indexOf(name);
  }

  @Override
  public void close() {
    file.close();
  }

  // 1 and 1.0 are one class; 007 and 7 are two.
  public static String className(String label) {
    if (label.indexOf('.') < 0) {
      return label;
    }
    double value = CsvText.number(label);
    boolean integral = value == Math.rint(value) && Math.abs(value) < 1e15;
    return integral ? Long.toString((long) value) : label;
  }
}
