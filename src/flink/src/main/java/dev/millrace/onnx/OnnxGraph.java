package dev.millrace.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Builds a graph of nodes with one output each, which the caller names. */
final class OnnxGraph {
  private static final String BATCH = "batch";

  private final GraphProto.Builder graph = GraphProto.newBuilder();

  OnnxGraph(String name) {
    graph.setName(name);
  }

  GraphProto build() {
    return graph.build();
  }

  /** Adds a float32 input of [batch, columns]. */
  void input(String name, int columns) {
    graph.addInput(value(name, TensorProto.DataType.FLOAT, columns));
  }

  /** Adds a float32 output of [batch, columns]. */
  void output(String name, int columns) {
    graph.addOutput(value(name, TensorProto.DataType.FLOAT, columns));
  }

  /** Adds an int64 output of [batch]. */
  void indexOutput(String name) {
    graph.addOutput(value(name, TensorProto.DataType.INT64, 0));
  }

  /** Adds a node and returns its output. */
  String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /** Converts a tensor to double precision; returns the output. */
  String toDouble(String input, String output) {
    return cast(input, output, TensorProto.DataType.DOUBLE);
  }

  /** Converts a tensor to float32; returns the output. */
  String toFloat(String input, String output) {
    return cast(input, output, TensorProto.DataType.FLOAT);
  }

  private String cast(String input, String output, TensorProto.DataType type) {
    return node("Cast", output, List.of(input), attribute("to", (long) type.getNumber()));
  }

  /** Adds a constant number and returns its name. */
  String scalar(String name, float value) {
    return tensor(name, new float[] {value}, List.of());
  }

  /** Adds a constant number of double precision and returns its name. */
  String wideScalar(String name, double value) {
    return wide(name, new double[] {value}, List.of());
  }

  /** Adds a constant vector and returns its name. */
  String vector(String name, float[] values) {
    return tensor(name, values, List.of((long) values.length));
  }

  /** Adds a constant vector of double precision and returns its name. */
  String wideVector(String name, double[] values) {
    return wide(name, values, List.of((long) values.length));
  }

  /** Adds a constant matrix, row-major, and returns its name. */
  String matrix(String name, float[] values, int rows) {
    return tensor(name, values, List.of((long) rows, (long) values.length / rows));
  }

  /** Adds a constant vector of truth values and returns its name. */
  String flags(String name, boolean[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) (values[i] ? 1 : 0);
    }
    List<Long> dimensions = List.of((long) values.length);
    return tensor(name, TensorProto.DataType.BOOL, ByteBuffer.wrap(bytes), dimensions);
  }

  private String tensor(String name, float[] values, List<Long> dimensions) {
    ByteBuffer bytes = littleEndian(values.length, Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return tensor(name, TensorProto.DataType.FLOAT, bytes, dimensions);
  }

  private String wide(String name, double[] values, List<Long> dimensions) {
    ByteBuffer bytes = littleEndian(values.length, Double.BYTES);
    bytes.asDoubleBuffer().put(values);
    return tensor(name, TensorProto.DataType.DOUBLE, bytes, dimensions);
  }

  /** Returns a little-endian buffer, which ONNX requires on every machine. */
  private static ByteBuffer littleEndian(int length, int bytesEach) {
    return ByteBuffer.allocate(Math.multiplyExact(length, bytesEach))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  private String tensor(
      String name, TensorProto.DataType type, ByteBuffer bytes, List<Long> dimensions) {
    graph.addInitializer(
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .addAllDims(dimensions)
            .setRawData(ByteString.copyFrom(bytes)));
    return name;
  }

  static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, int columns) {
    TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber());
    tensor.getShapeBuilder().addDimBuilder().setDimParam(BATCH);
    if (columns > 0) {
      tensor.getShapeBuilder().addDimBuilder().setDimValue(columns);
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
