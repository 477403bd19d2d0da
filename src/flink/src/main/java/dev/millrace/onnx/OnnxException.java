package dev.millrace.onnx;

import dev.millrace.data.Printable;

/** An ONNX file that cannot be a model's start; the message says what of it, after its name. */
public final class OnnxException extends Exception {
  private static final long serialVersionUID = 1L;
  // Names of nodes and tensors are as long as they like.
  private static final int MAX_CHARACTERS = 500;

  OnnxException(String message) {
    super(Printable.line(message, MAX_CHARACTERS));
  }
}
