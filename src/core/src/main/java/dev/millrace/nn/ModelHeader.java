package dev.millrace.nn;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What stands at the start of a stored model.
 *
 * @param shape what decides which numbers follow, in words
 * @param classes known, 0 for regression
 * @param indicators features that the model does not scale
 */
public record ModelHeader(String shape, int inputs, int classes, Indicators indicators) {

  private static final int VERSION = 1;
  private static final int MAX_INPUTS = 1 << 21;
  private static final int MAX_CLASSES = 1 << 15;

  /** Ends the stored shape of a model that has indicators, which follow the header. */
  private static final String INDICATORS_FOLLOW = "; indicators follow";

  /** Writes what {@link #read} reads. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    out.writeUTF(indicators.isEmpty() ? shape : shape + INDICATORS_FOLLOW);
    out.writeInt(inputs);
    out.writeInt(classes);
    if (!indicators.isEmpty()) {
      indicators.write(out);
    }
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
    int inputs = SizeChecks.read(in, "features of the stored model", MAX_INPUTS);
    int classes = SizeChecks.read(in, "classes of the stored model", MAX_CLASSES);
    if (!shape.endsWith(INDICATORS_FOLLOW)) {
      return new ModelHeader(shape, inputs, classes, Indicators.NONE);
    }
    String words = shape.substring(0, shape.length() - INDICATORS_FOLLOW.length());
    return new ModelHeader(words, inputs, classes, Indicators.read(in, inputs));
  }

  /**
   * Reads the header of a model of a shape.
   *
   * @param configured indicators, also of features that the model may not know yet
   * @throws ModelMismatchException if it is of another shape or has other indicators, naming both
   * @throws IOException if it is of a newer version, or damaged
   */
  public static ModelHeader read(DataInput in, String expected, Indicators configured)
      throws IOException {
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
    SizeChecks.require("features of the stored model", header.inputs, 1, MAX_INPUTS);
    header.requireIndicators(configured);
    return header;
  }

  /**
   * Checks that the model scales the features that the settings scale, and no others.
   *
   * @param configured indicators, also of features that the model may not know yet
   * @throws ModelMismatchException if it does not, naming the difference
   */
  public void requireIndicators(Indicators configured) throws ModelMismatchException {
    String difference = indicators.difference(configured.orElse(indicators).first(inputs));
    if (difference != null) {
      throw new ModelMismatchException(
          "the stored model was trained on other input.features: %s; go back to the stored settings, or start afresh"
              .formatted(difference));
    }
  }
}
