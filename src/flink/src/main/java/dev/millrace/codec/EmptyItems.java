package dev.millrace.codec;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * Finds arrays whose items take no bytes: a record of a few bytes can have billions of such items,
 * which take hours to skip.
 */
final class EmptyItems {
  // By full name.
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Boolean> empty = new HashMap<>();

  /** Returns true if a schema has such an array. */
  boolean isIn(Schema schema) {
    return switch (schema.getType()) {
      case ARRAY -> isEmpty(schema.getElementType()) || isIn(schema.getElementType());
      case MAP -> isIn(schema.getValueType());
      case UNION -> schema.getTypes().stream().anyMatch(this::isIn);
      case RECORD ->
          seen.add(schema.getFullName())
              && schema.getFields().stream().anyMatch(field -> isIn(field.schema()));
      default -> false;
    };
  }

  private boolean isEmpty(Schema schema) {
    return switch (schema.getType()) {
      case NULL -> true;
      case FIXED -> schema.getFixedSize() == 0;
      case RECORD -> {
        Boolean known = empty.putIfAbsent(schema.getFullName(), false);
        if (known == null) {
          known = schema.getFields().stream().allMatch(field -> isEmpty(field.schema()));
          empty.put(schema.getFullName(), known);
        }
        yield known;
      }
      default -> false;
    };
  }
}
