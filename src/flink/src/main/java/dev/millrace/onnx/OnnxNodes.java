package dev.millrace.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;

/** Reads the operators and attributes of nodes, and names nodes in messages. */
final class OnnxNodes {
  private OnnxNodes() {}

  /** Returns the operator of a node, with the domain if it is not ONNX's own. */
  static String operator(NodeProto node) {
    boolean usual = node.getDomain().isEmpty() || node.getDomain().equals("ai.onnx");
    return usual ? node.getOpType() : node.getDomain() + "." + node.getOpType();
  }

  /** Returns a numeric attribute. */
  static double number(NodeProto node, String name, double fallback) {
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals(name)) {
        return attribute.getType() == AttributeProto.AttributeType.FLOAT
            ? attribute.getF()
            : attribute.getI();
      }
    }
    return fallback;
  }

  /** Checks that an attribute is about equal to a value, or absent. */
  static void require(NodeProto node, String name, double value) throws OnnxException {
    double actual = number(node, name, value);
    // Also rejects NaN.
    if (!(Math.abs(actual - value) <= 1e-6)) {
      throw new OnnxException(
          "its node %s has %s %s, where %s is needed"
              .formatted(named(node), name, shown(actual), shown(value)));
    }
  }

  private static String shown(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Float.toString((float) value);
  }

  /** Returns the exception for a node where another is needed. */
  static OnnxException unexpected(NodeProto node, String wanted) {
    return new OnnxException("its node %s is not %s".formatted(named(node), wanted));
  }

  /** Returns the operator and the name of a node. */
  static String named(NodeProto node) {
    return operator(node) + (node.getName().isEmpty() ? "" : " (" + node.getName() + ")");
  }
}
