package dev.millrace.flink;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.prequential.spec.ShapeChange;
import java.io.Serializable;

/** Storage of models between records. */
@PublicApi
public record StateSpec(
    @Setting(
            value = "67108864",
            in = "[0, 1099511627776]",
            doc =
                "memory of each subtask for models in use with rocksdb, in addition to RocksDB's"
                    + " own")
        long cacheBytes,
    @Setting(
            value = "off",
            in = "[1m, 3650d] or off",
            name = "ttl",
            doc = "time after which a key without examples expires, plus at most one eighth")
        long ttlMillis,
    @Setting(
            value = "67108864",
            in = "[4096, 4294967296]",
            doc =
                "max memory of one key: models, records for replay, ids, groups, windows, and what"
                    + " waits for labels. When it is used up, groups and ids that were used least"
                    + " recently are forgotten; a class or a label that would not fit is rejected")
        long stateBytes,
    @Setting(
            value = "fail",
            doc =
                "action if a stored model does not have the shape that this file describes: fail"
                    + " the job with both shapes, reset the key, or expand a smaller model; see"
                    + " docs/architecture.md")
        ShapeChange onShapeChange)
    implements Serializable {
  /** Values that hold where a pipeline sets none. */
  public static final StateSpec DEFAULT = Declaration.defaults(StateSpec.class);
}
