package dev.millrace.onnx;

/** Whatever stands in an ONNX file, the answer is a model or why it is none. */
public final class OnnxFuzz {
  private OnnxFuzz() {}

  /** What Jazzer calls; an exception is a find. */
  public static void fuzzerTestOneInput(byte[] bytes) {
    try {
      OnnxImport.decode(bytes);
    } catch (OnnxException e) {
      // No file of ours, or no model that can be trained on.
    }
  }
}
