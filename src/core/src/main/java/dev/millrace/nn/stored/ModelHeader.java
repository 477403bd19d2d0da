package dev.millrace.nn.stored;

import dev.millrace.data.SizeChecks;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.spec.Indicators;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * The header of a stored model.
 *
 * @param shape describes the numbers that follow, in words
 * @param classes number of known classes, 0 for regression
 * @param indicators features that the model does not scale
 */
public record ModelHeader(String shape, int inputs, int classes, Indicators indicators) {

  private static final int VERSION = 1;
  private static final int MAX_INPUTS = 1 << 21;
  private static final int MAX_CLASSES = 1 << 15;

  /** Suffix of the stored shape if indicators follow the header. */
  private static final String INDICATORS_FOLLOW = "; indicators follow";

  /** Suffix of the stored shape if places of ids follow the header. */
  private static final String IDS_FOLLOW = "; ids follow";

  /** Suffix of the stored shape if experts follow the header. */
  private static final String EXPERTS_FOLLOW = "; experts follow";

  /** Writes the header. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(VERSION);
    IdColumns ids = indicators.ids();
    out.writeUTF(
        shape
            + (indicators.hasNone() ? "" : INDICATORS_FOLLOW)
            + (ids.isEmpty() ? "" : IDS_FOLLOW)
            + (indicators.hasExperts() ? EXPERTS_FOLLOW : ""));
    out.writeInt(inputs);
    out.writeInt(classes);
    if (!indicators.hasNone()) {
      indicators.write(out);
    }
    if (!ids.isEmpty()) {
      ids.write(out);
    }
    if (indicators.hasExperts()) {
      indicators.writeExperts(out);
    }
  }

  /**
   * Reads the header of a model of any shape.
   *
   * @throws IOException if the header is damaged or has a newer format version
   */
  public static ModelHeader read(DataInput in) throws IOException {
    int version = in.readInt();
    if (version < 1 || version > VERSION) {
      throw new IOException(
          "the stored model has format version "
              + version
              + ", but this program reads versions up to "
              + VERSION
              + ": use the program that wrote it, or a newer one");
    }
    String shape = in.readUTF();
    int inputs = SizeChecks.read(in, "features of the stored model", MAX_INPUTS);
    int classes = SizeChecks.read(in, "classes of the stored model", MAX_CLASSES);
    String withoutExperts = without(EXPERTS_FOLLOW, shape);
    String withoutIds = without(IDS_FOLLOW, withoutExperts);
    String words = without(INDICATORS_FOLLOW, withoutIds);
    Indicators indicators =
        words.equals(withoutIds) ? Indicators.NONE : Indicators.read(in, inputs);
    IdColumns ids = withoutIds.equals(withoutExperts) ? IdColumns.NONE : IdColumns.read(in, inputs);
    Indicators withIds = indicators.with(ids);
    return new ModelHeader(
        words,
        inputs,
        classes,
        withoutExperts.equals(shape) ? withIds : withIds.readExperts(in, inputs));
  }

  private static String without(String suffix, String shape) {
    return shape.endsWith(suffix) ? shape.substring(0, shape.length() - suffix.length()) : shape;
  }

  /**
   * Reads the header of a model of the given shape.
   *
   * @param configured indicators, also of features that the model may not know yet
   * @throws ModelMismatchException if the model has another shape or other indicators, naming both
   * @throws IOException if the header is damaged or has a newer format version
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
              + "); "
              + ModelMismatchException.REMEDY,
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
   * @throws ModelMismatchException if other features are scaled, naming the difference
   */
  public void requireIndicators(Indicators configured) throws ModelMismatchException {
    String difference = indicators.difference(configured.orElse(indicators).first(inputs));
    if (difference != null) {
      throw new ModelMismatchException(
          "the stored model was trained on other input.features: %s; %s"
              .formatted(difference, ModelMismatchException.REMEDY));
    }
  }
}
