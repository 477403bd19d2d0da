package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.Millis;
import dev.millrace.codec.json.RecordJson.OrNull;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  /** Fields of events; each kind has some of them. */
  private record Fields(
      String pipeline,
      String key,
      @Millis long eventTime,
      String event,
      String detector,
      String action,
      String from,
      String to,
      String reason,
      String column,
      String id,
      long skippedSteps,
      double learningRate,
      String measure,
      @OrNull @Nullable String value,
      double reference,
      double recent) {}

  /** Returns the event of a model in a JSON value, or empty if it is something else. */
  static Optional<DashboardMark> of(JsonNode node) {
    Fields fields = RecordJson.read(node, Fields.class);
    JsonNode seq = node.path("seq");
    if (fields.event.isEmpty()
        || fields.key.isEmpty()
        || !seq.canConvertToLong()
        || !seq.isNumber()) {
      return Optional.empty();
    }
    return Optional.of(
        new DashboardMark(
            fields.pipeline,
            fields.key,
            seq.longValue(),
            fields.eventTime,
            fields.event,
            detail(fields)));
  }

  private static String detail(Fields event) {
    return switch (event.event) {
      case "skipped_steps" -> event.skippedSteps + " so far";
      case "rollback" -> "learning rate " + event.learningRate;
      case INPUT_DRIFT ->
          "%s, %s%s %s → %s"
              .formatted(
                  event.column,
                  event.measure,
                  event.value == null ? "" : " of " + event.value,
                  number(event.reference),
                  number(event.recent));
      // Of kinds that a newer job writes, too.
      default ->
          Stream.of(
                  event.detector,
                  event.action,
                  event.from,
                  event.to,
                  event.reason,
                  event.column,
                  event.id)
              .filter(text -> !text.isEmpty())
              .collect(Collectors.joining(", "));
    };
  }

  private static String number(double number) {
    return Double.isNaN(number) ? "none" : String.format(Locale.ROOT, "%.4g", number);
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
