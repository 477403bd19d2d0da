package dev.millrace.table;

import dev.millrace.data.FeatureSpec;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.MapType;

/** Use that a model can make of a column, by its type. */
enum ColumnKind {
  TEXT,
  NUMBER,
  /** A binary fraction: a number, but no key, since equal numbers may have several texts. */
  FRACTION,
  FLAG,
  TIME,
  /** An array of texts, numbers or booleans. */
  ARRAY,
  /** A map from texts, numbers or booleans to numbers or booleans. */
  MAP,
  OTHER;

  static ColumnKind of(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> TEXT;
      case TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL -> NUMBER;
      case FLOAT, DOUBLE -> FRACTION;
      case BOOLEAN -> FLAG;
      case DATE, TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TIME;
      case ARRAY -> of(((ArrayType) type).getElementType()).isScalar() ? ARRAY : OTHER;
      case MAP -> {
        MapType map = (MapType) type;
        yield of(map.getKeyType()).isScalar() && of(map.getValueType()).isNumber() ? MAP : OTHER;
      }
      default -> OTHER;
    };
  }

  /** Returns true if the values are texts, numbers or booleans. */
  boolean isScalar() {
    return this == TEXT || isNumber();
  }

  /** Returns true if the values are ids of a feature of that type. */
  boolean isOfIds(FeatureSpec.Type type) {
    return switch (type) {
      case SET -> isScalar() || this == ARRAY;
      case SPARSE -> this == TEXT || this == MAP;
      default -> isScalar();
    };
  }

  /** Returns the types of columns whose values are ids of a feature of that type, in words. */
  static String allowedFor(FeatureSpec.Type type) {
    return switch (type) {
      case SET -> "a text, a number, BOOLEAN or an ARRAY of these";
      case SPARSE -> "a text, or a MAP from texts to numbers";
      default -> "a text, a number or BOOLEAN";
    };
  }

  /** Returns true if a column of the kind may name a model. */
  boolean isKey() {
    return this == TEXT || this == NUMBER || this == FLAG || this == TIME;
  }

  /** Returns true if the values are numbers, or booleans, which count as 0 and 1. */
  boolean isNumber() {
    return isPlainNumber() || this == FLAG;
  }

  /** Returns true if the values are numbers. */
  boolean isPlainNumber() {
    return this == NUMBER || this == FRACTION;
  }
}
