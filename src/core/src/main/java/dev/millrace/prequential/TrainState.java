package dev.millrace.prequential;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.Workspace;
import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;

/**
 * Everything that one model key has, restored as one piece or not at all. Not thread-safe.
 *
 * <p>State read from a checkpoint stays bytes until {@link #resume}, because a state backend reads
 * state before anybody can tell it what the pipeline's settings are.
 */
public final class TrainState {
  /** Version of the bytes that {@link #write} gives. */
  public static final int VERSION = 1;

  /**
   * What the state of a key consists of.
   *
   * @param labels null where labels come with their features
   */
  record Parts(PrequentialModel model, LabelJoin labels) {

    static Parts of(PrequentialModel model, TrainSpec spec) {
      return new Parts(model, newLabels(spec));
    }

    private static LabelJoin newLabels(TrainSpec spec) {
      return spec.input().labels() == null
          ? null
          : new LabelJoin(spec.input().labels(), spec.metrics().window());
    }

    static Parts read(BoundedDataInput in, TrainSpec spec, Workspace workspace) throws IOException {
      PrequentialModel model = ModelFormat.read(in, spec, workspace);
      if (spec.input().labels() == null) {
        return new Parts(model, null); // what still waited waits no longer
      }
      return new Parts(
          model,
          in.readBoolean()
              ? LabelJoin.read(
                  in,
                  spec.input().labels(),
                  spec.metrics().window(),
                  model.task(),
                  model.learner().outputs())
              : newLabels(spec));
    }

    void write(DataOutput out) throws IOException {
      ModelFormat.write(model, out);
      out.writeBoolean(labels != null);
      if (labels != null) {
        labels.write(out);
      }
    }

    long memoryBytes() {
      return model.memoryBytes() + (labels == null ? 0 : labels.memoryBytes());
    }

    Parts copy() {
      return new Parts(model.copy(), labels == null ? null : labels.copy());
    }
  }

  /**
   * What the caller of the engine keeps with a key in memory. It is not written, so that a model
   * which was read again may be published again.
   */
  public static final class Marks {
    /** {@link #seenUntil} of a key that was not seen. */
    public static final long NEVER = -1;

    /** End of the period in which the key was last seen, milliseconds since the epoch. */
    public long seenUntil = NEVER;

    /** Next reminder to publish the model, milliseconds since the epoch. */
    public long reminder;

    /** Number of examples of the model when it was last published. */
    public long published;
  }

  // One of the two is null.
  private byte[] serialized;
  private Parts parts;

  private final Marks marks = new Marks();

  private TrainState(byte[] serialized, Parts parts) {
    this.serialized = serialized;
    this.parts = parts;
  }

  /**
   * The state of a key whose first example stands in the chunk.
   *
   * @param workspace shared by the models of the thread
   */
  static TrainState begin(TrainSpec spec, Chunk chunk, Workspace workspace) {
    return new TrainState(null, Parts.of(new PrequentialModel(spec, chunk, workspace), spec));
  }

  /** Returns state of bytes that were written; {@link #resume} makes it usable. */
  public static TrainState serialized(byte[] bytes) {
    return new TrainState(bytes, null);
  }

  /** Returns true if this was read and is not yet usable. */
  boolean isSerialized() {
    return serialized != null;
  }

  /**
   * The model, made usable if it came from a checkpoint.
   *
   * @param workspace shared by the models of the thread
   * @throws ModelMismatchException if the state does not fit the settings; it stays as it is
   * @throws IOException if the state is of a newer release
   */
  PrequentialModel resume(TrainSpec spec, Workspace workspace) throws IOException {
    if (serialized != null) {
      parts = read(serialized, spec, workspace);
      serialized = null;
    }
    return parts.model();
  }

  /** Returns what the caller keeps with the key. */
  public Marks marks() {
    return marks;
  }

  /** Returns the model, once the state is usable. */
  PrequentialModel model() {
    return parts.model();
  }

  /** Returns the number of examples that the model has learned, once the state is usable. */
  public long examples() {
    return parts.model().examples();
  }

  /**
   * Returns the timestamp of what is published about the last example, once the state is usable:
   * its event time, but not later than its record's timestamp. Brokers reject records from the
   * future, and what an example claims must not stop the job.
   */
  public long timestamp() {
    return parts.model().timestamp();
  }

  /** Returns true if there is nothing to keep, once the state is usable. */
  boolean isEmpty() {
    return parts.model().seq() == 0 && (parts.labels() == null || parts.labels().isEmpty());
  }

  /** Returns true if records have come since the last report, once the state is usable. */
  public boolean hasUnreported() {
    return parts.model().hasUnreported()
        || (parts.labels() != null && parts.labels().hasUnreported());
  }

  /** Reports the metrics; {@link #hasUnreported} is false after it. */
  void report(TrainSpec spec, String key, EngineListener listener) {
    PrequentialModel model = parts.model();
    MetricsReport report = model.report(spec, key);
    if (parts.labels() != null) {
      report = report.withLabels(parts.labels().report());
    }
    listener.report(report, model.timestamp(), model.drifts(), model.isWarned());
  }

  /** Returns pending labels, once the state is usable; null if labels come with features. */
  LabelJoin labels() {
    return parts.labels();
  }

  /**
   * As {@link #resume}, also for a model that is smaller than the settings say: then it grows.
   *
   * @return whether it has grown
   */
  boolean resumeExpanded(TrainSpec spec, Workspace workspace) throws IOException {
    try {
      resume(spec, workspace);
      return false;
    } catch (ModelMismatchException e) {
      parts = readExpanded(serialized, spec, workspace);
      serialized = null;
      return true;
    }
  }

  private static Parts readExpanded(byte[] state, TrainSpec spec, Workspace workspace)
      throws IOException {
    try {
      return StateExpansion.read(state, spec, workspace);
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  static Parts read(byte[] state, TrainSpec spec, Workspace workspace) throws IOException {
    BoundedDataInput in = new BoundedDataInput(state);
    requireVersion(in.readInt());
    try {
      return Parts.read(in, spec, workspace);
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  /** Returns the exception for values that no release has written. */
  static IOException damaged(RuntimeException e) {
    return new IOException("model state: damaged (" + e + ")", e);
  }

  /** Returns the estimated bytes in memory. */
  public long memoryBytes() {
    return serialized != null ? serialized.length : parts.memoryBytes();
  }

  static void requireVersion(int version) throws IOException {
    if (version != VERSION) {
      throw new IOException(
          ("model state: version %d is not %d, which this release reads; use the release that wrote"
                  + " it")
              .formatted(version, VERSION));
    }
  }

  /** Writes everything that is needed to continue as if never stopped. */
  public void write(DataOutput out) throws IOException {
    if (serialized != null) {
      out.write(serialized);
    } else {
      out.writeInt(VERSION);
      parts.write(out);
    }
  }

  /** Returns the bytes of the model alone, without metrics, once the state is usable. */
  public byte[] modelBytes() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4096);
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(VERSION);
    ModelFormat.writeModel(parts.model(), out);
    out.flush();
    return bytes.toByteArray();
  }

  /** Returns a deep copy. */
  public TrainState copy() {
    // The bytes are never written to.
    TrainState copy = new TrainState(serialized, serialized != null ? null : parts.copy());
    copy.marks.published = marks.published;
    return copy;
  }
}
