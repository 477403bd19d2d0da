package dev.millrace.flink;

import dev.millrace.codec.OutputRecord;
import dev.millrace.codec.json.EventJson;
import dev.millrace.codec.json.MetricsJson;
import dev.millrace.codec.json.PredictionJson;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.LearnedCounts;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import dev.millrace.report.SummarySample;
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
  private final TrainMetrics metrics;
  private final Collector<OutputRecord> reports;
  private final SideOutputs sideOutputs;
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
      TrainMetrics metrics,
      Collector<OutputRecord> reports,
      SideOutputs sideOutputs) {
    this.hasElements = hasElements;
    this.hasSummary = spec.publish().summary();
    this.hasOutputs = spec.input().hasOutputs();
    this.maxValueBytes = spec.input().limits().outputValueBytes();
    this.publisher = publisher;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.reports = reports;
    this.sideOutputs = sideOutputs;
  }

  private static byte[] utf8(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void report(MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {
    metrics.report(report);
    // A key counts once, however many outputs it has.
    if (hasSummary && report.task().hasOutputs() == hasOutputs) {
      sideOutputs.output(OutputTags.SUMMARY, SummarySample.of(report, drifts, isDriftSuspected));
    }
    byte[] value = metricsJson.encode(report);
    if (value.length > maxValueBytes) {
      metrics.truncatedRecords.inc();
      value = metricsJson.encode(report.withoutClasses());
    }
    reports.collect(OutputRecord.of(timestamp, utf8(report.context().key()), value));
  }

  @Override
  public void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {
    byte[] value = predictionJson.encode(prediction);
    if (value.length > maxValueBytes) {
      metrics.truncatedRecords.inc();
      value = predictionJson.encode(prediction.withoutScores());
    }
    OutputRecord record = OutputRecord.of(timestamp, utf8(prediction.key()), value);
    sideOutputs.output(OutputTags.PREDICTIONS, TraceHeaders.copy(chunk, row, record));
    OutputRecord withElement = hasElements ? CarriedElement.copy(chunk, row, record) : null;
    if (withElement != null) {
      sideOutputs.output(OutputTags.ELEMENTS, withElement);
    }
  }

  @Override
  public void event(ModelEvent event, long timestamp) {
    metrics.event(event.what());
    sideOutputs.output(
        OutputTags.EVENTS, OutputRecord.of(timestamp, utf8(event.key()), eventJson.encode(event)));
  }

  @Override
  public void rejected(DeadLetter letter) {
    sideOutputs.output(
        OutputTags.DEAD_LETTERS,
        deadLetters.record(hasElements ? CarriedElement.remove(letter) : letter));
  }

  @Override
  public void modelDue(String key, TrainState state) throws IOException {
    publisher.publish(state, key, sideOutputs);
  }

  @Override
  public void learned(LearnedCounts counts) {
    metrics.learned(counts);
  }

  @Override
  public void arrived(long outOfOrder, long duplicates) {
    metrics.arrived(outOfOrder, duplicates);
  }

  @Override
  public void skipped(int examples) {
    metrics.skippedExamples.inc(examples);
  }

  @Override
  public void forgotten(long entries) {
    metrics.forgottenEntries.inc(entries);
  }

  @Override
  public void joined(LabelOutcome outcome, long records) {
    metrics.joined(outcome, records);
  }

  @Override
  public void expanded(String key) {
    metrics.expanded();
  }

  @Override
  public void warning(String key, String message) {
    ModelLog.warn(key, message);
  }
}
