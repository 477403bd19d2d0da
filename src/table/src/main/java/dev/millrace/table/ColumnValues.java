package dev.millrace.table;

import dev.millrace.codec.ExampleFields;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.StringJoiner;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** Sets the fields of an example from the columns of a row, some of which name its model key. */
final class ColumnValues {
  private final String[] names;
  private final int[] positions;
  private final int[] keys;
  private final String keyName;

  /**
   * @param keys positions of the columns that name the model
   * @param keyName name of the key
   * @param fields names of the fields of an example
   */
  ColumnValues(List<String> columns, List<Integer> keys, String keyName, List<String> fields) {
    names =
        fields.stream()
            .filter(name -> columns.contains(name) && !name.equals(keyName))
            .toArray(String[]::new);
    positions = List.of(names).stream().mapToInt(columns::indexOf).toArray();
    this.keys = keys.stream().mapToInt(Integer::intValue).toArray();
    this.keyName = keyName;
  }

  /** Sets the fields of a row's example. */
  void set(Row row, ExampleFields fields) {
    fields.set(keyName, keys.length == 1 ? keyPart(row, keys[0]) : compositeKey(row));
    for (int i = 0; i < names.length; i++) {
      fields.set(names[i], scalar(row.getField(positions[i])));
    }
  }

  /** Returns a text that differs for different keys; null if a part is null. */
  private @Nullable String compositeKey(Row row) {
    StringJoiner key = new StringJoiner("/");
    for (int position : keys) {
      Object part = keyPart(row, position);
      if (part == null) {
        return null;
      }
      key.add(part.toString().replace("\\", "\\\\").replace("/", "\\/"));
    }
    return key.toString();
  }

  // Times as they are written, with all digits.
  private static @Nullable Object keyPart(Row row, int position) {
    Object value = row.getField(position);
    return value == null || value instanceof Number || value instanceof Boolean
        ? value
        : value.toString();
  }

  private static @Nullable Object scalar(@Nullable Object value) {
    if (value instanceof LocalDateTime time) {
      return time.toInstant(ZoneOffset.UTC);
    }
    return value instanceof LocalDate date ? date.atStartOfDay(ZoneOffset.UTC).toInstant() : value;
  }
}
