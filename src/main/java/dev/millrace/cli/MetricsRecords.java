package dev.millrace.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Reads values of the metrics topic, which anyone may write to. */
final class MetricsRecords {
  private static final ObjectMapper JSON = new ObjectMapper();

  private MetricsRecords() {}

  /** The record, or nothing if the text is not a JSON object with a key. */
  static Optional<JsonNode> parse(String text) {
    try {
      JsonNode record = JSON.readTree(text);
      return record != null && record.path("key").isTextual()
          ? Optional.of(record)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
