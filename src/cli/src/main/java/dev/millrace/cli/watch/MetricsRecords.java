package dev.millrace.cli.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** Parses values of the metrics topic, which anyone may write to. */
public final class MetricsRecords {
  // Commands pass records on as they are.
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Field of every metrics record. */
  static final String MARK = "key";

  private MetricsRecords() {}

  /** Returns the record, empty if the text is not one JSON object with a key. */
  public static Optional<JsonNode> parse(String text) {
    return parse(text, MARK);
  }

  /** Returns the record, empty if the text is not one JSON object with a text in a field. */
  public static Optional<JsonNode> parse(String text, String mark) {
    try {
      JsonNode record = JSON.readTree(text);
      return record != null && record.path(mark).isTextual()
          ? Optional.of(record)
          : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
