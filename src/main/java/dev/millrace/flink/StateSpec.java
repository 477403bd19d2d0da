package dev.millrace.flink;

import java.io.Serializable;

/**
 * How models are kept between records.
 *
 * @param cacheBytes memory of a subtask for models in use, where the backend keeps bytes
 */
public record StateSpec(long cacheBytes) implements Serializable {
  /** What holds where nothing is said. */
  public static final StateSpec DEFAULT = new StateSpec(64L << 20);
}
