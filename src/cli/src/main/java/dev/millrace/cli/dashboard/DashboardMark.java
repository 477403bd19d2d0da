package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;

/**
 * Record of the events topic.
 *
 * @param seq number of examples of the key
 * @param time event time of the last of them, milliseconds since the epoch
 * @param event such as {@code drift}
 * @param detail further fields as text; "" if there are none
 */
record DashboardMark(
    String pipeline, String key, long seq, long time, String event, String detail) {
  private static final String INPUT_DRIFT = "input_drift";

  /** Returns the event of a model in a JSON value, or empty if it is something else. */
  static Optional<DashboardMark> of(JsonNode node) {
    JsonNode event = node.path("event");
    JsonNode key = node.path("key");
    JsonNode seq = node.path("seq");
    if (!event.isTextual()
        || key.asText().isEmpty()
        || !seq.canConvertToLong()
        || !seq.isNumber()) {
      return Optional.empty();
    }
    return Optional.of(
        new DashboardMark(
            node.path("pipeline").asText(),
            key.textValue(),
            seq.longValue(),
            DashboardRecord.time(node.path("event_time")),
            event.textValue(),
            detail(node)));
  }

  private static String detail(JsonNode node) {
    if (node.path("event").asText().equals("skipped_steps")) {
      return node.path("skipped_steps").asText() + " so far";
    }
    if (node.path("event").asText().equals("rollback")) {
      return "learning rate " + node.path("learning_rate").asText();
    }
    if (node.path("event").asText().equals(INPUT_DRIFT)) {
      return "%s, %s %s → %s"
          .formatted(
              node.path("column").asText(),
              node.path("measure").asText() + value(node.path("value")),
              number(node.path("reference")),
              number(node.path("recent")));
    }
    // Of kinds that a newer job writes, too.
    StringBuilder detail = new StringBuilder();
    for (String field :
        new String[] {"detector", "action", "from", "to", "reason", "column", "id"}) {
      if (node.path(field).isTextual()) {
        detail.append(detail.isEmpty() ? "" : ", ").append(node.path(field).textValue());
      }
    }
    return detail.toString();
  }

  private static String value(JsonNode value) {
    return value.isTextual() ? " of " + value.textValue() : "";
  }

  private static String number(JsonNode number) {
    return number.isNumber() ? String.format(Locale.ROOT, "%.4g", number.doubleValue()) : "none";
  }

  /** Returns the characters of its texts. */
  long chars() {
    return (long) pipeline.length() + key.length() + event.length() + detail.length();
  }

  /** Returns true if the key drifts, or may drift. */
  @JsonIgnore
  boolean isDrift() {
    return event.equals("drift") || event.equals("warning") || event.equals(INPUT_DRIFT);
  }

  /** Returns true if the model started again from new weights. */
  @JsonIgnore
  boolean isReset() {
    return event.equals("reset")
        || event.equals("expired")
        || (event.equals("erased") && detail.isEmpty());
  }
}
