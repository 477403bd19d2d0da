package dev.millrace.flink;

import dev.millrace.data.PublicApi;
import dev.millrace.prequential.ShapeChange;
import java.io.Serializable;

/**
 * Storage of models between records.
 *
 * @param cacheBytes memory of a subtask for models in use, where the backend keeps bytes
 * @param ttlMillis after so long without an example a key is forgotten; 0 is never
 * @param stateBytes memory that all of one key may take: its models and what is kept of its records
 * @param onShapeChange what comes of state that does not fit the settings
 */
@PublicApi
public record StateSpec(long cacheBytes, long ttlMillis, long stateBytes, ShapeChange onShapeChange)
    implements Serializable {
  /** Values that hold where a pipeline sets none. */
  public static final StateSpec DEFAULT = new StateSpec(64L << 20, 0, 64L << 20, ShapeChange.FAIL);
}
