package dev.millrace.eval.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Watches one number of each example of a key, its error or loss, for a rise. A fall never is a
 * signal: actions answer models that got worse. Not thread-safe.
 */
public sealed interface DriftDetector permits Adwin, Ddm, Eddm, HddmA, Kswin, PageHinkley {

  /** Version of the bytes that {@link #write} gives. */
  int VERSION = 1;

  /**
   * Takes the number of one more example.
   *
   * @param value an error as 1 and a hit as 0, or any other number that the detector is made for;
   *     one that is not finite is left out
   */
  DriftSignal update(double value);

  /** Bytes of the arrays in memory. */
  long memoryBytes();

  /** A detector of its own that equals this one now. */
  DriftDetector copy();

  /** Writes all that is needed to continue as if never stopped. */
  void write(DataOutput out) throws IOException;

  /** Takes over what {@link #write(DataOutput)} wrote, in a detector that has seen nothing. */
  void read(DataInput in) throws IOException;

  /** Writes the version and the detector. */
  static void write(DriftDetector detector, DataOutput out) throws IOException {
    out.writeInt(VERSION);
    detector.write(out);
  }

  /**
   * Reads what {@link #write(DriftDetector, DataOutput)} wrote.
   *
   * @param spec the detector's settings now, of the same kind as they were
   * @throws IOException if the version is not one that this release reads
   */
  static DriftDetector read(DataInput in, DriftSpec spec) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "drift state: version %d is not one that this release reads, which is %d"
              .formatted(version, VERSION));
    }
    DriftDetector detector = spec.start();
    detector.read(in);
    return detector;
  }
}
