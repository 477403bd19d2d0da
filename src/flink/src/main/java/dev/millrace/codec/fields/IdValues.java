package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.text.FieldText;
import dev.millrace.codec.text.RejectedException;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.generic.GenericEnumSymbol;
import org.jspecify.annotations.Nullable;

/**
 * Reads arrays and maps of JSON, Avro and Java as ids of a column. Nulls in them are skipped, and
 * reading ends where the column is full. Not thread-safe.
 */
final class IdValues {
  private final FeatureMapper mapper;

  IdValues(FeatureMapper mapper) {
    this.mapper = mapper;
  }

  /** Reads the ids of an array. */
  void readArray(Object field, int column) throws RejectedException {
    mapper.present(column);
    if (field instanceof JsonNode node && node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        if (!add(JsonFields.value(node.get(i)), column)) {
          return;
        }
      }
    } else if (field instanceof Collection<?> items) {
      for (Object item : items) {
        if (!add(item, column)) {
          return;
        }
      }
    } else if (field.getClass().isArray() && !(field instanceof byte[])) {
      int length = Array.getLength(field);
      for (int i = 0; i < length; i++) {
        if (!add(Array.get(field, i), column)) {
          return;
        }
      }
    } else {
      throw mapper.notOfType(column, kind(field), "");
    }
  }

  /** Reads the ids of a map, each with its number. */
  void readMap(Object field, int column) throws RejectedException {
    mapper.present(column);
    if (field instanceof JsonNode node && node.isObject()) {
      for (Map.Entry<String, JsonNode> entry : node.properties()) {
        if (!add(entry.getKey(), JsonFields.value(entry.getValue()), column)) {
          return;
        }
      }
    } else if (field instanceof Map<?, ?> map) {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (entry.getKey() != null && !add(entry.getKey(), entry.getValue(), column)) {
          return;
        }
      }
    } else {
      throw mapper.notOfType(column, kind(field), "");
    }
  }

  private boolean add(@Nullable Object item, int column) throws RejectedException {
    if (item == null) {
      return true;
    }
    if (!isName(item)) {
      throw mapper.notOfType(column, "an array with " + kind(item), "");
    }
    return mapper.id(column, FieldText.of(item));
  }

  private boolean add(Object name, @Nullable Object value, int column) throws RejectedException {
    if (value == null) {
      return true;
    }
    double number = value instanceof Boolean flag ? (flag ? 1 : 0) : Double.NaN;
    if (value instanceof Number given) {
      number = given.doubleValue();
    }
    float narrowed = (float) number;
    if (!Float.isFinite(narrowed)) {
      throw IdColumnWriter.notANumber(
          mapper.column(column).name(),
          name.toString(),
          value instanceof CharSequence ? "the text \"" + value + '"' : kind(value),
          value instanceof Number);
    }
    return mapper.id(column, FieldText.of(name), narrowed);
  }

  /** Returns true if a value may be a name. */
  static boolean isName(Object item) {
    return item instanceof CharSequence
        || item instanceof Number
        || item instanceof Boolean
        || item instanceof Character
        || item instanceof Enum<?>
        || item instanceof UUID
        || item instanceof GenericEnumSymbol<?>;
  }

  /** Returns the type to declare for a value that is not one text. */
  static String remedy(Object value) {
    return switch (kind(value)) {
      case "an array" -> "; type: set reads arrays";
      case "an object" -> "; type: sparse reads objects of numbers";
      default -> "";
    };
  }

  /** Returns a value in words, whose length is bounded by that of a number. */
  static String kind(Object value) {
    if (value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    if (value instanceof Collection
        || value.getClass().isArray()
        || (value instanceof JsonNode node && node.isArray())) {
      return "an array";
    }
    return value instanceof Map || value instanceof JsonNode ? "an object" : "of another type";
  }
}
