package dev.millrace.cli.init;

import dev.millrace.codec.SchemaComparison;
import dev.millrace.codec.SchemaComparison.Field;
import dev.millrace.codec.fields.ExampleSchema;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Printable;
import dev.millrace.input.InputSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Table of the comparison of two schemas, one line for each field. */
final class SchemaTable {
  private static final int MAX_WIDTH = 34;
  private static final String[] HEADER = {"field", "used as", "written", "read", ""};

  private SchemaTable() {}

  static List<String> lines(SchemaComparison comparison, InputSpec input) {
    Map<String, String> uses = uses(input);
    List<String[]> rows = new ArrayList<>();
    rows.add(HEADER);
    for (Field field : comparison.fields()) {
      rows.add(
          new String[] {
            field.path(),
            uses.getOrDefault(field.path(), "-"),
            shown(field.written()),
            shown(field.read()),
            outcome(field)
          });
    }
    int[] widths = new int[HEADER.length];
    for (String[] row : rows) {
      for (int c = 0; c < row.length; c++) {
        widths[c] = Math.max(widths[c], Math.min(MAX_WIDTH, row[c].length()));
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int c = 0; c < row.length; c++) {
      String cell = c == row.length - 1 ? row[c] : Printable.line(row[c], MAX_WIDTH);
      line.append(("%-" + Math.max(1, widths[c]) + "s  ").formatted(cell));
    }
    return line.toString().stripTrailing();
  }

  private static String shown(@Nullable String type) {
    return type == null ? "-" : type;
  }

  private static String outcome(Field field) {
    return switch (field.outcome()) {
      case READ -> "read";
      case PROMOTED -> "promoted";
      case DEFAULT -> "missing, the default is " + field.detail();
      case IGNORED -> "not read";
      case MISSING -> "MISSING, without a default";
      case INCOMPATIBLE -> "INCOMPATIBLE" + (field.detail() == null ? "" : ": " + field.detail());
    };
  }

  /** Returns the uses of fields in the pipeline, by path. */
  private static Map<String, String> uses(InputSpec input) {
    Map<String, String> uses = new HashMap<>();
    if (ExampleSchema.hasPaths(input)) {
      for (FeatureSpec feature : input.features()) {
        uses.put(feature.name(), feature.type().id());
      }
      put(uses, input.eventTime(), "event time");
      put(uses, input.group(), "group");
      put(uses, input.weight(), "weight");
      put(uses, input.key(), "model key");
      input.labelFields().forEach(field -> put(uses, field, "label"));
      return uses;
    }
    uses.putAll(
        Map.of(
            "ts", "event time",
            "label", "label",
            "weight", "weight",
            "features", "features",
            "missing", "features",
            "attributes", "features"));
    put(uses, input.key(), "model key");
    return uses;
  }

  private static void put(Map<String, String> uses, @Nullable String field, String use) {
    if (field != null) {
      uses.put(field, use);
    }
  }
}
