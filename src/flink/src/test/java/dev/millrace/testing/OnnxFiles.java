package dev.millrace.testing;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
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
        whole("transB", 1),
        number("alpha", 1f));
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

  /** A layer without a bias, as a Gemm or a MatMul. */
  public OnnxFiles unbiased(String operator, int units) {
    String name = "w" + graph.getNodeCount();
    tensor(name, width, units);
    width = units;
    return node(operator, List.of(at, name));
  }

  /** PyTorch's nn.LayerNorm. */
  public OnnxFiles layerNorm(long axis, float epsilon) {
    String name = "norm" + graph.getNodeCount();
    tensor(name + ".weight", width);
    tensor(name + ".bias", width);
    return node(
        "LayerNormalization",
        List.of(at, name + ".weight", name + ".bias"),
        whole("axis", axis),
        number("epsilon", epsilon));
  }

  /** As before version 4 of the format: the weights are inputs too. */
  public OnnxFiles weightsAmongInputs() {
    for (TensorProto weights : graph.getInitializerList()) {
      graph.addInput(ValueInfoProto.newBuilder().setName(weights.getName()));
    }
    return this;
  }

  /** A node of one input. */
  public OnnxFiles then(String operator, AttributeProto... attributes) {
    return node(operator, List.of(at), attributes);
  }

  /** An attribute that is a whole number. */
  public static AttributeProto whole(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  /** An attribute that is a number. */
  public static AttributeProto number(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  /** An attribute that is a word. */
  public static AttributeProto word(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  /** PyTorch's nn.SiLU. */
  public OnnxFiles silu() {
    return silu("");
  }

  /** The same with a sigmoid of another domain. */
  public OnnxFiles silu(String domain) {
    String x = at;
    node("Sigmoid", List.of(x)).domain(domain);
    return node("Mul", List.of(x, at));
  }

  /** PyTorch's nn.GELU. */
  public OnnxFiles gelu() {
    return gelu("Div", 1.4142135f, 1f, 0.5f);
  }

  /** The same nodes with other numbers, which make a gelu or not. */
  public OnnxFiles gelu(String scale, float by, float addend, float factor) {
    String x = at;
    node(scale, List.of(x, constant(by)));
    node("Erf", List.of(at));
    node("Add", List.of(at, constant(addend)));
    node("Mul", List.of(x, at));
    return node("Mul", List.of(at, constant(factor)));
  }

  /** Like a silu, but what the sigmoid is multiplied with is a number. */
  public OnnxFiles scaledSigmoid() {
    String x = at;
    node("Sigmoid", List.of(x));
    String sigmoid = at;
    node("Mul", List.of(x, constant(3f)));
    return node("Add", List.of(at, sigmoid));
  }

  /** Makes the last node one of another domain. */
  public OnnxFiles domain(String domain) {
    graph.getNodeBuilder(graph.getNodeCount() - 1).setDomain(domain);
    return this;
  }

  /** Leads from the last tensor back to the first. */
  public OnnxFiles circle() {
    node("Identity", List.of(at));
    graph.setNode(
        graph.getNodeCount() - 1,
        graph.getNode(graph.getNodeCount() - 1).toBuilder().setOutput(0, "input"));
    return this;
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
