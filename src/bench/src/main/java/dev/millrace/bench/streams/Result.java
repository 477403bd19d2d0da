package dev.millrace.bench.streams;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Scores and costs of a learner on a stream.
 *
 * @param score accuracy, or mean absolute error
 * @param logLoss NaN if the learner gives no probabilities
 * @param first score on the first rows
 * @param curve score on each tenth of the rows
 * @param rate records per second of processor time
 * @param bytes of the model in memory
 * @param ramHours gibibytes of the model by hours
 */
record Result(
    Run run,
    boolean isOfClasses,
    double score,
    double logLoss,
    double first,
    List<Double> curve,
    double rate,
    double bytes,
    double ramHours) {

  /**
   * Identity of a run.
   *
   * @param rows number of rows
   * @param checksum of the rows
   */
  record Run(String stream, String learner, int seed, int rows, long checksum) {}

  /** Returns one line of JSON. */
  String toJson() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("stream", run.stream());
    json.put("learner", run.learner());
    json.put("seed", run.seed());
    json.put("rows", run.rows());
    json.put("checksum", run.checksum());
    json.put("task", isOfClasses ? "classes" : "values");
    put(json, "score", score);
    put(json, "log_loss", logLoss);
    put(json, "first", first);
    ArrayNode points = json.putArray("curve");
    curve.forEach(points::add);
    put(json, "records_per_s", rate);
    put(json, "bytes", bytes);
    put(json, "ram_hours", ramHours);
    return json.toString();
  }

  private static void put(ObjectNode json, String name, double value) {
    json.put(name, Double.isFinite(value) ? (Double) value : null);
  }

  /** Returns the result of a line of JSON. */
  static Result of(JsonNode json) {
    List<Double> curve = new ArrayList<>();
    json.path("curve").forEach(point -> curve.add(point.asDouble()));
    return new Result(
        new Run(
            json.path("stream").asText(),
            json.path("learner").asText(),
            json.path("seed").asInt(),
            json.path("rows").asInt(),
            json.path("checksum").asLong()),
        json.path("task").asText().equals("classes"),
        json.path("score").asDouble(Double.NaN),
        json.path("log_loss").asDouble(Double.NaN),
        json.path("first").asDouble(Double.NaN),
        List.copyOf(curve),
        json.path("records_per_s").asDouble(Double.NaN),
        json.path("bytes").asDouble(Double.NaN),
        json.path("ram_hours").asDouble(Double.NaN));
  }
}
