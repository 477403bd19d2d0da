package dev.millrace.table;

import dev.millrace.codec.NamedExampleReader;
import dev.millrace.codec.NamedExampleReader.Types;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.InputSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.table.InputColumns.InputColumn;
import dev.millrace.table.InputColumns.Kind;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.TimestampData;
import org.jspecify.annotations.Nullable;

/** Reads the model key and the features of rows without label. Not thread-safe. */
final class RowReader {
  private final NamedExampleReader reader;
  private final List<InputColumn> columns;
  private final Map<String, Integer> positions = new HashMap<>();
  private GenericRowData row = new GenericRowData(0);

  RowReader(InputColumns input, InputSpec pipeline) {
    columns = input.columns();
    List<String> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      String name = columns.get(c).name();
      positions.put(name, c);
      if (c != input.key()) {
        (columns.get(c).kind() == Kind.TEXT ? texts : numbers).add(name);
      }
    }
    InputSpec keyAndFeatures =
        pipeline.with(
            to -> {
              to.key = columns.get(input.key()).name();
              to.weight = null;
              to.eventTime = null;
              to.id = null;
              to.labels = null;
            });
    reader = new NamedExampleReader(keyAndFeatures, new Types(numbers, texts, Set.of()));
  }

  /**
   * Reads a row.
   *
   * @param into receives the key and the features; undefined for a rejected row
   * @return null for an accepted row, else why it is rejected
   */
  @Nullable DeadLetter read(GenericRowData from, Example into) {
    row = from;
    return reader.read(this::value, KafkaRecord.NONE, into);
  }

  /** Returns a column as a Number, Boolean or text; times are texts in ISO 8601. */
  private @Nullable Object value(String name) {
    Integer position = positions.get(name);
    if (position == null) {
      return null;
    }
    Object value = row.getField(position);
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (value instanceof Number number) {
      return columns.get(position).kind() == Kind.DATE
          ? LocalDate.ofEpochDay(number.longValue()).toString()
          : number;
    }
    if (value instanceof DecimalData decimal) {
      return decimal.toBigDecimal();
    }
    return value instanceof TimestampData time
        ? time.toLocalDateTime().toString()
        : value.toString();
  }
}
