package dev.millrace.data;

import java.util.ArrayList;
import java.util.List;

/**
 * One decoded example. A mutable carrier: the decoder fills the same object for every record, so
 * whoever keeps an example copies it. Not thread-safe.
 */
public final class Example {
  private static final int NO_ID = -1;

  /** What the record has of the example. */
  public RecordKind kind = RecordKind.EXAMPLE;

  /** The model that the example belongs to. */
  public String key;

  /** The first {@link #idLength} bytes name the example, in UTF-8. */
  public byte[] id = new byte[16];

  /** Length of the id in bytes, -1 if the example has none. */
  public int idLength = NO_ID;

  /** The first {@link #width} entries are the features; NaN is a missing value. */
  public float[] features = new float[16];

  public int width;

  /** Number of hashed features behind the others, 0 or 1 each, if no feature is declared. */
  public int indicators;

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

  /**
   * Fields of the record, or attributes, that nothing of the pipeline reads. Known where the record
   * was decoded, as the two below; none of them travels on.
   */
  public final transient List<String> ignoredFields = new ArrayList<>();

  /** One-hot features whose value is not listed, so that all of their numbers are 0. */
  public final transient List<String> unlistedFeatures = new ArrayList<>();

  /**
   * The value of each of {@link #unlistedFeatures}, a long one cut short; they change when the next
   * record is decoded.
   */
  public final transient List<CharSequence> unlistedValues = new ArrayList<>();

  /** Makes room for the features, keeping none. */
  public void resize(int newWidth) {
    if (features.length < newWidth) {
      features = new float[Math.max(newWidth, features.length * 2)];
    }
    width = newWidth;
    indicators = 0;
  }

  /** Whether the example has a name. */
  public boolean hasId() {
    return idLength >= 0;
  }

  /** Takes the name away. */
  public void clearId() {
    idLength = NO_ID;
  }

  /** Copies the first {@code length} bytes as the name. */
  public void setId(byte[] utf8, int length) {
    if (id.length < length) {
      id = new byte[Math.max(length, 2 * id.length)];
    }
    System.arraycopy(utf8, 0, id, 0, length);
    idLength = length;
  }
}
