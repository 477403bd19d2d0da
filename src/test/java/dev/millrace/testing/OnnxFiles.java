package dev.millrace.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Random;

/** ONNX files as other programs write them. */
public final class OnnxFiles {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("main_graph");
  private final Random random = new Random(31);
  private final int inputs;
  private String at = "input";
  private int width;

  public OnnxFiles(int inputs) {
    this.inputs = inputs;
    width = inputs;
    graph.addInput(value("input", inputs));
  }

  /** PyTorch's nn.Linear: a Gemm whose weights are [units x inputs]. */
  public OnnxFiles linear(int units) {
    String name = "fc" + graph.getNodeCount();
    tensor(name + ".weight", units, width);
    tensor(name + ".bias", units);
    width = units;
    return node(
        "Gemm",
        List.of(at, name + ".weight", name + ".bias"),
        AttributeProto.newBuilder()
            .setName("transB")
            .setType(AttributeProto.AttributeType.INT)
            .setI(1)
            .build(),
        AttributeProto.newBuilder()
            .setName("alpha")
            .setType(AttributeProto.AttributeType.FLOAT)
            .setF(1f)
            .build());
  }

  /** Keras' Dense: MatMul with weights [inputs x units], then Add. */
  public OnnxFiles dense(int units) {
    String name = "dense" + graph.getNodeCount();
    tensor(name + ".kernel", width, units);
    tensor(name + ".bias", units);
    width = units;
    node("MatMul", List.of(at, name + ".kernel"));
    return node("Add", List.of(name + ".bias", at));
  }

  /** A node of one input. */
  public OnnxFiles then(String operator) {
    return node(operator, List.of(at));
  }

  /** PyTorch's nn.SiLU. */
  public OnnxFiles silu() {
    String x = at;
    node("Sigmoid", List.of(x));
    return node("Mul", List.of(x, at));
  }

  /** PyTorch's nn.GELU. */
  public OnnxFiles gelu() {
    String x = at;
    node("Div", List.of(x, constant(1.4142135f)));
    node("Erf", List.of(at));
    node("Add", List.of(at, constant(1f)));
    node("Mul", List.of(x, at));
    return node("Mul", List.of(at, constant(0.5f)));
  }

  public byte[] bytes() {
    graph.addOutput(value(at, width));
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .setProducerName("pytorch")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  /** Name of the last tensor: the output. */
  public String outputName() {
    return at;
  }

  public int inputs() {
    return inputs;
  }

  private OnnxFiles node(String operator, List<String> in, AttributeProto... attributes) {
    at = "t" + graph.getNodeCount();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName("/" + operator + "_" + graph.getNodeCount())
            .addAllInput(in)
            .addOutput(at)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  private String constant(float value) {
    String name = "c" + graph.getNodeCount();
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("Constant")
            .addOutput(name)
            .addAttribute(
                AttributeProto.newBuilder()
                    .setName("value")
                    .setType(AttributeProto.AttributeType.TENSOR)
                    .setT(
                        TensorProto.newBuilder()
                            .setDataType(TensorProto.DataType.FLOAT_VALUE)
                            .addFloatData(value))));
    return name;
  }

  private void tensor(String name, int... dimensions) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
    int length = 1;
    for (int dimension : dimensions) {
      tensor.addDims(dimension);
      length *= dimension;
    }
    for (int i = 0; i < length; i++) {
      tensor.addFloatData((float) random.nextGaussian());
    }
    graph.addInitializer(tensor);
  }

  private static ValueInfoProto value(String name, int columns) {
    TypeProto.Tensor.Builder tensor =
        TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
    tensor.getShapeBuilder().addDimBuilder().setDimParam("batch");
    tensor.getShapeBuilder().addDimBuilder().setDimValue(columns);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
