package dev.millrace.prequential.rows;

import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.key.RowBatch;

/** Receives each batch that a model has scored, before the next one replaces it. */
@FunctionalInterface
public interface ScoreListener {
  /** Receives nothing. */
  ScoreListener NONE = (model, batch) -> {};

  /**
   * Receives a batch with the features, labels and predictions of its rows.
   *
   * @param batch valid during the call
   */
  void scored(PrequentialModel model, RowBatch batch);
}
