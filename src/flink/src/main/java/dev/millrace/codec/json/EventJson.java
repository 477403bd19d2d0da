package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.KebabCase;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.ModelEvent.ChampionChanged;
import dev.millrace.report.ModelEvent.Drift;
import dev.millrace.report.ModelEvent.Erased;
import dev.millrace.report.ModelEvent.Erasure;
import dev.millrace.report.ModelEvent.Expired;
import dev.millrace.report.ModelEvent.InputDrift;
import dev.millrace.report.ModelEvent.Reset;
import dev.millrace.report.ModelEvent.RolledBack;
import dev.millrace.report.ModelEvent.SkippedSteps;
import dev.millrace.report.ModelEvent.Warning;
import dev.millrace.report.ModelEvent.What;
import java.io.IOException;

/** Writes events as JSON, one compact line each. Not thread-safe. */
public final class EventJson {

  private final JsonLine line = new JsonLine(256);

  /** Returns the event in UTF-8, without a line end. */
  public byte[] encode(ModelEvent event) {
    return line.encode(json -> write(json, event));
  }

  private static void write(JsonGenerator json, ModelEvent event) throws IOException {
    json.writeStartObject();
    json.writeStringField("pipeline", event.pipeline());
    json.writeStringField("key", event.key());
    json.writeNumberField("seq", event.seq());
    JsonLine.time(json, "event_time", event.eventTime());
    write(json, event.what());
    json.writeNumberField("model_version", event.modelVersion());
    json.writeStringField("config_hash", event.config());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, What what) throws IOException {
    if (what instanceof Warning warning) {
      json.writeStringField("event", "warning");
      json.writeStringField("detector", warning.detector());
    } else if (what instanceof Drift drift) {
      json.writeStringField("event", "drift");
      json.writeStringField("detector", drift.detector());
      json.writeStringField("action", drift.action());
      json.writeNumberField("drifts", drift.count());
    } else if (what instanceof InputDrift drift) {
      write(json, drift);
    } else if (what instanceof SkippedSteps skipped) {
      json.writeStringField("event", "skipped_steps");
      json.writeNumberField("skipped_steps", skipped.count());
    } else if (what instanceof RolledBack rolledBack) {
      json.writeStringField("event", "rollback");
      json.writeNumberField("rollbacks", rolledBack.count());
      JsonLine.number(json, "learning_rate", rolledBack.learningRate());
    } else if (what instanceof Expired) {
      json.writeStringField("event", "expired");
    } else if (what instanceof Reset reset) {
      json.writeStringField("event", "reset");
      json.writeStringField("reason", reset.reason());
    } else if (what instanceof ChampionChanged changed) {
      write(json, changed);
    } else if (what instanceof Erased erased) {
      write(json, erased);
    } else if (what instanceof Erasure erasure) {
      write(json, erasure);
    }
  }

  private static void write(JsonGenerator json, InputDrift drift) throws IOException {
    json.writeStringField("event", "input_drift");
    json.writeStringField("column", drift.column());
    JsonLine.number(json, "score", drift.score());
    json.writeStringField("measure", KebabCase.of(drift.measure()));
    if (drift.measure() == InputDrift.Measure.SHARE) {
      json.writeStringField("value", drift.value());
    }
    JsonLine.number(json, "reference", drift.reference());
    JsonLine.number(json, "recent", drift.recent());
    json.writeNumberField("records", drift.records());
  }

  private static void write(JsonGenerator json, ChampionChanged changed) throws IOException {
    json.writeStringField("event", "champion_changed");
    json.writeStringField("from", changed.from());
    json.writeStringField("to", changed.to());
    json.writeStringField("reason", KebabCase.of(changed.reason()));
    JsonLine.number(json, "from_loss", changed.fromLoss());
    JsonLine.number(json, "to_loss", changed.toLoss());
    JsonLine.number(json, "p_value", changed.pValue());
  }

  private static void write(JsonGenerator json, Erased erased) throws IOException {
    json.writeStringField("event", "erased");
    if (erased.column() != null && erased.id() != null) {
      json.writeStringField("column", erased.column());
      json.writeStringField("id", erased.id());
    }
    json.writeNumberField("ids", erased.ids());
    json.writeNumberField("pending", erased.pending());
    JsonLine.time(json, "until", erased.until());
  }

  private static void write(JsonGenerator json, Erasure erasure) throws IOException {
    json.writeStringField("event", "erasure");
    json.writeStringField("column", erasure.column());
    json.writeStringField("id", erasure.id());
    json.writeNumberField("keys", erasure.keys());
    json.writeNumberField("ids", erasure.ids());
    json.writeNumberField("pending", erasure.pending());
    JsonLine.time(json, "until", erasure.until());
    json.writeNumberField("subtask", erasure.subtask());
    json.writeNumberField("subtasks", erasure.subtasks());
  }
}
