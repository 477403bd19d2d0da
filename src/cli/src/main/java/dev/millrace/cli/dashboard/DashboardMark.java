package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Optional;

/**
 * A record of the events topic: what happened to the model of a key.
 *
 * @param seq examples of the key by then
 * @param time event time of the last of them, milliseconds since the epoch
 * @param event such as {@code drift}
 * @param detail what else it says, in words; "" if nothing
 */
record DashboardMark(
    String pipeline, String key, long seq, long time, String event, String detail) {

  /** The event in a JSON value, or empty when that is anything else. */
  static Optional<DashboardMark> of(JsonNode node) {
    JsonNode event = node.path("event");
    JsonNode key = node.path("key");
    JsonNode seq = node.path("seq");
    if (!event.isTextual() || !key.isTextual() || !seq.canConvertToLong() || !seq.isNumber()) {
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
    // Of whatever kind: those that come to be one day as well.
    StringBuilder detail = new StringBuilder();
    for (String field : new String[] {"detector", "action", "from", "to", "reason"}) {
      if (node.path(field).isTextual()) {
        detail.append(detail.isEmpty() ? "" : ", ").append(node.path(field).textValue());
      }
    }
    return detail.toString();
  }

  /** Returns the characters of its texts. */
  long chars() {
    return (long) pipeline.length() + key.length() + event.length() + detail.length();
  }

  /** Whether the stream of the key changes, or may. */
  boolean isDrift() {
    return event.equals("drift") || event.equals("warning");
  }

  /** Whether the model began anew. */
  boolean isReset() {
    return event.equals("reset") || event.equals("expired");
  }

  void write(JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("key", key);
    out.writeNumberField("seq", seq);
    out.writeNumberField("time", time);
    out.writeStringField("event", event);
    out.writeStringField("detail", detail);
    out.writeEndObject();
  }
}
