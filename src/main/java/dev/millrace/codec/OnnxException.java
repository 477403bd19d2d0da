package dev.millrace.codec;

/** An ONNX file that cannot be a model's start; the message says what of it, after its name. */
public final class OnnxException extends Exception {
  private static final long serialVersionUID = 1L;

  OnnxException(String message) {
    super(message);
  }
}
