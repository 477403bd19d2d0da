package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.nn.PredictedValue;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import java.io.IOException;
import java.time.Instant;

/** Writes answers as JSON, with numbers as on the predictions topic. */
public final class AnswerJson {
  private AnswerJson() {}

  /** Writes an answer as an object. */
  public static void write(JsonGenerator json, ModelAnswer answer) throws IOException {
    json.writeStartObject();
    writeFields(json, answer);
    json.writeEndObject();
  }

  /** Writes the fields of an answer into an open object. */
  public static void writeFields(JsonGenerator json, ModelAnswer answer) throws IOException {
    json.writeStringField("key", answer.key());
    if (answer.outputs() != null) {
      PredictionJson.writeOutputs(json, answer.outputs());
    } else if (answer.task().isClassification()) {
      PredictionJson.writeClass(json, answer.classes(), Prediction.best(answer.scores()));
      PredictionJson.writeScores(json, answer.classes(), answer.scores(), answer.probabilities());
    } else {
      JsonLine.value(json, "value", PredictedValue.read(answer.scores(), 0));
    }
    RegionJson.write(json, answer.region());
    ReasonsJson.write(json, answer.reasons());
    if (answer.model() != null) {
      json.writeStringField("model", answer.model());
    }
    json.writeNumberField("model_version", answer.modelVersion());
    json.writeNumberField("examples", answer.examples());
    json.writeStringField("config_hash", answer.config());
    if (answer.derivedUntil() != null) {
      json.writeStringField(
          "derived_until", Instant.ofEpochMilli(answer.derivedUntil()).toString());
    }
  }

  /** Writes the field {@code error} into an open object. */
  public static void writeError(JsonGenerator json, String code, String message)
      throws IOException {
    json.writeObjectFieldStart("error");
    json.writeStringField("code", code);
    json.writeStringField("message", message);
    json.writeEndObject();
  }
}
