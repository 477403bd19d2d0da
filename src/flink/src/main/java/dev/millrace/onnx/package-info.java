/** Models as ONNX files: export and import. */
package dev.millrace.onnx;
