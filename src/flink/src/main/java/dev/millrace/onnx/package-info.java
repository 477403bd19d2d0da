/** Export and import of models as ONNX files. */
@NullMarked
package dev.millrace.onnx;

import org.jspecify.annotations.NullMarked;
