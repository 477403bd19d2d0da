package dev.millrace.codec.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.Forecast;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import dev.millrace.report.PublishedField;
import java.io.IOException;
import java.util.List;

/**
 * Writes predictions as JSON, one compact line each; equal predictions give equal bytes on every
 * JDK. Not thread-safe.
 */
public final class PredictionJson {

  private static final String IN_SET = "1";

  private final JsonLine line = new JsonLine(512);

  /** Returns the prediction in UTF-8, without a line end. */
  public byte[] encode(Prediction prediction) {
    return line.encode(json -> write(json, prediction));
  }

  private static void write(JsonGenerator json, Prediction prediction) throws IOException {
    json.writeStartObject();
    json.writeStringField("pipeline", prediction.pipeline());
    json.writeStringField("key", prediction.key());
    Forecast forecast = prediction.forecast();
    if (forecast != null) {
      json.writeStringField("series", forecast.series());
      json.writeStringField("horizon", forecast.horizon());
    }
    if (prediction.id() != null) {
      json.writeStringField("id", prediction.id());
    }
    if (prediction.seq() > 0) {
      json.writeNumberField("seq", prediction.seq());
    }
    if (prediction.partition() >= 0) {
      json.writeNumberField("partition", prediction.partition());
      json.writeNumberField("offset", prediction.offset());
    }
    JsonLine.time(json, "event_time", prediction.eventTime());
    if (forecast != null && forecast.targetTime() == Forecast.UNKNOWN_TIME) {
      json.writeNullField("target_time");
    } else if (forecast != null) {
      JsonLine.time(json, "target_time", forecast.targetTime());
    }
    write(json, prediction.outcome());
    RegionJson.write(json, prediction.region());
    ReasonsJson.write(json, prediction.reasons());
    for (PublishedField field : PublishedField.of(Prediction.class)) {
      Object value = field.valueOf(prediction);
      if (value != null) {
        json.writeObjectField(field.name(), value);
      }
    }
    json.writeEndObject();
  }

  /** Writes what was predicted, and the actual label if it is known. */
  static void write(JsonGenerator json, Outcome prediction) throws IOException {
    if (prediction instanceof OfClass outcome) {
      write(json, outcome);
    } else if (prediction instanceof OfValue outcome) {
      JsonLine.value(json, "value", outcome.value());
      if (!Double.isNaN(outcome.actual())) {
        JsonLine.number(json, "actual", outcome.actual());
      }
    } else if (prediction instanceof OfOutputs outcome) {
      writeOutputs(json, outcome);
    }
  }

  private static void write(JsonGenerator json, OfClass outcome) throws IOException {
    writeClass(json, outcome.classes(), outcome.predicted());
    if (outcome.actual() != null) {
      json.writeStringField("actual", outcome.actual());
    }
    writeScores(json, outcome.classes(), outcome.scores(), outcome.probabilities());
  }

  /**
   * Writes the predicted class, null before the first class is known.
   *
   * @param predicted index of the class, or -1
   */
  static void writeClass(JsonGenerator json, List<String> classes, int predicted)
      throws IOException {
    if (predicted < 0) {
      json.writeNullField("class");
    } else {
      json.writeStringField("class", classes.get(predicted));
    }
  }

  /** Writes the score of each class. */
  static void writeScores(
      JsonGenerator json, List<String> classes, float[] scores, boolean probabilities)
      throws IOException {
    json.writeObjectFieldStart(probabilities ? "probabilities" : "scores");
    for (int c = 0; c < scores.length; c++) {
      JsonLine.number(json, classes.get(c), scores[c]);
    }
    json.writeEndObject();
  }

  /**
   * Writes the fields {@code labels}, {@code actual} and {@code probabilities} of a set of labels,
   * else {@code outputs}.
   */
  static void writeOutputs(JsonGenerator json, OfOutputs outcome) throws IOException {
    if (outcome.labels() == null) {
      json.writeObjectFieldStart("outputs");
      for (NamedOutcome output : outcome.outputs()) {
        json.writeObjectFieldStart(output.name());
        write(json, output.outcome());
        RegionJson.write(json, output.region());
        json.writeEndObject();
      }
      json.writeEndObject();
      return;
    }
    write(json, "labels", outcome.labels());
    if (outcome.actual() != null) {
      write(json, "actual", outcome.actual());
    }
    boolean areProbabilities =
        outcome.outputs().stream()
            .allMatch(each -> !(each.outcome() instanceof OfClass of) || of.probabilities());
    json.writeObjectFieldStart(areProbabilities ? "probabilities" : "scores");
    for (NamedOutcome output : outcome.outputs()) {
      if (output.outcome() instanceof OfClass label) {
        JsonLine.number(json, output.name(), scoreInSet(label));
      }
    }
    json.writeEndObject();
  }

  /** Returns the score of being in the set; NaN before the first example, and 0 if none was. */
  private static float scoreInSet(OfClass label) {
    if (label.scores().length == 0) {
      return Float.NaN;
    }
    int place = label.classes().indexOf(IN_SET);
    return place < 0 || place >= label.scores().length ? 0 : label.scores()[place];
  }

  private static void write(JsonGenerator json, String field, List<String> names)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String name : names) {
      json.writeString(name);
    }
    json.writeEndArray();
  }
}
