package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Watches one number per example of a key, its error or loss, for a rise. A fall is no signal:
 * actions are for models that got worse. Not thread-safe.
 */
@PublicApi
public sealed interface DriftDetector extends State
    permits Adwin, Ddm, Eddm, HddmA, Kswin, PageHinkley {

  /** Version of the bytes that {@link #write} writes. */
  int VERSION = 1;

  /**
   * Updates the detector by the number of one more example.
   *
   * @param value 1 for an error and 0 for a hit, or another number that the detector is made for;
   *     ignored if not finite
   */
  DriftSignal update(double value);

  /** Returns the bytes of the arrays in memory. */
  default long memoryBytes() {
    return 0;
  }

  /** Writes the version and the detector. */
  static void write(DriftDetector detector, DataOutput out) throws IOException {
    out.writeInt(VERSION);
    detector.write(out);
  }

  /**
   * Reads what {@link #write(DriftDetector, DataOutput)} wrote.
   *
   * @param spec current settings of a detector of the same kind
   * @throws IOException if the version is not one that this release reads
   */
  static DriftDetector read(DataInput in, DriftSpec spec) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "drift state: version %d is not one that this release reads, which is %d"
              .formatted(version, VERSION));
    }
    return State.read(in, spec.start());
  }
}
