package dev.millrace;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.At;
import dev.millrace.codec.json.RecordJson.Millis;
import dev.millrace.codec.json.RecordJson.OrNull;
import dev.millrace.data.PublicApi;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
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
 * @param examples that the model had learned
 */
@PublicApi
public record PredictionRow(
    String key,
    @OrNull @Nullable String id,
    long seq,
    @Millis long eventTime,
    @At("/class") @OrNull @Nullable String predictedClass,
    Map<String, Double> probabilities,
    @At("/value") double predictedValue,
    @At("/interval/low") double low,
    @At("/interval/high") double high,
    @At("/set/classes") List<String> classSet,
    @At("/reasons/columns") Map<String, Double> reasons,
    @At("/actual") @OrNull @Nullable String actualClass,
    @At("/actual") double actualValue,
    boolean heldOut,
    @OrNull @Nullable String model,
    long modelVersion,
    long examples) {

  /** The type of the rows in a stream. */
  public static final TypeInformation<PredictionRow> TYPE = RowJson.type(PredictionRow.class);

  /** Returns the reader of such rows. */
  static MapFunction<OutputRecord, PredictionRow> reader() {
    return PredictionRow::of;
  }

  /**
   * Returns the row of a record of the predictions.
   *
   * @throws IOException if the record is not a prediction
   */
  public static PredictionRow of(OutputRecord prediction) throws IOException {
    return RecordJson.read(RowJson.parse(prediction.value()), PredictionRow.class);
  }

  /**
   * Returns the row of a prediction. Sets {@code id} and {@code event_time} in its JSON.
   *
   * @param eventTime milliseconds since the epoch; below 0 if there is none
   */
  static PredictionRow of(ObjectNode json, @Nullable String id, long eventTime) {
    json.put("id", id);
    json.put("event_time", eventTime);
    return RecordJson.read(json, PredictionRow.class);
  }

  /** Returns the row of an example that cannot be predicted. */
  static PredictionRow none(String key, @Nullable String id, long eventTime) {
    return of(JsonNodeFactory.instance.objectNode().put("key", key), id, eventTime);
  }
}
