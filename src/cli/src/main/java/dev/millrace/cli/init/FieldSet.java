package dev.millrace.cli.init;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Terminal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.Schema;

/**
 * The fields of records by their names, those of nested records with dots. Those of a schema are
 * there from the beginning, others from when they are first seen.
 */
final class FieldSet {
  /** Fields that a pipeline is drafted of at most. */
  static final int MAX_FIELDS = 5_000;

  private static final int MAX_NAME_LENGTH = 1_000;
  private static final int DEEPEST = 5;

  private final Map<String, FieldProfile> fields = new LinkedHashMap<>();
  private final Map<String, String> unusable = new LinkedHashMap<>();
  // Takes in the values of fields that there is no room for.
  private final FieldProfile others = new FieldProfile("others");
  private boolean leavesOut;
  private String eventTime;

  /** The field of a name. */
  FieldProfile field(String name) {
    return hasRoom(name) ? fields.computeIfAbsent(name, FieldProfile::new) : others;
  }

  /** The field of a name, which holds numbers whether or not one comes. */
  FieldProfile number(String name) {
    return hasRoom(name)
        ? fields.computeIfAbsent(
            name, absent -> new FieldProfile(absent, FieldProfile.Type.NUMBER, false, List.of()))
        : others;
  }

  /** Says that a field cannot be used, and why. */
  void refuse(String name, String why) {
    if (hasRoom(name)) {
      unusable.putIfAbsent(name, why);
    }
  }

  // Records may bring new names without end.
  private boolean hasRoom(String name) {
    boolean isKnown = fields.containsKey(name) || unusable.containsKey(name);
    boolean hasRoom =
        isKnown
            || (fields.size() + unusable.size() < MAX_FIELDS && name.length() <= MAX_NAME_LENGTH);
    leavesOut |= !hasRoom;
    return hasRoom;
  }

  /** Whether there were fields that there was no room for. */
  boolean leavesOut() {
    return leavesOut;
  }

  boolean isRefused(String name) {
    return unusable.containsKey(name);
  }

  List<FieldProfile> fields() {
    return fields.values().stream().filter(field -> !isRefused(field.name())).toList();
  }

  /** Each field that cannot be used, with the reason. */
  List<String> unusable() {
    List<String> lines = new ArrayList<>();
    unusable.forEach((name, why) -> lines.add(Terminal.printable(name, 60) + ": " + why));
    return lines;
  }

  String eventTime() {
    return eventTime;
  }

  /**
   * Takes in what a record schema says.
   *
   * @throws CliError if it has too many fields; a small schema that names a type again and again
   *     has more of them than any memory holds
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
        refuse(name, "of more than one type");
      }
      return;
    }
    LogicalType logical = schema.getLogicalType();
    if (logical != null && logical.getName().matches("date|(local-)?timestamp-.*")) {
      if (eventTime == null && logical.getName().equals("timestamp-millis")) {
        eventTime = name;
      }
      declare(name, FieldProfile.Type.TIME, nullable, List.of());
      return;
    }
    if (logical != null && logical.getName().startsWith("time-")) {
      refuse(name, "a time of day (" + logical.getName() + ")");
      return;
    }
    switch (schema.getType()) {
      case INT, LONG, FLOAT, DOUBLE -> declare(name, FieldProfile.Type.NUMBER, nullable, List.of());
      case BOOLEAN -> declare(name, FieldProfile.Type.BOOLEAN, nullable, List.of());
      case STRING -> declare(name, FieldProfile.Type.TEXT, nullable, List.of());
      case ENUM -> declare(name, FieldProfile.Type.TEXT, nullable, schema.getEnumSymbols());
      case RECORD -> {
        if (depth < DEEPEST) {
          addRecord(name + ".", schema, nullable, depth + 1);
        } else {
          refuse(name, "nested too deep");
        }
      }
      default -> refuse(name, "of Avro's type " + schema.getType().getName());
    }
  }

  private void declare(
      String name, FieldProfile.Type type, boolean nullable, List<String> symbols) {
    fields.put(name, new FieldProfile(name, type, nullable, symbols));
  }
}
