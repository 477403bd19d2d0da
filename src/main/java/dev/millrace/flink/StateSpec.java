package dev.millrace.flink;

import java.io.Serializable;

/**
 * How models are kept between records.
 *
 * @param cacheBytes memory of a subtask for models in use, where the backend keeps bytes
 * @param ttlMillis after so long without an example a key is forgotten; 0 is never
 */
public record StateSpec(long cacheBytes, long ttlMillis) implements Serializable {
  /** What holds where nothing is said. */
  public static final StateSpec DEFAULT = new StateSpec(64L << 20, 0);
}
