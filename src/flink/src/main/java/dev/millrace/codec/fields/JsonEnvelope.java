package dev.millrace.codec.fields;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.DeadLetterReason;
import java.util.Iterator;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Unwraps the objects that Kafka Connect, Debezium and CloudEvents put around the fields of a
 * record. An object is unwrapped only if it has exactly the shape that these write.
 *
 * @param fields object with the fields; null if the record deletes a row
 * @param around object around the fields, with fields of its own such as the id of a CloudEvent; a
 *     missing node if there is none
 */
public record JsonEnvelope(@Nullable JsonNode fields, JsonNode around) {
  /** Outermost names by which a pipeline addresses the envelope itself, as in after.amount. */
  static final Set<String> PARTS = Set.of("payload", "after", "before", "data");

  /** Field of {@code ExtractNewRecordState} with delete.tombstone.handling.mode=rewrite. */
  static final String DELETED = "__deleted";

  private static final JsonNode NONE = MissingNode.getInstance();
  private static final Set<String> CHANGE =
      Set.of("before", "after", "op", "source", "ts_ms", "ts_us", "ts_ns", "transaction");

  /**
   * Unwraps a record.
   *
   * @throws RejectedException if the envelope has no object with fields
   */
  public static JsonEnvelope unwrap(JsonNode record) throws RejectedException {
    boolean isConnect = isOfConnect(record);
    JsonNode inner = isConnect ? record.get("payload") : record;
    if (isConnect && inner.isNull()) {
      return new JsonEnvelope(null, NONE);
    }
    if (isConnect && !inner.isObject()) {
      throw rejected(
          "the payload of Kafka Connect's JSON is not an object; fields need a converter of"
              + " structs, such as JsonConverter");
    }
    if (isChange(inner)) {
      return ofChange(inner);
    }
    if (isCloudEvent(inner)) {
      return ofCloudEvent(inner);
    }
    JsonNode deleted = inner.get(DELETED);
    boolean isDeleted = deleted != null && deleted.asText().equals("true");
    return new JsonEnvelope(isDeleted ? null : inner, NONE);
  }

  /** JsonConverter with schemas.enable: the schema is null for values without one. */
  private static boolean isOfConnect(JsonNode record) {
    if (record.size() != 2 || !record.has("payload")) {
      return false;
    }
    JsonNode schema = record.get("schema");
    return schema != null && (schema.isNull() || schema.path("type").isTextual());
  }

  /** Debezium's change event, or that of Flink's format debezium-json. */
  private static boolean isChange(JsonNode object) {
    JsonNode op = object.get("op");
    if (op == null || op.asText().length() != 1 || !(object.has("after") || object.has("before"))) {
      return false;
    }
    for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
      if (!CHANGE.contains(names.next())) {
        return false;
      }
    }
    return true;
  }

  private static JsonEnvelope ofChange(JsonNode change) throws RejectedException {
    String op = change.path("op").asText();
    if (op.equals("d") || op.equals("t")) {
      return new JsonEnvelope(null, change); // of one row, or of all
    }
    JsonNode after = change.path("after");
    if (after.isObject()) {
      return new JsonEnvelope(after, change);
    }
    if (after.isTextual()) {
      throw rejected(
          "after of the Debezium change is a text, as the MongoDB connector writes it; add the"
              + " transform io.debezium.connector.mongodb.transforms.ExtractNewDocumentState");
    }
    throw rejected("the Debezium change with op " + op + " has no row in after");
  }

  /** Structured mode of CloudEvents 1.0: the attributes that each event has. */
  private static boolean isCloudEvent(JsonNode object) {
    return object.path("specversion").isTextual()
        && object.has("id")
        && object.has("source")
        && object.has("type");
  }

  private static JsonEnvelope ofCloudEvent(JsonNode event) throws RejectedException {
    JsonNode data = event.path("data");
    if (!data.isObject()) {
      throw rejected(
          "the CloudEvent has no object as data"
              + (event.has("data_base64") ? ", but data_base64" : "")
              + "; send JSON with datacontenttype application/json, or use binary mode");
    }
    return new JsonEnvelope(data, event);
  }

  private static RejectedException rejected(String message) {
    return new RejectedException(DeadLetterReason.MALFORMED_RECORD, message);
  }
}
