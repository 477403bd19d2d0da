package dev.millrace;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.RecordJson;
import dev.millrace.codec.json.RecordJson.Millis;
import dev.millrace.data.PublicApi;
import java.io.IOException;
import java.util.Map;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;

/**
 * The metrics of one key after one of its examples.
 *
 * @param key model key; for one of several outputs {@code KEY@OUTPUT}
 * @param seq number of examples of the key, including held-out ones
 * @param examples number of examples learned
 * @param eventTime of the last example, milliseconds since the epoch
 * @param task such as {@code binary} or {@code regression}
 * @param modelVersion steps that the model's weights had taken
 * @param scores all numbers that exist, by the names of {@code docs/reference/records.md}, such as
 *     {@code window.accuracy}, {@code total.mae} or {@code baseline.majority.total.accuracy}
 */
@PublicApi
public record MetricsRow(
    String key,
    long seq,
    long examples,
    @Millis long eventTime,
    String task,
    long modelVersion,
    Map<String, Double> scores) {

  /** The type of the rows in a stream. */
  public static final TypeInformation<MetricsRow> TYPE = RowJson.type(MetricsRow.class);

  /** Returns the reader of such rows. */
  static MapFunction<OutputRecord, MetricsRow> reader() {
    return MetricsRow::of;
  }

  /**
   * Returns the row of a record of the metrics.
   *
   * @throws IOException if the record is not one
   */
  public static MetricsRow of(OutputRecord metrics) throws IOException {
    ObjectNode json = RowJson.parse(metrics.value());
    json.set("scores", RowJson.numbers(json));
    return RecordJson.read(json, MetricsRow.class);
  }

  /**
   * Returns a score; NaN if it does not exist, or not yet, so that no comparison with it is true.
   *
   * @param name such as {@code window.accuracy}
   */
  public double score(String name) {
    return scores.getOrDefault(name, Double.NaN);
  }
}
