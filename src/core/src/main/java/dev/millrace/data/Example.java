package dev.millrace.data;

import dev.millrace.input.InputSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One decoded example. A mutable carrier: the decoder fills the same object for every record, so
 * callers that keep an example copy it. Not thread-safe.
 */
@PublicApi
public final class Example {
  private static final int NO_ID = -1;

  /** Parts of the example that the record carries. */
  public RecordKind kind = RecordKind.EXAMPLE;

  /** The model that the example belongs to. */
  public String key = "";

  /** The first {@link #idLength} bytes are the id of the example, in UTF-8. */
  public byte[] id = new byte[16];

  /** Length of the id in bytes, -1 if the example has none. */
  public int idLength = NO_ID;

  /** The first {@link #width} entries are the features; NaN is a missing value. */
  public float[] features = new float[16];

  public int width;

  /** Number of hashed features behind the others, 0 or 1 each, if no feature is declared. */
  public int indicators;

  /** The columns that the record declares; null if the pipeline declares them, or none does. */
  public transient @Nullable DeclaredColumns columns;

  /** The class, or null for regression. */
  public @Nullable String label;

  /** The regression target; meaningless where {@link #label} is set. */
  public double target;

  /** Weight of the example in learning, finite and not negative. */
  public float weight;

  /**
   * Hash of the group whose examples are ranked against each other in the metrics; 0 for none.
   * Models do not see it.
   */
  public long group;

  /**
   * The first {@link #carriedCount} entries are what features are derived from, in the order of
   * {@link InputSpec#carried}: the bits of a double, or the hash of a text.
   */
  public long[] carried = {};

  public int carriedCount;

  /** Milliseconds since the epoch. */
  public long eventTime;

  /** The pass over a bounded data set that the example is of, from 1; 0 if not counted. */
  public int epoch;

  /** The record as it came, for the dead-letter topic; without place if there was none. */
  public KafkaRecord record = KafkaRecord.NONE;

  /**
   * Fields of the record, or attributes, that the pipeline does not read. Like the lists below it
   * is set by the decoder and not copied into chunks.
   */
  public final transient List<String> ignoredFields = new ArrayList<>();

  /** One-hot features whose value is not listed, so that all of their numbers are 0. */
  public final transient List<String> unlistedFeatures = new ArrayList<>();

  /**
   * The value of each of {@link #unlistedFeatures}, a long one cut short; they change when the next
   * record is decoded.
   */
  public final transient List<CharSequence> unlistedValues = new ArrayList<>();

  /**
   * Features whose values are more ids than one record may have, so that only the first are used.
   */
  public final transient List<String> cutFeatures = new ArrayList<>();

  /** Sets the number of features; their values are undefined. */
  public void resize(int newWidth) {
    if (features.length < newWidth) {
      features = new float[Math.max(newWidth, features.length * 2)];
    }
    width = newWidth;
    indicators = 0;
  }

  /** Sets the number of carried values; the values are undefined. */
  public void carry(int count) {
    if (carried.length < count) {
      carried = new long[count];
    }
    carriedCount = count;
  }

  /** Returns the time that windows of time go by: {@link Chunk#windowTime}. */
  public long windowTime() {
    return KafkaRecord.windowTime(eventTime, record.timestamp());
  }

  /** Returns true if the example has an id. */
  public boolean hasId() {
    return idLength >= 0;
  }

  /** Removes the id. */
  public void clearId() {
    idLength = NO_ID;
  }

  /** Sets the id to a copy of the first {@code length} bytes. */
  public void setId(byte[] utf8, int length) {
    if (id.length < length) {
      id = new byte[Math.max(length, 2 * id.length)];
    }
    System.arraycopy(utf8, 0, id, 0, length);
    idLength = length;
  }
}
