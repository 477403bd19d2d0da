package dev.millrace.nn;

import dev.millrace.data.Counts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What stands at the start of a stored model.
 *
 * @param shape what decides which numbers follow, in words
 * @param classes known, 0 for regression
 */
public record ModelHeader(String shape, int inputs, int classes) {

  private static final int VERSION = 1;
  private static final int MOST_INPUTS = 1 << 21;
  private static final int MOST_CLASSES = 1 << 15;

  /** Writes what {@link #read} reads. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeUTF(shape);
    out.writeInt(inputs);
    out.writeInt(classes);
  }

  /**
   * Reads the header, whatever the shape.
   *
   * @throws IOException if it is of a newer version, or damaged
   */
  public static ModelHeader read(DataInput in) throws IOException {
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "the stored model has format version "
              + version
              + ", this program reads up to "
              + VERSION
              + ": use the program that wrote it, or a newer one");
    }
    String shape = in.readUTF();
    int inputs = Counts.read(in, "features of the stored model", MOST_INPUTS);
    int classes = Counts.read(in, "classes of the stored model", MOST_CLASSES);
    return new ModelHeader(shape, inputs, classes);
  }

  /**
   * Reads the header of a model of a shape.
   *
   * @throws ModelMismatchException if it is of another one, naming both
   * @throws IOException if it is of a newer version, or damaged
   */
  public static ModelHeader read(DataInput in, String expected) throws IOException {
    ModelHeader header = read(in);
    if (!header.shape.equals(expected)) {
      throw new ModelMismatchException(
          "the stored model is of another kind: stored ("
              + header.shape
              + "), configured ("
              + expected
              + "); go back to the stored settings, or start afresh",
          header.shape);
    }
    Counts.require("features of the stored model", header.inputs, 1, MOST_INPUTS);
    return header;
  }
}
