package dev.millrace.data;

/**
 * One decoded example. A mutable carrier: the decoder fills the same object for every record, so
 * whoever keeps an example copies it. Not thread-safe.
 */
public final class Example {
  /** The model that the example belongs to. */
  public String key;

  /** The first {@link #width} entries are the features; NaN is a missing value. */
  public float[] features = new float[16];

  public int width;

  /** The class, or null for regression. */
  public String label;

  /** The regression target; meaningless where {@link #label} is set. */
  public double target;

  /** How much the example counts in learning, finite and not negative. */
  public float weight;

  /** Milliseconds since the epoch. */
  public long eventTime;

  /** The pass over a bounded data set that the example is of, from 1; 0 if nobody counts. */
  public int epoch;

  /** The record as it came, for the dead-letter topic. */
  public KafkaRecord record;

  /** Makes room for the features, keeping none. */
  public void resize(int newWidth) {
    if (features.length < newWidth) {
      features = new float[Math.max(newWidth, features.length * 2)];
    }
    width = newWidth;
  }
}
