package dev.millrace;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.Millis;
import dev.millrace.data.PublicApi;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * An event of a model, such as a drift or a promotion.
 *
 * @param key model key; empty if the event is about all keys
 * @param seq number of examples of the key so far
 * @param eventTime of the last of them, milliseconds since the epoch
 * @param event name of the event in {@code docs/reference/records.md}, such as {@code drift}
 * @param details fields of this kind of event, as texts: {@code detector} and {@code action} of a
 *     drift, for example
 * @param modelVersion steps that the model's weights had taken
 */
@PublicApi
public record EventRow(
    String key,
    long seq,
    @Millis long eventTime,
    String event,
    Map<String, String> details,
    long modelVersion) {

  /** The type of the rows in a stream. */
  public static final TypeInformation<EventRow> TYPE = RowJson.type(EventRow.class);

  /** Fields of every event. */
  private static final List<String> COMMON =
      List.of("pipeline", "key", "seq", "event_time", "event", "model_version", "config_hash");

  /** Returns the reader of such rows. */
  static MapFunction<OutputRecord, EventRow> reader() {
    return EventRow::of;
  }

  /**
   * Returns the row of a record of the events.
   *
   * @throws IOException if the record is not one
   */
  public static EventRow of(OutputRecord event) throws IOException {
    ObjectNode json = RowJson.parse(event.value());
    ObjectNode details = json.objectNode();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!COMMON.contains(field.getKey()) && !field.getValue().isNull()) {
        details.put(field.getKey(), field.getValue().asText());
      }
    }
    json.set("details", details);
    return RecordJson.read(json, EventRow.class);
  }
}
