package dev.millrace.cli.models;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.Terminal;
import dev.millrace.prequential.key.ModelSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Formats models as text. */
public final class ModelLines {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_KEY = 40;
  private static final int MAX_CLASSES = 40;

  private ModelLines() {}

  /** Returns a header and a row for each model. */
  static List<String> table(Collection<ModelSnapshot> models) {
    int width = "key".length();
    for (ModelSnapshot model : models) {
      String key = Terminal.printable(model.key(), MAX_KEY);
      width = Math.max(width, key.codePointCount(0, key.length()));
    }
    String row = "%-" + width + "s %12s %12s %10s  %s";
    List<String> lines = new ArrayList<>();
    lines.add(String.format(Locale.ROOT, row, "key", "examples", "steps", "bytes", "learns"));
    for (ModelSnapshot model : models) {
      lines.add(
          String.format(
              Locale.ROOT,
              row,
              Terminal.printable(model.key(), MAX_KEY),
              count(model.learner().examples()),
              count(model.learner().steps()),
              count(model.size()),
              learns(model, MAX_CLASSES)));
    }
    return lines;
  }

  /** Returns all fields of one model, a line each. */
  static List<String> details(ModelSnapshot model) {
    return List.of(
        line("key", Terminal.printable(model.key(), 1_000)),
        line("pipeline", known(model.pipeline()) + ", config " + known(model.config())),
        line("learns", learns(model, 1_000)),
        line("features", features(model)),
        line("examples", count(model.learner().examples())),
        line(
            "steps",
            count(model.learner().steps())
                + ", "
                + count(model.learner().skippedSteps())
                + " skipped, "
                + count(model.learner().clippedSteps())
                + " clipped, "
                + Plural.of(model.learner().rollbacks(), "rollback")),
        line("model", Terminal.printable(model.learner().shape(), 1_000)),
        line("bytes", count(model.size())));
  }

  /** Returns one model as a JSON object with the field names of metrics records. */
  public static String json(ModelSnapshot model) {
    ObjectNode json = JSON.createObjectNode();
    json.put("pipeline", model.pipeline());
    json.put("key", model.key());
    json.put("task", model.task().id());
    json.put("examples", model.learner().examples());
    json.put("model_version", model.learner().steps());
    json.put("skipped_steps", model.learner().skippedSteps());
    json.put("clipped_steps", model.learner().clippedSteps());
    json.put("rollbacks", model.learner().rollbacks());
    json.put("features", model.learner().numbers());
    if (!model.learner().ids().isEmpty()) {
      json.put("id_columns", model.learner().ids().columns().size());
    }
    model.classes().forEach(json.putArray("classes")::add);
    json.put("model", model.learner().shape());
    json.put("bytes", model.size());
    json.put("config_hash", model.config());
    return json.toString();
  }

  private static String features(ModelSnapshot model) {
    int columns = model.learner().ids().columns().size();
    String numbers = count(model.learner().numbers());
    return columns == 0 ? numbers : numbers + ", " + Plural.of(columns, "column") + " of ids";
  }

  private static String line(String name, String value) {
    return String.format(Locale.ROOT, "%-9s %s", name, value);
  }

  private static String known(@Nullable String value) {
    return value == null ? "unknown" : Terminal.printable(value, 100);
  }

  private static String learns(ModelSnapshot model, int width) {
    if (!model.task().isClassification()) {
      return model.task().id();
    }
    String names =
        model.classes().stream()
            .map(name -> Terminal.printable(name, width))
            .collect(Collectors.joining(" "));
    return "%s: %s"
        .formatted(
            Plural.of(model.classes().size(), "class", "classes"),
            Terminal.printable(names, width));
  }

  private static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }
}
