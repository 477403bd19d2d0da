package dev.millrace.table;

import dev.millrace.codec.NamedExampleReader;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/** The columns of one row at a time, and the model key that some of them name. Not thread-safe. */
final class ColumnValues implements NamedExampleReader.Values {
  private static final long DAY_MILLIS = 86_400_000;

  private final Map<String, Integer> positions = new HashMap<>();
  private final int[] keys;
  private final String keyName;
  private Row row = new Row(0);

  /**
   * @param keys positions of the columns that name the model
   * @param keyName name of the key
   */
  ColumnValues(List<String> columns, List<Integer> keys, String keyName) {
    for (int i = 0; i < columns.size(); i++) {
      positions.put(columns.get(i), i);
    }
    this.keys = keys.stream().mapToInt(Integer::intValue).toArray();
    this.keyName = keyName;
  }

  /** Uses another row. */
  void use(Row next) {
    row = next;
  }

  @Override
  public @Nullable Object get(String name) {
    if (name.equals(keyName)) {
      return keys.length == 1 ? keyPart(keys[0]) : compositeKey();
    }
    Integer position = positions.get(name);
    return position == null ? null : scalar(row.getField(position));
  }

  /** Returns a text that differs for different keys; null if a part is null. */
  private @Nullable String compositeKey() {
    StringJoiner key = new StringJoiner("/");
    for (int position : keys) {
      Object part = keyPart(position);
      if (part == null) {
        return null;
      }
      key.add(part.toString().replace("\\", "\\\\").replace("/", "\\/"));
    }
    return key.toString();
  }

  // Times as they are written, with all digits.
  private @Nullable Object keyPart(int position) {
    Object value = row.getField(position);
    return value instanceof Number || value instanceof Boolean ? value : text(value);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static @Nullable Object scalar(@Nullable Object value) {
    if (value instanceof LocalDateTime time) {
      return time.toInstant(ZoneOffset.UTC).toEpochMilli();
    }
    if (value instanceof Instant time) {
      return time.toEpochMilli();
    }
    return value instanceof LocalDate date ? date.toEpochDay() * DAY_MILLIS : value;
  }
}
