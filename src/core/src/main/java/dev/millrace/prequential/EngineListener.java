package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.PublicApi;
import dev.millrace.prequential.labels.LabelOutcome;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelEvent;
import dev.millrace.report.Prediction;
import java.io.IOException;

/**
 * Receives what a {@link PrequentialEngine} has to publish, in the order in which it happened. All
 * calls come from the thread that called the engine, before that call returns. What a listener does
 * not implement is ignored.
 *
 * <p>Timestamps are those of the last record behind what is published, in milliseconds since the
 * epoch: its event time, but not later than the record's own timestamp.
 */
@PublicApi
public interface EngineListener {

  /**
   * Receives a report of a key's metrics.
   *
   * @param drifts of the key so far
   * @param isDriftSuspected whether its drift detector warns now
   */
  void report(MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected);

  /**
   * Receives a prediction, if {@link TrainSpec#publish()} asks for them.
   *
   * @param chunk with the record that the features came with
   * @param row of that record
   */
  default void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {}

  /** Receives an event of a key's model. */
  default void event(ModelEvent event, long timestamp) {}

  /** Receives a record that no model can use, with the reason. */
  void rejected(DeadLetter letter);

  /** Receives the state of a key whose model is to be published now. */
  default void modelDue(String key, TrainState state) throws IOException {}

  /** Receives how much a model has learned since the last call; valid during the call. */
  default void learned(LearnedCounts counts) {}

  /**
   * Receives how many records of the last chunk were out of order, and how many were duplicates.
   */
  default void arrived(long outOfOrder, long duplicates) {}

  /**
   * Receives how many groups and ids the last chunk's key forgot, because its bytes are used up.
   */
  default void forgotten(long entries) {}

  /** Receives how many examples were skipped, because their model has stopped learning. */
  default void skipped(int examples) {}

  /** Receives how many records of features or labels had an outcome. */
  default void joined(LabelOutcome outcome, long records) {}

  /** Receives a key whose stored model was expanded to the configured size. */
  default void expanded(String key) {}

  /** Receives a warning for the operator of the pipeline, once for all similar keys. */
  void warning(String key, String message);
}
