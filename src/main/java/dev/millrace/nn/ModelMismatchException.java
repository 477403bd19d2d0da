package dev.millrace.nn;

import java.io.IOException;

/** A stored model is whole, but not of the kind that the settings describe. */
public final class ModelMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message names what is stored and what is configured
   */
  public ModelMismatchException(String message) {
    super(message);
  }
}
