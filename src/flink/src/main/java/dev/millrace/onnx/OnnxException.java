package dev.millrace.onnx;

import dev.millrace.data.Printable;
import org.jspecify.annotations.Nullable;

/**
 * Reports that an ONNX file cannot be an initial model; the message follows the name of the file.
 */
public final class OnnxException extends Exception {
  private static final long serialVersionUID = 1L;
  // Names of nodes and tensors have no max length.
  private static final int MAX_CHARACTERS = 500;

  OnnxException(@Nullable String message) {
    super(Printable.line(String.valueOf(message), MAX_CHARACTERS));
  }
}
