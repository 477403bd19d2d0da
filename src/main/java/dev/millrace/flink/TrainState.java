package dev.millrace.flink;

import dev.millrace.data.Chunk;
import dev.millrace.data.StoredBytes;
import dev.millrace.nn.ModelMismatchException;
import dev.millrace.nn.Workspace;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * Everything that one model key has, restored as one piece or not at all. Not thread-safe.
 *
 * <p>State read from a checkpoint stays bytes until {@link #resume}, because a state backend reads
 * state before anybody can tell it what the pipeline's settings are.
 */
public final class TrainState {
  /** Version of the bytes that {@link #write} gives. */
  static final int VERSION = 1;

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

    static Parts read(StoredBytes in, TrainSpec spec, Workspace workspace) throws IOException {
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

  // One of the two is null.
  private byte[] frozen;
  private Parts parts;

  // What IdleKeys last noted of the key; it has that in the backend too.
  long seenUntil = IdleKeys.NEVER;

  // What ModelPublisher knows of the key: its next reminder, and the examples of the last snapshot.
  // Not written, so that a model which was read again may be published again.
  long reminder;
  long published;

  private TrainState(byte[] frozen, Parts parts) {
    this.frozen = frozen;
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

  /** State as it was written; {@link #resume} makes it usable. */
  static TrainState frozen(byte[] bytes) {
    return new TrainState(bytes, null);
  }

  /** Whether this was read and is not yet usable. */
  boolean isFrozen() {
    return frozen != null;
  }

  /**
   * The model, made usable if it came from a checkpoint.
   *
   * @param workspace shared by the models of the thread
   * @throws ModelMismatchException if the state does not fit the settings; it stays as it is
   * @throws IOException if the state is of a newer release
   */
  PrequentialModel resume(TrainSpec spec, Workspace workspace) throws IOException {
    if (frozen != null) {
      parts = read(frozen, spec, workspace);
      frozen = null;
    }
    return parts.model();
  }

  /** What waits, once the state is usable; null where labels come with their features. */
  LabelJoin labels() {
    return parts.labels();
  }

  /**
   * As {@link #resume}, also for a model that is smaller than the settings say: then it grows.
   *
   * @return whether it has grown
   */
  boolean resumeGrown(TrainSpec spec, Workspace workspace) throws IOException {
    try {
      resume(spec, workspace);
      return false;
    } catch (ModelMismatchException e) {
      parts = readGrown(frozen, spec, workspace);
      frozen = null;
      return true;
    }
  }

  private static Parts readGrown(byte[] state, TrainSpec spec, Workspace workspace)
      throws IOException {
    try {
      return StateGrowth.read(state, spec, workspace);
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  static Parts read(byte[] state, TrainSpec spec, Workspace workspace) throws IOException {
    StoredBytes in = new StoredBytes(state);
    requireVersion(in.readInt());
    try {
      return Parts.read(in, spec, workspace);
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  /** What readers stumble over: values that no release has written. */
  static IOException damaged(RuntimeException e) {
    return new IOException("model state: damaged (" + e + ")", e);
  }

  /** Bytes in memory, estimated. */
  long memoryBytes() {
    return frozen != null ? frozen.length : parts.memoryBytes();
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
  void write(DataOutput out) throws IOException {
    if (frozen != null) {
      out.write(frozen);
    } else {
      out.writeInt(VERSION);
      parts.write(out);
    }
  }

  /** The bytes of the model alone, once it is usable: see {@link ModelFormat#writeModel}. */
  byte[] modelBytes() throws IOException {
    DataOutputSerializer out = new DataOutputSerializer(4096);
    out.writeInt(VERSION);
    ModelFormat.writeModel(parts.model(), out);
    return out.getCopyOfBuffer();
  }

  /** A deep copy. */
  TrainState copy() {
    // The bytes are never written to.
    TrainState copy = new TrainState(frozen, frozen != null ? null : parts.copy());
    copy.published = published;
    return copy;
  }
}
