package dev.millrace;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.PublicApi;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.jspecify.annotations.Nullable;

/**
 * The prediction for one example, made before the model learned from it.
 *
 * @param key model key
 * @param id of the example; null if it has none
 * @param seq number of the example among those of its key, from 1; 0 if its label comes later, and
 *     no second row follows then
 * @param eventTime of the example, milliseconds since the epoch
 * @param predictedClass null before the first label, and for regression
 * @param probabilities of the classes known so far; empty for regression
 * @param predictedValue NaN before the first label, and for classification
 * @param low lower end of the interval around the value, with output.interval; NaN without one
 * @param high its upper end
 * @param classSet set of classes, with output.interval; empty without one
 * @param reasons contributions of the columns that moved the prediction most, with output.reasons;
 *     empty without them
 * @param actualClass null if it is not known yet, and for regression
 * @param actualValue NaN if it is not known yet, and for classification
 * @param heldOut true if the model does not learn from the example
 * @param model name of the champion; null for a pipeline with one model
 * @param modelVersion steps that the model's weights had taken
 */
@PublicApi
public record PredictionRow(
    String key,
    @Nullable String id,
    long seq,
    long eventTime,
    @Nullable String predictedClass,
    Map<String, Double> probabilities,
    double predictedValue,
    double low,
    double high,
    List<String> classSet,
    Map<String, Double> reasons,
    @Nullable String actualClass,
    double actualValue,
    boolean heldOut,
    @Nullable String model,
    long modelVersion) {

  /** Returns the row of an example that cannot be predicted. */
  static PredictionRow none(String key, @Nullable String id, long eventTime) {
    return new PredictionRow(
        key,
        id,
        0,
        eventTime,
        null,
        Map.of(),
        Double.NaN,
        Double.NaN,
        Double.NaN,
        List.of(),
        Map.of(),
        null,
        Double.NaN,
        false,
        null,
        0);
  }

  /** The type of the rows in a stream. */
  public static final TypeInformation<PredictionRow> TYPE =
      Types.POJO(
          PredictionRow.class,
          Map.ofEntries(
              Map.entry("key", Types.STRING),
              Map.entry("id", Types.STRING),
              Map.entry("seq", Types.LONG),
              Map.entry("eventTime", Types.LONG),
              Map.entry("predictedClass", Types.STRING),
              Map.entry("probabilities", Types.MAP(Types.STRING, Types.DOUBLE)),
              Map.entry("predictedValue", Types.DOUBLE),
              Map.entry("low", Types.DOUBLE),
              Map.entry("high", Types.DOUBLE),
              Map.entry("classSet", Types.LIST(Types.STRING)),
              Map.entry("reasons", Types.MAP(Types.STRING, Types.DOUBLE)),
              Map.entry("actualClass", Types.STRING),
              Map.entry("actualValue", Types.DOUBLE),
              Map.entry("heldOut", Types.BOOLEAN),
              Map.entry("model", Types.STRING),
              Map.entry("modelVersion", Types.LONG)));

  /**
   * Returns the row of a record of the predictions.
   *
   * @throws IOException if the record is not a prediction
   */
  public static PredictionRow of(OutputRecord prediction) throws IOException {
    JsonNode json = RowJson.parse(prediction.value());
    return of(json, json.path("id").textValue(), RowJson.eventTime(json));
  }

  /**
   * Returns the row of a prediction in JSON.
   *
   * @param eventTime milliseconds since the epoch; below 0 if there is none
   */
  static PredictionRow of(JsonNode json, @Nullable String id, long eventTime) {
    JsonNode interval = json.path("interval");
    List<String> classSet = new ArrayList<>();
    json.at("/set/classes").forEach(name -> classSet.add(name.asText()));
    JsonNode actual = json.path("actual");
    return new PredictionRow(
        json.path("key").asText(),
        id,
        json.path("seq").asLong(),
        eventTime,
        json.path("class").textValue(),
        RowJson.numbers(json.path("probabilities")),
        RowJson.number(json.path("value")),
        RowJson.number(interval.path("low")),
        RowJson.number(interval.path("high")),
        classSet,
        RowJson.numbers(json.at("/reasons/columns")),
        actual.textValue(),
        RowJson.number(actual),
        json.path("held_out").asBoolean(),
        json.path("model").textValue(),
        json.path("model_version").asLong());
  }
}
