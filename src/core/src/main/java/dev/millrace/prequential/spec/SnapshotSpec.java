package dev.millrace.prequential.spec;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.Serializable;

/**
 * When a model is published while the job goes on, besides the end of its input.
 *
 * @param topic topic of the models; empty if none is set
 */
@PublicApi
public record SnapshotSpec(
    @Setting(
            value = "10000",
            in = "[0, 2147483647]",
            doc = "number of examples of a key between two snapshots of its model; 0 is never")
        int every,
    @Setting(
            value = "1h",
            in = "[1s, 1d] or off",
            name = "max-interval",
            doc = "max time until a change of a model is published")
        long maxIntervalMillis,
    @Setting(
            value = "0",
            in = "[0, 2147483647]",
            doc =
                "min number of examples of a key before its model is published while the job runs,"
                    + " so that consumers have no model that has seen too little")
        int minExamples,
    String topic)
    implements Serializable {

  /** At the end of the input alone. */
  public static final SnapshotSpec AT_THE_END = new SnapshotSpec(0, 0);

  /** The default; with many keys the clock fills the topic. */
  public static final SnapshotSpec DEFAULT = Declaration.defaults(SnapshotSpec.class).to("");

  public SnapshotSpec(int every, long maxIntervalMillis) {
    this(every, maxIntervalMillis, 0, "");
  }

  /** Returns the same for a topic. */
  public SnapshotSpec to(String another) {
    return new SnapshotSpec(every, maxIntervalMillis, minExamples, another);
  }

  /** Returns how many examples a model of {@code examples} has to learn until it is due, min 1. */
  public long examplesLeft(long examples) {
    return every == 0 ? Long.MAX_VALUE : every - examples % every;
  }

  /** Returns true if a model of {@code examples} is to be published for their number. */
  public boolean isDue(long examples) {
    return every > 0 && examples % every == 0 && allows(examples);
  }

  /** Returns true if a model of {@code examples} may be published while the job goes on. */
  public boolean allows(long examples) {
    return examples >= minExamples;
  }

  /** Returns topic and interval of the models that the clock calls for. */
  public String reminders() {
    return topic + " " + maxIntervalMillis;
  }
}
