package dev.millrace.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import dev.millrace.nn.spec.Activation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Walks through a graph along the tensor that flows from its input to its output. */
final class OnnxChain {
  // Operators with an effect only in training, or on tensors of more dimensions.
  private static final Set<String> NO_OPS = Set.of("Identity", "Dropout", "Flatten");

  private final Map<String, List<NodeProto>> readers = new HashMap<>();
  private final OnnxTensors tensors;
  private final String end;
  private String at;
  private int stepsLeft;

  /**
   * @throws OnnxException if a node lacks inputs or outputs
   */
  OnnxChain(GraphProto graph, OnnxTensors tensors, String start, String end) throws OnnxException {
    this.tensors = tensors;
    this.end = end;
    at = start;
    stepsLeft = graph.getNodeCount();
    for (NodeProto node : graph.getNodeList()) {
      if (node.getOutputCount() == 0 || node.getInputCount() < minInputs(node)) {
        throw new OnnxException(
            "its node " + OnnxNodes.operator(node) + " lacks inputs or outputs");
      }
      for (String input : Set.copyOf(node.getInputList())) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
  }

  private static int minInputs(NodeProto node) {
    return switch (OnnxNodes.operator(node)) {
      case "Gemm", "MatMul", "Add", "Mul", "Div", "LayerNormalization" -> 2;
      default -> 0;
    };
  }

  /** Returns the name of the current tensor. */
  String at() {
    return at;
  }

  boolean isAtEnd() {
    return at.equals(end);
  }

  void step(NodeProto node) throws OnnxException {
    if (stepsLeft-- == 0) {
      throw new OnnxException("its graph has a cycle");
    }
    at = node.getOutput(0);
  }

  /** Returns the only node that reads the current tensor. */
  NodeProto next() throws OnnxException {
    List<NodeProto> next = readers.getOrDefault(at, List.of());
    if (next.size() != 1) {
      throw new OnnxException(
          "its tensor %s is read by %d nodes, where one fully connected layer is needed"
              .formatted(at, next.size()));
    }
    return next.get(0);
  }

  /** Steps over the next node if it has the operator and returns it, else returns null. */
  @Nullable NodeProto accept(String operator) throws OnnxException {
    List<NodeProto> next = readers.getOrDefault(at, List.of());
    if (isAtEnd() || next.size() != 1 || !OnnxNodes.operator(next.get(0)).equals(operator)) {
      return null;
    }
    step(next.get(0));
    return next.get(0);
  }

  void skipNoOps() throws OnnxException {
    List<NodeProto> next = readers.getOrDefault(at, List.of());
    while (!isAtEnd() && next.size() == 1 && NO_OPS.contains(OnnxNodes.operator(next.get(0)))) {
      NodeProto node = next.get(0);
      if (OnnxNodes.operator(node).equals("Flatten") && OnnxNodes.number(node, "axis", 1) != -1) {
        OnnxNodes.require(node, "axis", 1);
      }
      step(node);
      next = readers.getOrDefault(at, List.of());
    }
  }

  /** Steps over an activation and returns it; linear if the next layer or the end follows. */
  Activation activation() throws OnnxException {
    skipNoOps();
    List<NodeProto> next = readers.getOrDefault(at, List.of());
    if (isAtEnd()) {
      return Activation.LINEAR;
    }
    if (next.size() == 2) {
      return composed(next);
    }
    NodeProto node = next();
    String operator = OnnxNodes.operator(node);
    if (operator.equals("Gemm") || operator.equals("MatMul")) {
      return Activation.LINEAR;
    }
    Activation activation = simple(node);
    step(node);
    return activation;
  }

  private Activation simple(NodeProto node) throws OnnxException {
    return switch (OnnxNodes.operator(node)) {
      case "Sigmoid" -> Activation.SIGMOID;
      case "Tanh" -> Activation.TANH;
      case "Relu" -> Activation.RELU;
      case "LeakyRelu" -> with(node, "alpha", OnnxExport.LEAK, Activation.LEAKY_RELU);
      case "Elu" -> with(node, "alpha", 1, Activation.ELU);
      case "Selu" -> {
        with(node, "alpha", OnnxExport.SELU_ALPHA, Activation.SELU);
        yield with(node, "gamma", OnnxExport.SELU_SCALE, Activation.SELU);
      }
      case "Gelu" -> {
        for (AttributeProto attribute : node.getAttributeList()) {
          if (!attribute.getS().toStringUtf8().equals("none")) {
            throw OnnxNodes.unexpected(node, "the exact gelu, approximate none");
          }
        }
        yield Activation.GELU;
      }
      case "Softplus" -> Activation.SOFTPLUS;
      case "Softmax" -> {
        double axis = OnnxNodes.number(node, "axis", -1);
        if (axis != -1 && axis != 1) {
          throw OnnxNodes.unexpected(node, "a softmax of the last axis");
        }
        yield Activation.SOFTMAX;
      }
      default -> throw OnnxNodes.unexpected(node, "an activation or a fully connected layer");
    };
  }

  private Activation with(NodeProto node, String name, double value, Activation activation)
      throws OnnxException {
    OnnxNodes.require(node, name, value);
    return activation;
  }

  /**
   * Returns SiLU, x·sigmoid(x), or GELU, x·Φ(x), which PyTorch writes as x/√2, Erf, + 1, ·x, ·½.
   */
  private Activation composed(List<NodeProto> next) throws OnnxException {
    boolean productFirst =
        OnnxNodes.operator(next.get(0)).equals("Mul")
            && next.get(0).getInputList().stream().noneMatch(tensors::has);
    NodeProto product = next.get(productFirst ? 0 : 1);
    NodeProto inner = next.get(productFirst ? 1 : 0);
    if (OnnxNodes.operator(inner).equals("Sigmoid") && isProduct(product, inner)) {
      step(product);
      return Activation.SILU;
    }
    boolean scaled =
        (OnnxNodes.operator(inner).equals("Div") && tensors.is(inner.getInput(1), Math.sqrt(2)))
            || (OnnxNodes.operator(inner).equals("Mul")
                && tensors.is(inner.getInput(1), Math.sqrt(0.5)));
    NodeProto erf = scaled ? reader(inner, "Erf") : null;
    NodeProto sum = erf == null ? null : reader(erf, "Add");
    if (sum != null && hasOperand(sum, 1) && isProduct(product, sum)) {
      NodeProto half = reader(product, "Mul");
      if (half != null && hasOperand(half, 0.5)) {
        step(half);
        return Activation.GELU;
      }
    }
    throw new OnnxException(
        "its tensor %s is read by the nodes %s and %s, which are no activation together"
            .formatted(at, OnnxNodes.named(next.get(0)), OnnxNodes.named(next.get(1))));
  }

  private boolean isProduct(NodeProto product, NodeProto factor) {
    return OnnxNodes.operator(product).equals("Mul")
        && product.getInputList().contains(at)
        && product.getInputList().contains(factor.getOutput(0));
  }

  private boolean hasOperand(NodeProto node, double value) throws OnnxException {
    return tensors.is(node.getInput(0), value) || tensors.is(node.getInput(1), value);
  }

  private @Nullable NodeProto reader(NodeProto node, String operator) {
    List<NodeProto> next = readers.getOrDefault(node.getOutput(0), List.of());
    return next.size() == 1 && OnnxNodes.operator(next.get(0)).equals(operator)
        ? next.get(0)
        : null;
  }
}
