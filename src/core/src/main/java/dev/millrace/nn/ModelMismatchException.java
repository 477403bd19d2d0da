package dev.millrace.nn;

import dev.millrace.data.Printable;
import java.io.IOException;

/** A stored model is whole, but not of the kind that the settings describe. */
public final class ModelMismatchException extends IOException {
  private static final long serialVersionUID = 1L;
  // A damaged shape has up to 65,535.
  private static final int MAX_CHARACTERS = 10_000;

  private final String storedShape;

  /**
   * @param message names what is stored and what is configured
   */
  public ModelMismatchException(String message) {
    this(message, null);
  }

  /**
   * @param storedShape of the stored network in words, or null
   */
  public ModelMismatchException(String message, String storedShape) {
    super(Printable.line(message, MAX_CHARACTERS));
    this.storedShape = storedShape;
  }

  /** The shape of the stored network in words, if it is that which differs; else null. */
  public String storedShape() {
    return storedShape;
  }
}
