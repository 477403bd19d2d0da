package dev.millrace.table;

import dev.millrace.codec.ExampleFields;
import dev.millrace.codec.FieldsDecoder;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.input.InputSpec;
import dev.millrace.table.QuestionColumns.InputColumn;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;
import org.jspecify.annotations.Nullable;

/** Reads the model key and the features of rows without label. Not thread-safe. */
final class RowReader {
  private static final long DAY_MILLIS = 86_400_000;

  private final FieldsDecoder decoder;
  private final boolean derives;
  private final int key;
  private final List<InputColumn> columns;
  private final ColumnKind[] kinds;

  RowReader(QuestionColumns input, InputSpec pipeline) {
    columns = input.columns();
    kinds = columns.stream().map(InputColumn::kind).toArray(ColumnKind[]::new);
    key = input.key();
    String keyName = columns.get(key).name();
    derives = !pipeline.derived().isEmpty();
    boolean hasTime =
        derives && columns.stream().anyMatch(column -> column.name().equals(pipeline.eventTime()));
    InputSpec keyAndFeatures =
        pipeline.with(
            to -> {
              to.key = keyName;
              to.weight = null;
              to.eventTime = hasTime ? pipeline.eventTime() : null;
              to.id = null;
              to.group = null;
              to.labels = null;
            });
    decoder = FieldsDecoder.ofRows(keyAndFeatures, QuestionColumns.types(columns, Set.of(keyName)));
  }

  /**
   * Reads a row.
   *
   * @param into receives the key and the features; undefined for a rejected row
   * @return null for an accepted row, else why it is rejected
   */
  @Nullable DeadLetter read(GenericRowData row, Example into) {
    ExampleFields fields = decoder.begin().record(KafkaRecord.NONE);
    for (int c = 0; c < columns.size(); c++) {
      fields.set(columns.get(c).name(), value(c, row.getField(c)));
    }
    // Features are derived for the row's time, or for now.
    return decoder.decode(derives ? System.currentTimeMillis() : KafkaRecord.NO_TIMESTAMP, into);
  }

  /**
   * Returns a value as a Number, Boolean or text, or a list or map of these; times in milliseconds,
   * but texts as the key.
   */
  private @Nullable Object value(int position, @Nullable Object value) {
    if (value == null || value instanceof Boolean) {
      return value;
    }
    if (kinds[position] == ColumnKind.TIME) {
      return position == key ? timeText(value) : millis(value);
    }
    if (value instanceof ArrayData array) {
      return list(array, ((ArrayType) columns.get(position).type()).getElementType());
    }
    if (value instanceof MapData map) {
      return map(map, (MapType) columns.get(position).type());
    }
    return scalar(value);
  }

  private static Object scalar(Object value) {
    if (value instanceof DecimalData decimal) {
      return decimal.toBigDecimal();
    }
    return value instanceof Number || value instanceof Boolean ? value : value.toString();
  }

  private static List<@Nullable Object> list(ArrayData array, LogicalType type) {
    ArrayData.ElementGetter getter = ArrayData.createElementGetter(type);
    List<@Nullable Object> list = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      Object item = getter.getElementOrNull(array, i);
      list.add(item == null ? null : scalar(item));
    }
    return list;
  }

  private static Map<@Nullable Object, @Nullable Object> map(MapData map, MapType type) {
    List<@Nullable Object> names = list(map.keyArray(), type.getKeyType());
    List<@Nullable Object> numbers = list(map.valueArray(), type.getValueType());
    Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      entries.put(names.get(i), numbers.get(i));
    }
    return entries;
  }

  private static Object timeText(Object value) {
    return value instanceof TimestampData time
        ? time.toLocalDateTime().toString()
        : LocalDate.ofEpochDay(((Number) value).longValue()).toString();
  }

  private static Object millis(Object value) {
    return value instanceof TimestampData time
        ? time.getMillisecond()
        : ((Number) value).longValue() * DAY_MILLIS;
  }
}
