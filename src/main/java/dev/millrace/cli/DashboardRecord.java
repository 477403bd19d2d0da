package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Task;
import java.io.IOException;
import java.util.Optional;

/**
 * One line of the metrics topic, as far as the dashboard reads it.
 *
 * @param seq examples of the key when the record was made; (key, seq) identifies a record
 * @param config hash of the pipeline's configuration, or "" where the record names none
 * @param values the figures drawn over time, in the order of {@link DashboardColumns}
 * @param json the whole line, for the parts of the page that show more
 */
record DashboardRecord(
    String pipeline,
    String key,
    long seq,
    long examples,
    Task task,
    String config,
    float[] values,
    String json) {

  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** The record in a line of JSON, or empty when the line is anything else. */
  static Optional<DashboardRecord> parse(String line) {
    if (line == null) {
      return Optional.empty();
    }
    try {
      return of(MAPPER.readTree(line), line.strip());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  private static Optional<DashboardRecord> of(JsonNode node, String json) {
    JsonNode key = node.path("key");
    JsonNode seq = node.path("seq");
    Optional<Task> task = taskOf(node.path("task").asText());
    boolean isMetrics =
        key.isTextual()
            && seq.isIntegralNumber()
            && seq.canConvertToLong()
            && node.path("window").isObject();
    if (!isMetrics || task.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DashboardRecord(
            node.path("pipeline").asText(),
            key.textValue(),
            seq.longValue(),
            node.path("examples").asLong(seq.longValue()),
            task.get(),
            node.path("config").asText(),
            DashboardColumns.of(task.get()).read(node),
            json));
  }

  private static Optional<Task> taskOf(String name) {
    for (Task task : Task.values()) {
      if (task.id().equals(name)) {
        return Optional.of(task);
      }
    }
    return Optional.empty();
  }

  DashboardColumns columns() {
    return DashboardColumns.of(task);
  }

  /** Windowed loss, or NaN before there is one. */
  float loss() {
    return values[columns().lossColumn()];
  }

  /** Writes key, task, seq, examples and every figure as fields of the object that is open. */
  void writeSummary(JsonGenerator out) throws IOException {
    out.writeStringField("key", key);
    out.writeStringField("task", task.id());
    out.writeNumberField("seq", seq);
    out.writeNumberField("examples", examples);
    for (int i = 0; i < values.length; i++) {
      out.writeFieldName(columns().name(i));
      writeFinite(out, values[i]);
    }
  }

  /** JSON has no NaN: a figure that does not exist is null. */
  static void writeFinite(JsonGenerator out, float value) throws IOException {
    if (Float.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }
}
