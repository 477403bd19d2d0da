package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.SummaryJson;
import dev.millrace.report.SummarySample;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last sample of each key of a pipeline, and emits their summary every few seconds in
 * which samples arrive. It depends on processing time, unlike metrics records.
 *
 * <p>Its key is the pipeline's name, so that one subtask has all samples.
 */
public final class SummaryFunction
    extends KeyedProcessFunction<String, SummarySample, OutputRecord> {
  private static final long serialVersionUID = 1L;

  /** Name of the keyed state; never changes. */
  static final String STATE_NAME = "summary";

  /** Time between two reports. */
  static final long PERIOD_MILLIS = 5_000;

  /** A key that was reported within this time counts as active, one that drifted as drifting. */
  static final long RECENT_MILLIS = 60_000;

  /**
   * State of a key.
   *
   * @param seen processing time of its last sample
   * @param drifted processing time at which its count of drifts last grew; 0 if never
   * @param inputDrifted the same of drifts of its input
   */
  public record Entry(
      long examples,
      double loss,
      double accuracy,
      long seen,
      long drifts,
      boolean warned,
      long drifted,
      long inputDrifts,
      @Nullable String driftedColumn,
      long inputDrifted)
      implements Serializable {

    private Entry(SummarySample sample, long now, long drifted, long inputDrifted) {
      this(
          sample.examples(),
          sample.loss(),
          sample.accuracy(),
          now,
          sample.drifts(),
          sample.warned(),
          drifted,
          sample.inputDrifts(),
          sample.driftedColumn(),
          inputDrifted);
    }

    private SummarySample sample(String key) {
      return new SummarySample(
          key, examples, loss, accuracy, drifts, warned, inputDrifts, driftedColumn);
    }
  }

  private final String pipeline;
  private final String config;
  private final boolean isEnabled;
  private transient MapState<String, Entry> keys;
  // Time of the latest timer.
  private transient long reminder;

  /**
   * @param pipeline the key of all samples
   * @param isEnabled true if the pipeline writes summaries; if it no longer does, its topic may not
   *     exist, and timers of a former run must not write to it
   */
  public SummaryFunction(String pipeline, String config, boolean isEnabled) {
    this.pipeline = pipeline;
    this.config = config;
    this.isEnabled = isEnabled;
  }

  @Override
  public void open(OpenContext context) {
    keys =
        getRuntimeContext()
            .getMapState(
                new MapStateDescriptor<>(
                    STATE_NAME, Types.STRING, TypeInformation.of(Entry.class)));
  }

  @Override
  public void processElement(SummarySample sample, Context context, Collector<OutputRecord> out)
      throws Exception {
    long now = context.timerService().currentProcessingTime();
    if (sample.examples() < 0) {
      keys.remove(sample.key());
    } else {
      Entry before = keys.get(sample.key());
      boolean driftsMore = sample.drifts() > (before == null ? 0 : before.drifts());
      long drifted = driftsMore ? now : before == null ? 0 : before.drifted();
      boolean inputDriftsMore = sample.inputDrifts() > (before == null ? 0 : before.inputDrifts());
      long inputDrifted = inputDriftsMore ? now : before == null ? 0 : before.inputDrifted();
      keys.put(sample.key(), new Entry(sample, now, drifted, inputDrifted));
    }
    long next = (now / PERIOD_MILLIS + 1) * PERIOD_MILLIS;
    if (isEnabled && next != reminder) {
      reminder = next;
      context.timerService().registerProcessingTimeTimer(next);
      context.timerService().registerEventTimeTimer(Long.MAX_VALUE); // the end of the input
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<OutputRecord> out)
      throws Exception {
    if (!pipeline.equals(context.getCurrentKey())) {
      keys.clear(); // the name that the pipeline had in a former run
      return;
    }
    if (!isEnabled) {
      return;
    }
    long now = context.timerService().currentProcessingTime();
    PipelineSummary summary = new PipelineSummary();
    for (Map.Entry<String, Entry> key : keys.entries()) {
      Entry entry = key.getValue();
      long recent = now - RECENT_MILLIS;
      boolean drifting = entry.warned() || (entry.drifted() > 0 && entry.drifted() > recent);
      boolean inputDrifting = entry.inputDrifted() > 0 && entry.inputDrifted() > recent;
      summary.add(
          entry.sample(key.getKey()),
          entry.seen() > recent,
          drifting || inputDrifting,
          inputDrifting ? entry.driftedColumn() : null);
    }
    out.collect(
        OutputRecord.of(
            now,
            pipeline.getBytes(StandardCharsets.UTF_8),
            SummaryJson.encode(summary.report(pipeline, now, config))));
  }
}
