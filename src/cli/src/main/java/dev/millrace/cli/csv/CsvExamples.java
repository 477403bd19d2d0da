package dev.millrace.cli.csv;

import dev.millrace.cli.console.CliError;
import dev.millrace.codec.ColumnsHeader;
import dev.millrace.codec.EpochHeader;
import dev.millrace.codec.ExampleEncoder;
import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.EventTime;
import dev.millrace.data.DeclaredColumns;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Converts the rows of a scanned CSV file to records, in one or more epochs. Not thread-safe. */
public final class CsvExamples implements AutoCloseable {
  /** Model key of all examples if no column is the key. */
  public static final String ONLY_KEY = "all";

  /** Format of record values. */
  public enum Format {
    /** The standard example schema in Avro's single-object encoding. */
    AVRO,
    /** An object with the columns by name, without missing values. */
    JSON
  }

  private static final float[] NO_NUMBERS = {};
  private static final int[] NONE_MISSING = {};

  private final CsvScan scan;
  private final int epochs;
  private final long startMillis;
  private final ExampleEncoder encoder = new ExampleEncoder();
  private final CsvFeatures features;
  private final String fileName;
  private final RowPart part;
  private final @Nullable CsvObjects objects;
  private final long delayMillis;
  // -1 for none.
  private final int idColumn;
  private final boolean addsId;
  private final int weightColumn;
  private final int eventTimeColumn;
  // By column.
  private final boolean[] isLabel;
  private final boolean[] isClass;
  private final boolean hasSets;
  // That records declare; null for none.
  private final @Nullable DeclaredColumns columns;
  private final String separator;
  private final InputSpec.@Nullable DefaultLabel unreported;

  private final RowConverter rows;
  private CsvFile file;
  private String[] row = {};
  private int epoch;
  private long rowOfEpoch;
  private long index = -1;
  private double millisApart = 1;

  /**
   * @param startMillis event time of the first example; each later example adds 1 ms
   * @param epochs passes over the file
   */
  public CsvExamples(CsvScan scan, long startMillis, int epochs) {
    this(scan, startMillis, epochs, Format.AVRO, RowPart.ALL, null, 0);
  }

  /**
   * Creates examples of a format and a part of each row.
   *
   * @param spec input of the pipeline that reads the records, if there is one
   * @param delayMillis added to all event times
   * @throws CliError if the file lacks a column of the pipeline
   */
  public CsvExamples(
      CsvScan scan,
      long startMillis,
      int epochs,
      Format format,
      RowPart part,
      @Nullable InputSpec spec,
      long delayMillis) {
    this.scan = scan;
    this.part = part;
    this.objects = format == Format.JSON ? new CsvObjects(scan, part, spec, delayMillis) : null;
    this.delayMillis = delayMillis;
    this.columns = objects == null && part != RowPart.LABEL ? scan.columns() : null;
    this.idColumn = column(spec == null ? null : spec.id());
    this.addsId = spec != null && spec.id() != null && idColumn < 0;
    this.weightColumn = column(spec == null ? null : spec.weight());
    this.eventTimeColumn = column(spec == null ? null : spec.eventTime());
    this.startMillis = startMillis + delayMillis;
    this.epochs = epochs;
    this.fileName = scan.path().getFileName().toString();
    features = new CsvFeatures(scan, spec);
    rows = new RowConverter(scan, spec);
    isLabel = new boolean[scan.header().size()];
    isClass = new boolean[scan.header().size()];
    unreported = spec == null || spec.labels() == null ? null : spec.labels().onTimeout();
    hasSets = scan.task() == Task.MULTILABEL;
    separator = spec == null ? InputSpec.DEFAULT_LABEL_SEPARATOR : spec.labelSeparator();
    if (scan.labelColumn() >= 0) {
      isLabel[scan.labelColumn()] = true;
      isClass[scan.labelColumn()] = !hasSets && scan.task() != Task.REGRESSION;
    }
    for (TargetSpec target : scan.targets()) {
      int column = scan.header().indexOf(target.name());
      isLabel[column] = true;
      isClass[column] = target.task() != Task.REGRESSION;
    }
    file = new CsvFile(scan.path());
  }

  /** Moves to the next example; returns false at the end of the last epoch. */
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
    row = rows.plain(file.row());
    features.read(row);
    return true;
  }

  /** Returns the model key. */
  public String key() {
    return scan.keyColumn() < 0 ? ONLY_KEY : file.row()[scan.keyColumn()];
  }

  /** Returns the headers of the current record: its columns and its pass, where it has them. */
  public Map<String, byte[]> headers() {
    if (columns == null && epochs == 1) {
      return Map.of();
    }
    Map<String, byte[]> headers = new LinkedHashMap<>();
    if (columns != null) {
      headers.put(ColumnsHeader.NAME, columns.bytes());
    }
    if (epochs > 1) {
      headers.put(EpochHeader.NAME, EpochHeader.encode(epoch()));
    }
    return headers;
  }

  /** Returns the number of the pass, from 1. */
  public int epoch() {
    return epoch + 1;
  }

  /** Returns the number of passes. */
  public int epochs() {
    return epochs;
  }

  /**
   * Spaces the event times as records that are sent at a rate.
   *
   * @param perSecond an infinite rate leaves 1 ms between them
   */
  public CsvExamples paced(double perSecond) {
    millisApart = Double.isInfinite(perSecond) ? 1 : 1_000 / perSecond;
    return this;
  }

  /**
   * Returns the event time of the first example to send now: at a rate the present, else so that
   * the last one is of the present. Brokers reject records from the future.
   */
  public static long startMillis(long examples, double perSecond) {
    return System.currentTimeMillis() - (Double.isInfinite(perSecond) ? examples : 0);
  }

  /** Returns the event time in milliseconds since 1970. */
  public long timestamp() {
    return startMillis + (long) (index * millisApart);
  }

  /** Returns the event time of a column, else {@link #timestamp()}. */
  long timestamp(int column) {
    OptionalLong time = column < 0 ? OptionalLong.empty() : EventTime.ofCell(row[column]);
    return time.isPresent() ? time.getAsLong() + delayMillis : timestamp();
  }

  /**
   * Returns the id in the pipeline's column, else file name and row number, the same in each pass.
   */
  public String id() {
    return idColumn < 0 ? fileName + "-" + rowOfEpoch : file.row()[idColumn];
  }

  /**
   * Returns true if the row has a label that records report: not one that the pipeline assumes if
   * none comes in time.
   */
  public boolean isReported() {
    if (objects != null && !scan.targets().isEmpty()) {
      return objects.hasTargets(row);
    }
    String label = row[scan.labelColumn()];
    if (unreported == null || unreported.label() == null) {
      return true;
    }
    String known =
        hasSets
            ? OutputLabels.ofSet(OutputLabels.split(label, separator))
            : scan.task() == Task.REGRESSION ? label : ClassText.of(label, scan.notation());
    return !unreported.label().equals(known);
  }

  /** Returns the record value. */
  public byte[] value() {
    return objects == null ? avro() : objects.value(row, id(), key());
  }

  /**
   * Returns the columns of {@link #line()}: those of the file, then the pipeline's id if the file
   * lacks it.
   */
  static List<String> lineColumns(CsvScan scan, InputSpec spec) {
    if (spec.id() == null || scan.header().contains(spec.id())) {
      return scan.header();
    }
    List<String> columns = new ArrayList<>(scan.header());
    columns.add(spec.id());
    return columns;
  }

  /** Returns the row, or its part, as a CSV line of all columns. */
  byte[] line() {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.length; c++) {
      appendCell(line, cell(c));
    }
    if (addsId) {
      appendCell(line, id());
    }
    return line.toString().getBytes(StandardCharsets.UTF_8);
  }

  private String cell(int column) {
    String cell = row[column];
    if (isLabel[column] && part == RowPart.FEATURES) {
      return "";
    } else if (isLabel[column]) {
      // An empty cell alone would be a set that is not known yet.
      boolean isEmptySet = hasSets && cell.isEmpty() && part == RowPart.LABEL;
      return isEmptySet ? separator : isClass[column] ? ClassText.of(cell, scan.notation()) : cell;
    }
    if (part == RowPart.LABEL && column == eventTimeColumn) {
      return Long.toString(timestamp(column));
    }
    return part == RowPart.LABEL && column != idColumn ? "" : cell;
  }

  private static void appendCell(StringBuilder line, String cell) {
    line.append(line.length() == 0 ? "\"" : ",\"").append(cell.replace("\"", "\"\"")).append('"');
  }

  private byte[] avro() {
    boolean isLabel = part == RowPart.LABEL;
    float[] numbers = isLabel ? NO_NUMBERS : features.numbers();
    int numberCount = isLabel ? 0 : features.numberCount();
    int[] missing = isLabel ? NONE_MISSING : features.missing();
    Map<String, String> attributes = isLabel ? Map.of() : features.attributes();
    String label = part == RowPart.FEATURES ? "" : row[scan.labelColumn()];
    boolean isEmptySet = hasSets && label.isEmpty() && part != RowPart.FEATURES;
    if (CsvText.isMissing(label) && !isEmptySet) {
      return encoder.encodeFeatures(
          id(), key(), eventTime(), weight(), numbers, numberCount, missing, attributes);
    }
    boolean isClass = scan.task() != Task.REGRESSION;
    return encoder.encode(
        id(),
        key(),
        eventTime(),
        isClass && !hasSets ? ClassText.of(label, scan.notation()) : isClass ? label : null,
        isClass ? 0 : CsvText.number(label),
        weight(),
        numbers,
        numberCount,
        missing,
        attributes);
  }

  // The job rejects NaN as a weight.
  private float weight() {
    return weightColumn < 0 ? 1f : (float) CsvText.number(row[weightColumn]);
  }

  private long eventTime() {
    if (eventTimeColumn < 0) {
      return timestamp();
    }
    String text = row[eventTimeColumn];
    OptionalLong time = EventTime.ofCell(text);
    if (time.isEmpty()) {
      throw new CliError(
          ("%s: \"%s\" is \"%s\", but input.event-time is milliseconds since 1970, or a time"
                  + " such as 2026-11-26T09:30:00Z.")
              .formatted(file.position(), scan.header().get(eventTimeColumn), text));
    }
    return time.getAsLong() + delayMillis;
  }

  private int column(@Nullable String name) {
    return name == null ? -1 : scan.header().indexOf(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
