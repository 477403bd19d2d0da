package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import java.util.ArrayList;
import java.util.List;

/** Records what an engine publishes. */
final class RecordingListener implements EngineListener {
  final List<MetricsReport> reports = new ArrayList<>();
  final List<Prediction> predictions = new ArrayList<>();
  final List<ModelEvent> events = new ArrayList<>();
  final List<DeadLetter> rejected = new ArrayList<>();
  final List<String> due = new ArrayList<>();
  final List<LabelOutcome> outcomes = new ArrayList<>();
  final List<String> warnings = new ArrayList<>();
  long learned;
  long skipped;
  long forgotten;
  long outOfOrder;
  long duplicates;
  int expanded;

  @Override
  public void report(MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {
    reports.add(report);
  }

  @Override
  public void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {
    predictions.add(prediction);
  }

  @Override
  public void event(ModelEvent event, long timestamp) {
    events.add(event);
  }

  @Override
  public void rejected(DeadLetter letter) {
    rejected.add(letter);
  }

  @Override
  public void modelDue(String key, TrainState state) {
    due.add(key);
  }

  @Override
  public void learned(LearnedCounts counts) {
    learned += counts.examples();
  }

  @Override
  public void arrived(long outOfOrderRecords, long duplicateExamples) {
    outOfOrder += outOfOrderRecords;
    duplicates += duplicateExamples;
  }

  @Override
  public void skipped(int examples) {
    skipped += examples;
  }

  @Override
  public void forgotten(long entries) {
    forgotten += entries;
  }

  @Override
  public void joined(LabelOutcome outcome, long records) {
    outcomes.add(outcome);
  }

  @Override
  public void expanded(String key) {
    expanded++;
  }

  @Override
  public void warning(String key, String message) {
    warnings.add(message);
  }
}
