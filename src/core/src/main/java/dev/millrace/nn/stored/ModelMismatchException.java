package dev.millrace.nn.stored;

import dev.millrace.data.Printable;
import dev.millrace.data.PublicApi;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown if a stored model is intact but of another kind than the settings describe. */
@PublicApi
public final class ModelMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Remedy for a mismatch that only other settings resolve. */
  public static final String REMEDY = "restore the stored settings, or reset the key";

  // A damaged shape has up to 65,535 characters.
  private static final int MAX_CHARACTERS = 10_000;

  private final @Nullable String storedShape;

  /**
   * @param message names what is stored and what is configured
   */
  public ModelMismatchException(String message) {
    this(message, null);
  }

  /**
   * @param storedShape describes the stored network if its shape is what differs
   */
  public ModelMismatchException(String message, @Nullable String storedShape) {
    super(Printable.line(message, MAX_CHARACTERS));
    this.storedShape = storedShape;
  }

  /** Returns the shape of the stored network in words; null if the shape is not what differs. */
  public @Nullable String storedShape() {
    return storedShape;
  }
}
