package dev.millrace.table;

import org.apache.flink.table.types.logical.LogicalType;

/** Use that a model can make of a column, by its type. */
enum ColumnKind {
  TEXT,
  NUMBER,
  /** A binary fraction: a number, but no key, since equal numbers may have several texts. */
  FRACTION,
  FLAG,
  TIME,
  OTHER;

  static ColumnKind of(LogicalType type) {
    return switch (type.getTypeRoot()) {
      case CHAR, VARCHAR -> TEXT;
      case TINYINT, SMALLINT, INTEGER, BIGINT, DECIMAL -> NUMBER;
      case FLOAT, DOUBLE -> FRACTION;
      case BOOLEAN -> FLAG;
      case DATE, TIMESTAMP_WITHOUT_TIME_ZONE, TIMESTAMP_WITH_LOCAL_TIME_ZONE -> TIME;
      default -> OTHER;
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
