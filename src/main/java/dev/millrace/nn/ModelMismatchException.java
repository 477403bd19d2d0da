package dev.millrace.nn;

import java.io.IOException;

/** A stored model is whole, but not of the kind that the settings describe. */
public final class ModelMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

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
    super(message);
    this.storedShape = storedShape;
  }

  /** The shape of the stored network in words, if it is that which differs; else null. */
  public String storedShape() {
    return storedShape;
  }
}
