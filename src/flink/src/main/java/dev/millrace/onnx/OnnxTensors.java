package dev.millrace.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds the constant tensors of a graph: initializers and the values of Constant nodes. */
final class OnnxTensors {
  private static final int MAX_SIDE = 1 << 20;

  private final Map<String, TensorProto> tensors = new HashMap<>();

  OnnxTensors(GraphProto graph) {
    graph.getInitializerList().forEach(tensor -> tensors.put(tensor.getName(), tensor));
    for (NodeProto node : graph.getNodeList()) {
      boolean constant = OnnxNodes.operator(node).equals("Constant") && node.getOutputCount() == 1;
      for (AttributeProto attribute : node.getAttributeList()) {
        TensorProto tensor = constant ? constant(attribute) : null;
        if (tensor != null) {
          tensors.put(node.getOutput(0), tensor);
        }
      }
    }
  }

  /** Returns the tensor of an attribute of a Constant node, null for other attributes. */
  private static @Nullable TensorProto constant(AttributeProto attribute) {
    TensorProto.Builder floats =
        TensorProto.newBuilder().setDataType(TensorProto.DataType.FLOAT_VALUE);
    return switch (attribute.getName()) {
      case "value" -> attribute.getT();
      case "value_float" -> floats.addFloatData(attribute.getF()).build();
      case "value_floats" ->
          floats
              .addDims(attribute.getFloatsCount())
              .addAllFloatData(attribute.getFloatsList())
              .build();
      default -> null;
    };
  }

  boolean has(String name) {
    return tensors.containsKey(name);
  }

  /** Returns true if the tensor is one number that is about {@code value}. */
  boolean is(String name, double value) throws OnnxException {
    if (!has(name)) {
      return false;
    }
    float[] numbers = numbers(name);
    return numbers.length == 1 && Math.abs(numbers[0] - value) <= 1e-6 * Math.abs(value);
  }

  /** A matrix as a layer's weights, [inputs x units]. */
  record Matrix(int inputs, int units, float[] values) {}

  /**
   * Returns a matrix of inputs and units, row-major; or of units and inputs, which is transposed.
   *
   * @throws OnnxException if the tensor is not a matrix with 1 to 2^20 on each side
   */
  Matrix matrix(String name, boolean transpose) throws OnnxException {
    List<Long> sides = tensor(name).getDimsList();
    if (sides.size() != 2 || sides.stream().anyMatch(side -> side < 1 || side > MAX_SIDE)) {
      throw new OnnxException(
          "its weights %s are %s, not a matrix of 1 to %d on each side"
              .formatted(name, sides, MAX_SIDE));
    }
    int inputs = sides.get(transpose ? 1 : 0).intValue();
    int units = sides.get(transpose ? 0 : 1).intValue();
    float[] values = numbers(name);
    return new Matrix(inputs, units, transpose ? transposed(values, inputs) : values);
  }

  /** Returns a vector; a matrix of one row is one, too. */
  float[] vector(String name, int length) throws OnnxException {
    float[] numbers = numbers(name);
    if (numbers.length != length) {
      throw new OnnxException(
          "its tensor %s has %d numbers, not %d".formatted(name, numbers.length, length));
    }
    return numbers;
  }

  private TensorProto tensor(String name) throws OnnxException {
    TensorProto tensor = tensors.get(name);
    if (tensor == null) {
      throw new OnnxException("its tensor " + name + " is computed, not stored");
    }
    return tensor;
  }

  private float[] numbers(String name) throws OnnxException {
    TensorProto tensor = tensor(name);
    if (tensor.getDataType() != TensorProto.DataType.FLOAT_VALUE) {
      throw new OnnxException(
          "its tensor %s is of type %s, not FLOAT"
              .formatted(name, TensorProto.DataType.forNumber(tensor.getDataType())));
    }
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new OnnxException(
          "its tensor " + name + " is in another file: export it with the weights inside");
    }
    boolean raw = tensor.hasRawData();
    float[] numbers =
        new float[raw ? tensor.getRawData().size() / Float.BYTES : tensor.getFloatDataCount()];
    if (raw) {
      tensor
          .getRawData()
          .asReadOnlyByteBuffer()
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .get(numbers);
    } else {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = tensor.getFloatData(i);
      }
    }
    return checked(name, numbers, tensor.getDimsList());
  }

  private static float[] checked(String name, float[] numbers, List<Long> dimensions)
      throws OnnxException {
    double expected = 1;
    for (long dimension : dimensions) {
      expected *= dimension;
    }
    if (numbers.length != expected || dimensions.stream().anyMatch(d -> d < 0)) {
      throw new OnnxException(
          "its tensor %s has %d numbers, but is declared as %s"
              .formatted(name, numbers.length, dimensions));
    }
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new OnnxException("its tensor %s has the weight %s".formatted(name, number));
      }
    }
    return numbers;
  }

  private static float[] transposed(float[] numbers, int rows) {
    int columns = numbers.length / rows;
    float[] turned = new float[numbers.length];
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        turned[r * columns + c] = numbers[c * rows + r];
      }
    }
    return turned;
  }
}
