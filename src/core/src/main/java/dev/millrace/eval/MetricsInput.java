package dev.millrace.eval;

import dev.millrace.data.SizeChecks;
import dev.millrace.state.VarLong;
import java.io.DataInput;
import java.io.IOException;

/** Reads and checks counts and indexes of the windows of metrics, each a {@link VarLong}. */
final class MetricsInput {
  // Twice the limit of a pipeline.
  static final int MAX_CLASSES = 2_000;
  private static final int MAX_EXAMPLES = 2_000_000;

  private MetricsInput() {}

  /**
   * Reads the number of things that follow, each of a byte or more.
   *
   * @throws IOException if it is above the max or the bytes left
   */
  static int readSize(DataInput in, String what, int max) throws IOException {
    return (int) SizeChecks.require(in, what, VarLong.read(in), max, Byte.BYTES);
  }

  /**
   * Reads the number of examples in a window.
   *
   * @throws IOException if no pipeline has so large a window
   */
  static int readExamples(DataInput in) throws IOException {
    return readSize(in, "examples in the window of the metrics", MAX_EXAMPLES);
  }

  /** Reads the index of a segment. */
  static int readSegment(DataInput in) throws IOException {
    return (int)
        SizeChecks.require("segment in the metrics", VarLong.read(in), 0, Integer.MAX_VALUE);
  }

  /**
   * Reads a class index.
   *
   * @throws IOException if no pipeline has so many classes
   */
  static int readClass(DataInput in) throws IOException {
    return (int) SizeChecks.require("class in the metrics", VarLong.read(in), 0, MAX_CLASSES);
  }

  /** Reads a class index that may be -1, stored as the next number. */
  static int readClassOrNone(DataInput in) throws IOException {
    return readClass(in) - 1;
  }
}
