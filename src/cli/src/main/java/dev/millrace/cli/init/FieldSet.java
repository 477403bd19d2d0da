package dev.millrace.cli.init;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.FieldProfile;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Fields of records by name, with dots for nested records: of a schema, and as they occur. */
final class FieldSet {
  /** Max fields of a drafted pipeline. */
  static final int MAX_FIELDS = 5_000;

  private static final int MAX_NAME_LENGTH = 1_000;
  private static final int MAX_DEPTH = 5;

  private final Map<String, FieldProfile> fields = new LinkedHashMap<>();
  private final Map<String, String> unusable = new LinkedHashMap<>();
  // For all fields beyond the limit.
  private final FieldProfile overflow = new FieldProfile("others");
  private boolean isOverflowing;
  private @Nullable String eventTime;

  /** Returns the field of a name, which may be new. */
  FieldProfile field(String name) {
    return hasRoom(name) ? fields.computeIfAbsent(name, FieldProfile::new) : overflow;
  }

  /** Returns the field of a name, declared as number. */
  FieldProfile number(String name) {
    return hasRoom(name)
        ? fields.computeIfAbsent(
            name, absent -> new FieldProfile(absent, FeatureSpec.Type.NUMERIC, false, List.of()))
        : overflow;
  }

  /** Marks a field as unusable, with the reason. */
  void reject(String name, String why) {
    if (hasRoom(name)) {
      unusable.putIfAbsent(name, why);
    }
  }

  private boolean hasRoom(String name) {
    boolean isKnown = fields.containsKey(name) || unusable.containsKey(name);
    boolean hasRoom =
        isKnown
            || (fields.size() + unusable.size() < MAX_FIELDS && name.length() <= MAX_NAME_LENGTH);
    isOverflowing |= !hasRoom;
    return hasRoom;
  }

  /** Returns true if there were fields beyond the limit. */
  boolean isOverflowing() {
    return isOverflowing;
  }

  boolean isRejected(String name) {
    return unusable.containsKey(name);
  }

  List<FieldProfile> fields() {
    return fields.values().stream().filter(field -> !isRejected(field.name())).toList();
  }

  /** Returns the unusable fields with the reasons. */
  List<String> unusable() {
    List<String> lines = new ArrayList<>();
    unusable.forEach((name, why) -> lines.add(Printable.line(name, 60) + ": " + why));
    return lines;
  }

  /** Returns the first field that a schema declares as time in milliseconds. */
  @Nullable String eventTime() {
    return eventTime;
  }

  /**
   * Returns the fields of a record schema.
   *
   * @throws CliError if it has too many fields, as a schema that repeats nested types may
   */
  static FieldSet of(Schema record) {
    FieldSet set = new FieldSet();
    set.addRecord("", record, false, 0);
    return set;
  }

  private void addRecord(String prefix, Schema record, boolean nullable, int depth) {
    for (Schema.Field field : record.getFields()) {
      if (fields.size() + unusable.size() == MAX_FIELDS) {
        throw new CliError(
            "The schema has more than %,d fields, those of nested records included. Write a"
                    .formatted(MAX_FIELDS)
                + " pipeline file by hand, and list those that the model needs in input.features.");
      }
      add(prefix + field.name(), field.schema(), nullable, depth);
    }
  }

  private void add(String name, Schema schema, boolean nullable, int depth) {
    if (schema.isUnion()) {
      List<Schema> branches =
          schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
      if (branches.size() == 1) {
        add(name, branches.get(0), nullable || schema.isNullable(), depth);
      } else {
        reject(name, "of more than one type");
      }
      return;
    }
    LogicalType logical = schema.getLogicalType();
    if (logical != null && logical.getName().matches("date|(local-)?timestamp-.*")) {
      if (eventTime == null && logical.getName().equals("timestamp-millis")) {
        eventTime = name;
      }
      declare(name, FeatureSpec.Type.TIME, nullable, List.of());
      return;
    }
    if (logical != null && logical.getName().startsWith("time-")) {
      reject(name, "a time of day (" + logical.getName() + ")");
      return;
    }
    switch (schema.getType()) {
      case INT, LONG, FLOAT, DOUBLE -> declare(name, FeatureSpec.Type.NUMERIC, nullable, List.of());
      case BOOLEAN -> declare(name, FeatureSpec.Type.BOOLEAN, nullable, List.of());
      case STRING -> declare(name, FeatureSpec.Type.TEXT, nullable, List.of());
      case ENUM -> declare(name, FeatureSpec.Type.TEXT, nullable, schema.getEnumSymbols());
      case RECORD -> {
        if (depth < MAX_DEPTH) {
          addRecord(name + ".", schema, nullable, depth + 1);
        } else {
          reject(name, "nested too deep");
        }
      }
      case ARRAY -> reject(name, "of Avro's type array; if it has ids, add it with type: set");
      case MAP -> reject(name, "of Avro's type map; if it has numbers, add it with type: sparse");
      default -> reject(name, "of Avro's type " + schema.getType().getName());
    }
  }

  private void declare(String name, FeatureSpec.Type type, boolean nullable, List<String> symbols) {
    fields.put(name, new FieldProfile(name, type, nullable, symbols));
  }
}
