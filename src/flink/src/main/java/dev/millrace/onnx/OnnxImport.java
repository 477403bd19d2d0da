package dev.millrace.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.ModelWeights;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the weights of a multi-layer perceptron from ONNX.
 *
 * <p>The graph is one chain from its input to its first output: fully connected layers (Gemm, or
 * MatMul with or without Add), each with or without layer normalization and with one of {@link
 * Activation}. Of a file that Millrace wrote, the chain is the network alone, and the statistics
 * come from the properties.
 */
public final class OnnxImport {
  private final OnnxTensors tensors;
  private final OnnxChain chain;

  private OnnxImport(OnnxTensors tensors, OnnxChain chain) {
    this.tensors = tensors;
    this.chain = chain;
  }

  /**
   * Decodes an ONNX file.
   *
   * @throws OnnxException if the bytes are not an ONNX file, or not such a network
   */
  public static OnnxModel decode(byte[] bytes) throws OnnxException {
    ModelProto model = parse(bytes);
    boolean ours = model.getProducerName().equals(OnnxExport.PRODUCER);
    OnnxTensors tensors = new OnnxTensors(model.getGraph());
    String from = ours ? OnnxExport.NETWORK_INPUT : input(model, tensors);
    String to = ours ? OnnxExport.NETWORK_OUTPUT : model.getGraph().getOutput(0).getName();
    OnnxChain chain = new OnnxChain(model.getGraph(), tensors, from, to);
    List<ModelWeights.Layer> layers = new OnnxImport(tensors, chain).layers();
    int inputs = layers.get(0).weights().length / layers.get(0).units();
    Map<String, String> properties = new HashMap<>();
    for (StringStringEntryProto property : model.getMetadataPropsList()) {
      properties.put(property.getKey(), property.getValue());
    }
    try {
      return new OnnxModel(
          new ModelWeights(inputs, layers, ours ? OnnxMetadata.scaling(properties, inputs) : null),
          ours ? OnnxMetadata.task(properties) : null,
          ours ? OnnxMetadata.names(properties, OnnxMetadata.CLASSES) : List.of(),
          ours ? OnnxMetadata.names(properties, OnnxMetadata.FEATURES) : List.of());
    } catch (IllegalArgumentException e) {
      throw new OnnxException(e.getMessage());
    }
  }

  private static ModelProto parse(byte[] bytes) throws OnnxException {
    ModelProto model;
    try {
      model = ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new OnnxException("it is not an ONNX file");
    }
    if (model.getGraph().getNodeCount() == 0 || model.getGraph().getOutputCount() == 0) {
      throw new OnnxException("it is not an ONNX file, or one without a graph");
    }
    return model;
  }

  /** Returns the input; old files list their weights among the inputs. */
  private static String input(ModelProto model, OnnxTensors tensors) throws OnnxException {
    List<String> inputs =
        model.getGraph().getInputList().stream()
            .map(ValueInfoProto::getName)
            .filter(name -> !tensors.has(name))
            .toList();
    if (inputs.size() != 1) {
      throw new OnnxException("it has the inputs " + inputs + ", where one is needed");
    }
    return inputs.get(0);
  }

  private List<ModelWeights.Layer> layers() throws OnnxException {
    List<ModelWeights.Layer> layers = new ArrayList<>();
    do {
      layers.add(layer());
      chain.skipNoOps();
    } while (!chain.isAtEnd());
    return layers;
  }

  private ModelWeights.Layer layer() throws OnnxException {
    chain.skipNoOps();
    NodeProto node = chain.next();
    String operator = OnnxNodes.operator(node);
    boolean gemm = operator.equals("Gemm");
    boolean turned = gemm && OnnxNodes.number(node, "transB", 0) == 1;
    if ((!gemm && !operator.equals("MatMul")) || !node.getInput(0).equals(chain.at())) {
      throw OnnxNodes.unexpected(node, "a fully connected layer (Gemm, or MatMul and Add)");
    }
    if (OnnxNodes.number(node, "alpha", 1) != 1
        || OnnxNodes.number(node, "beta", 1) != 1
        || OnnxNodes.number(node, "transA", 0) != 0) {
      throw OnnxNodes.unexpected(node, "a Gemm with alpha 1, beta 1 and transA 0");
    }
    OnnxTensors.Matrix weights = tensors.matrix(node.getInput(1), turned);
    int units = weights.units();
    chain.step(node);
    float[] bias = gemm ? optional(node, 2, units) : addedBias(units);
    NodeProto normalization = chain.accept("LayerNormalization");
    if (normalization == null) {
      return new ModelWeights.Layer(chain.activation(), weights.values(), bias, null, null);
    }
    requireRows(normalization);
    return new ModelWeights.Layer(
        chain.activation(),
        weights.values(),
        bias,
        tensors.vector(normalization.getInput(1), units),
        optional(normalization, 2, units));
  }

  private float[] optional(NodeProto node, int input, int units) throws OnnxException {
    boolean given = node.getInputCount() > input && !node.getInput(input).isEmpty();
    return given ? tensors.vector(node.getInput(input), units) : new float[units];
  }

  private float[] addedBias(int units) throws OnnxException {
    String sum = chain.at();
    NodeProto add = chain.accept("Add");
    if (add == null) {
      return new float[units];
    }
    return tensors.vector(add.getInput(add.getInput(0).equals(sum) ? 1 : 0), units);
  }

  private void requireRows(NodeProto node) throws OnnxException {
    double axis = OnnxNodes.number(node, "axis", -1);
    float epsilon = (float) OnnxNodes.number(node, "epsilon", ModelWeights.LAYER_NORM_EPSILON);
    if ((axis != -1 && axis != 1) || epsilon != ModelWeights.LAYER_NORM_EPSILON) {
      throw OnnxNodes.unexpected(
          node, "one of the last axis with epsilon " + ModelWeights.LAYER_NORM_EPSILON);
    }
  }
}
