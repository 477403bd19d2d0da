package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;
import dev.millrace.state.State;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Creates, writes and reads the drift detectors of all kinds. */
@PublicApi
public final class DriftDetectors {

  /** Version of the bytes that {@link #write} writes. */
  private static final int VERSION = 1;

  private DriftDetectors() {}

  /** Creates a detector. */
  public static DriftDetector start(DriftSpec spec) {
    if (spec instanceof DriftSpec.Adwin adwin) {
      return new AdwinDetector(adwin);
    }
    if (spec instanceof DriftSpec.Ddm ddm) {
      return new DdmDetector(ddm);
    }
    if (spec instanceof DriftSpec.Eddm eddm) {
      return new EddmDetector(eddm);
    }
    if (spec instanceof DriftSpec.HddmA hddmA) {
      return new HddmADetector(hddmA);
    }
    if (spec instanceof DriftSpec.PageHinkley pageHinkley) {
      return new PageHinkleyDetector(pageHinkley);
    }
    return new KswinDetector((DriftSpec.Kswin) spec);
  }

  /** Writes the version and the detector. */
  public static void write(DriftDetector detector, DataOutput out) throws IOException {
    out.writeInt(VERSION);
    detector.write(out);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param spec current settings of a detector of the same kind
   * @throws IOException if the version is not one that this release reads
   */
  public static DriftDetector read(DataInput in, DriftSpec spec) throws IOException {
    int version = in.readInt();
    if (version != VERSION) {
      throw new IOException(
          "drift state: version %d is not one that this release reads, which is %d"
              .formatted(version, VERSION));
    }
    return State.read(in, start(spec));
  }
}
