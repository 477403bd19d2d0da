package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.EventJson;
import dev.millrace.codec.json.MetricsJson;
import dev.millrace.codec.json.PredictionJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.ModelEvent;
import dev.millrace.data.Prediction;
import dev.millrace.data.SummarySample;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.LabelOutcome;
import dev.millrace.prequential.LearnedCounts;
import dev.millrace.prequential.TrainSpec;
import dev.millrace.prequential.TrainState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.flink.util.Collector;

/**
 * Encodes what the engine reports, sends it to the outputs of the operator and counts it. Not
 * thread-safe.
 */
final class TrainOutputs implements EngineListener {
  private final boolean hasElements;
  private final boolean hasSummary;
  private final boolean hasOutputs;
  private final int maxValueBytes;
  private final ModelPublisher publisher;
  private final DeadLetters deadLetters;
  private final TrainMetrics counted;
  private final Collector<OutputRecord> metrics;
  private final SideOutputs others;
  private final MetricsJson metricsJson = new MetricsJson();
  private final PredictionJson predictionJson = new PredictionJson();
  private final EventJson eventJson = new EventJson();

  /**
   * @param hasElements true if elements travel with their examples
   */
  TrainOutputs(
      TrainSpec spec,
      boolean hasElements,
      ModelPublisher publisher,
      DeadLetters deadLetters,
      TrainMetrics counted,
      Collector<OutputRecord> metrics,
      SideOutputs others) {
    this.hasElements = hasElements;
    this.hasSummary = spec.summary();
    this.hasOutputs = spec.input().hasOutputs();
    this.maxValueBytes = spec.input().limits().outputValueBytes();
    this.publisher = publisher;
    this.deadLetters = deadLetters;
    this.counted = counted;
    this.metrics = metrics;
    this.others = others;
  }

  private static byte[] utf8(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void report(MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {
    counted.report(report);
    // A key counts once, however many outputs it has.
    if (hasSummary && report.task().hasOutputs() == hasOutputs) {
      others.output(OutputTags.SUMMARY, SummarySample.of(report, drifts, isDriftSuspected));
    }
    byte[] value = metricsJson.encode(report);
    if (value.length > maxValueBytes) {
      counted.truncatedRecords.inc();
      value = metricsJson.encode(report.withoutClasses());
    }
    metrics.collect(OutputRecord.of(timestamp, utf8(report.context().key()), value));
  }

  @Override
  public void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {
    byte[] value = predictionJson.encode(prediction);
    if (value.length > maxValueBytes) {
      counted.truncatedRecords.inc();
      value = predictionJson.encode(prediction.withoutScores());
    }
    OutputRecord record = OutputRecord.of(timestamp, utf8(prediction.key()), value);
    others.output(OutputTags.PREDICTIONS, TraceHeaders.copy(chunk, row, record));
    OutputRecord withElement = hasElements ? CarriedElement.copy(chunk, row, record) : null;
    if (withElement != null) {
      others.output(OutputTags.ELEMENTS, withElement);
    }
  }

  @Override
  public void event(ModelEvent event, long timestamp) {
    counted.event(event.what());
    others.output(
        OutputTags.EVENTS, OutputRecord.of(timestamp, utf8(event.key()), eventJson.encode(event)));
  }

  @Override
  public void rejected(DeadLetter letter) {
    others.output(
        OutputTags.DEAD_LETTERS,
        deadLetters.record(hasElements ? CarriedElement.remove(letter) : letter));
  }

  @Override
  public void modelDue(String key, TrainState state) throws IOException {
    publisher.publish(state, key, others);
  }

  @Override
  public void learned(LearnedCounts counts) {
    counted.learned(counts);
  }

  @Override
  public void arrived(long outOfOrder, long duplicates) {
    counted.arrived(outOfOrder, duplicates);
  }

  @Override
  public void skipped(int examples) {
    counted.skippedExamples.inc(examples);
  }

  @Override
  public void forgotten(long entries) {
    counted.forgottenEntries.inc(entries);
  }

  @Override
  public void joined(LabelOutcome outcome, long records) {
    counted.joined(outcome, records);
  }

  @Override
  public void expanded(String key) {
    counted.expanded();
  }

  @Override
  public void warning(String key, String message) {
    ModelLog.warn(key, message);
  }
}
