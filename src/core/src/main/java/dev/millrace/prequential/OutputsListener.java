package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.prequential.rows.Rejections.Rejection;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.NamedOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Receives what the models of several outputs have to publish: their reports and events go on,
 * their predictions are gathered into one, a record is rejected once, and a model that is due makes
 * all of the key due. Not thread-safe.
 */
final class OutputsListener implements EngineListener {
  final List<NamedOutcome> predictions = new ArrayList<>();

  /** True if a model is to be published. */
  boolean isModelDue;

  private final Rejections rejections;
  // Set before each record.
  private @Nullable EngineListener listener;
  private String output = "";
  // Whether an output has learned or skipped the record, which counts as one example.
  private boolean hasLearned;
  private @Nullable Chunk chunk;
  private int row;
  // Whether an output has rejected the record.
  private boolean isRejected;

  OutputsListener(Rejections rejections) {
    this.rejections = rejections;
  }

  /**
   * Begins a record.
   *
   * @param newChunk chunk of the record
   */
  void begin(EngineListener newListener, Chunk newChunk, int newRow) {
    listener = newListener;
    chunk = newChunk;
    row = newRow;
    output = "";
    predictions.clear();
    hasLearned = false;
    isModelDue = false;
    isRejected = false;
  }

  private EngineListener to() {
    return Objects.requireNonNull(listener);
  }

  /** Sets the output whose model publishes next. */
  void next(String name) {
    output = name;
  }

  @Override
  public void report(MetricsReport report, long time, long drifts, boolean isDriftSuspected) {
    to().report(report, time, drifts, isDriftSuspected);
  }

  @Override
  public void prediction(Prediction prediction, long time, Chunk unused, int unusedRow) {
    predictions.add(new NamedOutcome(output, prediction.outcome(), prediction.region()));
  }

  @Override
  public void event(ModelEvent event, long time) {
    to().event(event, time);
  }

  @Override
  public void rejected(DeadLetter letter) {
    if (isRejected) {
      return;
    }
    isRejected = true;
    String message = output.isEmpty() ? letter.message() : output + ": " + letter.message();
    to().rejected(
            rejections.letter(
                Objects.requireNonNull(chunk), row, new Rejection(letter.reason(), message)));
  }

  @Override
  public void modelDue(String key, TrainState state) {
    isModelDue = true;
  }

  @Override
  public void learned(LearnedCounts counts) {
    if (hasLearned) {
      counts.countNoExamples();
    }
    hasLearned = true;
    to().learned(counts);
  }

  @Override
  public void skipped(int examples) {
    if (!hasLearned) {
      to().skipped(examples);
    }
    hasLearned = true;
  }

  @Override
  public void joined(LabelOutcome outcome, long records) {
    to().joined(outcome, records);
  }

  @Override
  public void expanded(String key) {
    to().expanded(key);
  }

  @Override
  public void warning(String key, String message) {
    to().warning(key, message);
  }
}
