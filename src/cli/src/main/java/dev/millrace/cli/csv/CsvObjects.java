package dev.millrace.cli.csv;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.codec.text.CsvText;
import dev.millrace.codec.text.EventTime;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the rows of a scanned CSV file as JSON objects for a pipeline: dots in column names reach
 * into nested objects, missing values are omitted. Not thread-safe.
 */
final class CsvObjects {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MAX_WHOLE = 1L << 53;

  private final CsvScan scan;
  private final RowPart part;
  private final long delayMillis;
  // Fields of the pipeline.
  private final @Nullable String id;
  private final @Nullable String key;
  // Null for targets.
  private final @Nullable String label;
  private final List<TargetSpec> targets;
  private final String separator;
  private final @Nullable String weight;
  private final @Nullable String eventTime;
  // Columns of the group and of what features are derived from, and the names of numbers among
  // them.
  private final int[] otherColumns;
  private final Set<String> otherNumbers = new TreeSet<>();
  // Their columns, -1 for none.
  private final int weightColumn;
  private final int eventTimeColumn;

  /**
   * @param spec input of the pipeline; null for one that only names the label
   * @param delayMillis added to the event time
   * @throws CliError if the file lacks a column of the pipeline, or a name is a prefix of another
   */
  CsvObjects(CsvScan scan, RowPart part, @Nullable InputSpec spec, long delayMillis) {
    this.scan = scan;
    this.part = part;
    this.delayMillis = delayMillis;
    boolean isLabel = part == RowPart.LABEL;
    InputSpec read = spec != null && isLabel && spec.labels() != null ? spec.ofLabels() : spec;
    id = read == null ? null : read.id();
    key = read == null ? null : read.key();
    targets = scan.targets();
    separator = read == null ? InputSpec.DEFAULT_LABEL_SEPARATOR : read.labelSeparator();
    label =
        !targets.isEmpty()
            ? null
            : read == null ? scan.header().get(scan.labelColumn()) : read.label();
    weight = read == null || isLabel ? null : read.weight();
    eventTime = read == null ? null : read.eventTime();
    weightColumn = weight == null ? -1 : scan.column("input.weight", weight);
    eventTimeColumn = eventTime == null ? -1 : scan.column("input.event-time", eventTime);
    if (read != null && !isLabel && read.group() != null) {
      scan.column("metrics.group", read.group());
    }
    otherColumns = read == null || isLabel ? new int[0] : scan.otherColumns(read);
    if (read != null) {
      read.carried().stream()
          .filter(CarriedColumn::isNumber)
          .forEach(column -> otherNumbers.add(column.name()));
    }
    requireApart();
  }

  /** Returns the record value of a row. */
  byte[] value(String[] row, String rowId, String rowKey) {
    ObjectNode object = JSON.createObjectNode();
    put(object, id, rowId);
    put(object, key, rowKey);
    for (int column : otherColumns) {
      String name = scan.header().get(column);
      put(object, name, otherNumbers.contains(name) ? number(row[column]) : known(row[column]));
    }
    if (part != RowPart.LABEL) {
      putFeatures(object, row);
    }
    // After the features: a column that is both must be a number.
    if (weightColumn >= 0) {
      put(object, weight, number(row[weightColumn]));
    }
    if (eventTimeColumn >= 0) {
      String cell = row[eventTimeColumn];
      OptionalLong time = EventTime.ofCell(cell);
      put(
          object,
          eventTime,
          time.isPresent() ? (Object) (time.getAsLong() + delayMillis) : number(cell));
    }
    if (part != RowPart.FEATURES) {
      for (TargetSpec target : targets) {
        put(object, target.name(), reported(target, row));
      }
      if (label != null) {
        put(object, label, label(scan.task(), row[scan.labelColumn()]));
      }
    }
    return object.toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns true if a record of labels would have that of a target. */
  boolean hasTargets(String[] row) {
    return targets.stream().anyMatch(target -> reported(target, row) != null);
  }

  /** Returns the label of a target, null if it is missing or, alone, need not be reported. */
  private @Nullable Object reported(TargetSpec target, String[] row) {
    String text = row[scan.header().indexOf(target.name())];
    Object value = label(target.task(), text);
    InputSpec.DefaultLabel unreported = target.onTimeout();
    boolean isAssumed =
        part == RowPart.LABEL
            && unreported != null
            && value != null
            && unreported.matches(
                value instanceof String name ? name : null,
                value instanceof Number number ? number.doubleValue() : Double.NaN);
    return isAssumed ? null : value;
  }

  private @Nullable Object label(@Nullable Task task, String text) {
    if (task == Task.MULTILABEL) {
      boolean isKnown = text.isEmpty() || !CsvText.isMissing(text);
      return isKnown ? OutputLabels.split(text, separator) : null;
    }
    if (task == Task.REGRESSION) {
      return number(text);
    }
    return CsvText.isMissing(text) ? null : ClassText.of(text, scan.notation());
  }

  private void putFeatures(ObjectNode object, String[] row) {
    for (int f = 0; f < scan.features().size(); f++) {
      String name = scan.header().get(scan.featureColumns().get(f));
      String text = row[scan.featureColumns().get(f)];
      boolean isNumber = scan.features().get(f).type().isNumber();
      put(object, name, isNumber ? number(text) : known(text));
    }
  }

  private static void put(ObjectNode object, @Nullable String field, @Nullable Object value) {
    if (field == null || value == null) {
      return;
    }
    ObjectNode inner = object;
    int start = 0;
    for (int dot = field.indexOf('.'); dot >= 0; dot = field.indexOf('.', start)) {
      inner = inner.withObjectProperty(field.substring(start, dot));
      start = dot + 1;
    }
    inner.putPOJO(field.substring(start), value);
  }

  /** Checks that no field is both a value and an object. */
  private void requireApart() {
    Set<String> fields = new TreeSet<>();
    targets.forEach(target -> fields.add(target.name()));
    for (String field : Arrays.asList(id, key, label, weight, eventTime)) {
      if (field != null) {
        fields.add(field);
      }
    }
    if (part != RowPart.LABEL) {
      scan.featureColumns().forEach(column -> fields.add(scan.header().get(column)));
    }
    for (String inner : fields) {
      for (int dot = inner.indexOf('.'); dot >= 0; dot = inner.indexOf('.', dot + 1)) {
        String outer = inner.substring(0, dot);
        if (fields.contains(outer)) {
          throw CliError.usage(
              ("\"%s\" and \"%s\" cannot both be fields of JSON objects, where a dot reaches into"
                      + " what is before it. Rename one, or leave it out.")
                  .formatted(outer, inner));
        }
      }
    }
  }

  private static @Nullable String known(String text) {
    return CsvText.isMissing(text) ? null : text;
  }

  /** Returns an integer, another number, a boolean or a text; null if the value is missing. */
  private static @Nullable Object number(String text) {
    Object cell = CsvText.isMissing(text) ? null : CsvText.scalar(text);
    return cell instanceof Double number
            && number == Math.rint(number)
            && Math.abs(number) < MAX_WHOLE
        ? (Object) number.longValue()
        : cell;
  }
}
