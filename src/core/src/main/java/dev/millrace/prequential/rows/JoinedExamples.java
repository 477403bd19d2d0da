package dev.millrace.prequential.rows;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.eval.KnownValues;
import dev.millrace.prequential.key.JoinedExample;
import dev.millrace.prequential.labels.PendingFeatures;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts examples together whose features and label came apart. Features are set first, then the
 * example is completed; each uses the memory of the one before. Not thread-safe.
 */
public final class JoinedExamples {
  private final String topic;
  private final Example example = new Example();
  private final Chunk single = new Chunk();

  /**
   * @param topic of the features
   */
  public JoinedExamples(String topic) {
    this.topic = topic;
  }

  /** Sets the features to those of a row. */
  public void setFeatures(Chunk chunk, int row) {
    example.resize(chunk.width());
    chunk.copyFeatures(row, row + 1, example.features);
    example.weight = chunk.weight(row);
    example.group = chunk.group(row);
    example.record = record(chunk.partition(row), chunk.offset(row), chunk.timestamp(row));
  }

  /**
   * Sets the features to those that waited.
   *
   * @param inputs of the model; if it was expanded since, the new features are missing
   * @param timestamp of the record that completes the example
   */
  public void setFeatures(PendingFeatures pending, int inputs, long timestamp) {
    example.resize(inputs);
    int known = Math.min(pending.features().length, inputs);
    System.arraycopy(pending.features(), 0, example.features, 0, known);
    Arrays.fill(example.features, known, inputs, Float.NaN);
    example.weight = pending.weight();
    example.group = pending.group();
    example.record = record(pending.partition(), pending.offset(), timestamp);
  }

  // Only what metrics and predictions name; a dead letter is made of the record that completed it.
  private KafkaRecord record(int partition, long offset, long timestamp) {
    return KafkaRecord.of(topic, partition, offset, timestamp, null, null);
  }

  /** Sets the id of the example; null for none. */
  public void setId(@Nullable String id) {
    if (id == null) {
      example.clearId();
    } else {
      byte[] utf8 = id.getBytes(StandardCharsets.UTF_8);
      example.setId(utf8, utf8.length);
    }
  }

  /**
   * Returns the example with a label.
   *
   * @param label the class; null for a number
   * @param origin with the record that completes the example
   * @param row of that record
   * @param earlier the features with the prediction made when they came; null if they came with
   *     that record
   * @param known forecasts of the baselines; null if the example is no forecast
   */
  public JoinedExample complete(
      @Nullable String label,
      double target,
      Chunk origin,
      int row,
      @Nullable PendingFeatures earlier,
      @Nullable KnownValues known) {
    example.label = label;
    example.target = target;
    example.key = origin.key();
    example.eventTime = origin.eventTime(row);
    example.epoch = origin.epoch();
    single.clear();
    single.add(example);
    return new JoinedExample(single, earlier, known, origin, row);
  }
}
