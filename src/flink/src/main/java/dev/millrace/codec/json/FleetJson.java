package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.FleetReport;
import dev.millrace.data.FleetReport.Spread;
import dev.millrace.data.FleetSample;
import java.io.IOException;

/** Writes summaries as JSON, one compact line each. Not thread-safe. */
public final class FleetJson {
  private final JsonLine line = new JsonLine(1024);

  /** The report in UTF-8, without a line end. */
  public byte[] encode(FleetReport report) {
    return line.encode(json -> write(json, report));
  }

  private static void write(JsonGenerator json, FleetReport report) throws IOException {
    json.writeStartObject();
    json.writeStringField("pipeline", report.pipeline());
    JsonLine.time(json, "time", report.time());
    json.writeNumberField("keys", report.keys());
    json.writeNumberField("active", report.active());
    json.writeNumberField("examples", report.examples());
    write(json, "accuracy", report.accuracy());
    write(json, "loss", report.loss());
    json.writeObjectFieldStart("drifting");
    json.writeNumberField("count", report.drifting());
    json.writeArrayFieldStart("keys");
    for (String key : report.driftingKeys()) {
      json.writeString(key);
    }
    json.writeEndArray();
    json.writeEndObject();
    json.writeArrayFieldStart("worst");
    for (FleetSample sample : report.worst()) {
      json.writeStartObject();
      json.writeStringField("key", sample.key());
      json.writeNumberField("examples", sample.examples());
      JsonLine.number(json, "loss", sample.loss());
      JsonLine.number(json, "accuracy", sample.accuracy());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("config_hash", report.config());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, Spread spread) throws IOException {
    if (spread == null) {
      json.writeNullField(name);
      return;
    }
    json.writeObjectFieldStart(name);
    JsonLine.number(json, "mean", spread.mean());
    JsonLine.number(json, "min", spread.least());
    JsonLine.number(json, "p10", spread.p10());
    JsonLine.number(json, "p50", spread.p50());
    JsonLine.number(json, "p90", spread.p90());
    JsonLine.number(json, "max", spread.greatest());
    json.writeEndObject();
  }
}
