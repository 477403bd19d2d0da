package dev.millrace.cli.dashboard;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.data.Task;
import dev.millrace.report.SummarySample;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Metrics record with the fields that the dashboard reads.
 *
 * @param seq number of examples of the key; (key, seq) identifies a record
 * @param config hash of the pipeline's configuration, or "" where the record names none
 * @param eventTime of the last example, milliseconds since the epoch; 0 where there is none that
 *     can be true
 * @param window examples that the window holds at most
 * @param epoch pass over a bounded data set
 * @param input the last offset read of each partition
 * @param values the figures drawn over time, in the order of {@link DashboardColumns}
 * @param better true if the model, or that of each output, is better than its baselines in the
 *     window
 * @param forecast the newest forecast; null unless the model forecasts a series
 * @param json the whole line, for the parts of the page that show more
 */
record DashboardRecord(
    String pipeline,
    String key,
    long seq,
    long examples,
    Task task,
    String config,
    long eventTime,
    long window,
    @Nullable Epoch epoch,
    List<Offset> input,
    float[] values,
    @Nullable Boolean better,
    @Nullable Forecast forecast,
    String json) {

  /**
   * Pass over a bounded data set.
   *
   * @param number from 1
   * @param loss of the held-out examples of this pass so far
   */
  record Epoch(int number, float loss) {}

  /**
   * Forecast of a value that has not come; NaN for what is not known.
   *
   * @param series key without the horizon
   * @param time that it is of, milliseconds since the epoch; 0 if not known
   * @param low lower end of its interval
   * @param high upper end of its interval
   */
  record Forecast(String series, long time, float value, float low, float high) {}

  /** Offset of the last example read from a partition. */
  record Offset(String topic, int partition, long last) {}

  // Clocks may differ by that much; a time beyond it would hide all points before it.
  private static final long MAX_AHEAD_MILLIS = Duration.ofMinutes(5).toMillis();

  /** Returns the record in a line of JSON, or empty if it is something else. */
  static Optional<DashboardRecord> of(JsonNode node, String json, long nowMillis) {
    JsonNode key = node.path("key");
    JsonNode seq = node.path("seq");
    MetricsRecord record = MetricsRecord.of(node);
    Optional<Task> task = record.kind();
    boolean isMetrics =
        key.isTextual()
            && seq.isIntegralNumber()
            && seq.canConvertToLong()
            && node.path("window").isObject();
    if (!isMetrics || task.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new DashboardRecord(
            record.pipeline(),
            record.key(),
            record.seq(),
            node.path("examples").asLong(record.seq()),
            task.get(),
            record.configHash(),
            isFarOff(record.eventTime(), nowMillis) ? 0 : record.eventTime(),
            record.window().size(),
            epochOf(record),
            offsets(node.path("input")),
            DashboardColumns.of(task.get()).read(node),
            task.get().hasOutputs()
                ? allBetter(record.outputs().values())
                : record.window().scores().betterThanBaseline(),
            forecastOf(record),
            json));
  }

  /** Returns true if each output is better, false if one is not; null if that is not known. */
  private static @Nullable Boolean allBetter(Collection<MetricsRecord.Output> outputs) {
    List<@Nullable Boolean> answers = new ArrayList<>();
    outputs.forEach(output -> answers.add(output.window().scores().betterThanBaseline()));
    if (answers.contains(false)) {
      return false;
    }
    return (answers.isEmpty() || answers.contains(null)) ? null : true;
  }

  /** Returns true if a time is more than the difference of two clocks ahead. */
  static boolean isFarOff(long time, long nowMillis) {
    return time > nowMillis + MAX_AHEAD_MILLIS;
  }

  private static @Nullable Epoch epochOf(MetricsRecord record) {
    double loss = record.validation().epoch().scores().loss();
    return record.epoch() > 0 && !Double.isNaN(loss)
        ? new Epoch(record.epoch(), (float) loss)
        : null;
  }

  private static @Nullable Forecast forecastOf(MetricsRecord record) {
    MetricsRecord.Next next = record.forecast().next();
    return record.series().isEmpty()
        ? null
        : new Forecast(
            record.series(),
            next.targetTime(),
            (float) next.value(),
            (float) next.low(),
            (float) next.high());
  }

  private static List<Offset> offsets(JsonNode input) {
    List<Offset> offsets = new ArrayList<>();
    for (Map.Entry<String, JsonNode> topic : input.properties()) {
      for (Map.Entry<String, JsonNode> range : topic.getValue().properties()) {
        JsonNode last = range.getValue().path(1);
        if (range.getKey().matches("\\d{1,9}") && last.canConvertToLong()) {
          int partition = Integer.parseInt(range.getKey());
          offsets.add(new Offset(topic.getKey(), partition, last.longValue()));
        }
      }
    }
    return offsets;
  }

  DashboardColumns columns() {
    return DashboardColumns.of(task);
  }

  /** Returns the figure by which keys are ordered, the worst highest; NaN before there is one. */
  double rank() {
    return columns().rank(values);
  }

  /** Returns the values for the summary over all keys. */
  SummarySample sample() {
    DashboardColumns columns = columns();
    float loss = task.hasOutputs() ? Float.NaN : values[columns.lossColumn()];
    return new SummarySample(key, examples, loss, columns.accuracy(values), 0, false);
  }

  /** Writes the fields of the list of keys into the open object. */
  void writeSummary(JsonGenerator out) throws IOException {
    out.writeStringField("key", key);
    out.writeStringField("task", task.id());
    out.writeNumberField("seq", seq);
    out.writeNumberField("examples", examples);
    if (better != null) {
      out.writeBooleanField("better", better);
    }
    if (forecast != null) {
      out.writeStringField("series", forecast.series());
    }
    DashboardColumns columns = columns();
    for (int column : columns.listed(values)) {
      out.writeFieldName(columns.name(column));
      writeFinite(out, values[column]);
    }
  }

  /** Writes a figure, null if it is not finite. */
  static void writeFinite(JsonGenerator out, float value) throws IOException {
    if (Float.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }
}
