package dev.millrace;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.PublicApi;
import dev.millrace.flink.OutputTags;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;

/**
 * Predictions by published models.
 *
 * @param <T> type of the elements
 */
@PublicApi
public final class PredictedStreams<T> {
  private final SingleOutputStreamOperator<PredictedElement<T>> predicted;

  PredictedStreams(SingleOutputStreamOperator<PredictedElement<T>> predicted) {
    this.predicted = predicted;
  }

  /**
   * Returns each element with the prediction for it: without class and value, and with model
   * version 0, if its key has no model. No label is known, and {@code seq} is 0.
   */
  public DataStream<PredictedElement<T>> predictedElements() {
    return predicted;
  }

  /** Returns the rejected elements, as {@link MillraceStreams#deadLetters}. */
  public DataStream<OutputRecord> deadLetters() {
    return predicted.getSideOutput(OutputTags.DEAD_LETTERS);
  }
}
