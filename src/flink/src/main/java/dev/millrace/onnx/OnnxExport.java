package dev.millrace.onnx;

import static dev.millrace.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.Normalization;
import java.util.List;
import java.util.Objects;

/**
 * Writes a model as ONNX, including the scaling of features and target, in float32 with a free
 * batch dimension; the scaling is computed in double precision, as in the model.
 *
 * <p>Input {@value #FEATURES} [batch, features], NaN is missing. Outputs: {@value #PROBABILITIES}
 * [batch, classes] and {@value #LABEL} [batch], the index of the max; or {@value #PREDICTION}
 * [batch, 1] for regression.
 */
public final class OnnxExport {

  /** The operator set: the first with layer normalization (ONNX 1.12). */
  public static final int OPSET = 17;

  /** The input. */
  public static final String FEATURES = "features";

  /** Output of a model of classes. */
  public static final String PROBABILITIES = "probabilities";

  /** Output of a model of classes: the index of the most probable one. */
  public static final String LABEL = "label";

  /** Output of a regression. */
  public static final String PREDICTION = "prediction";

  /** Input tensor of the network in files of Millrace. */
  static final String NETWORK_INPUT = "network.input";

  /** Output tensor of the network in files of Millrace. */
  static final String NETWORK_OUTPUT = "network.output";

  static final String PRODUCER = "millrace";
  private static final int IR_VERSION = 8; // that of ONNX 1.12

  // Klambauer et al. (2017).
  static final float SELU_ALPHA = 1.6732632423543772f;
  static final float SELU_SCALE = 1.0507009873554805f;
  static final float LEAK = 0.01f;

  private final OnnxGraph graph;
  private final ModelWeights weights;
  private final ModelWeights.Scaling scaling;

  private OnnxExport(String name, ModelWeights weights) {
    graph = new OnnxGraph(name);
    this.weights = weights;
    scaling = Objects.requireNonNull(weights.scaling(), "weights of learners have a scaling");
  }

  /**
   * Returns the bytes of an ONNX file that predicts as the learner does now.
   *
   * @throws IllegalArgumentException if the learner has no class yet, or a layer that ONNX does not
   *     have
   */
  public static byte[] encode(Learner learner, OnnxInfo info) {
    ModelWeights weights = learner.weights();
    OnnxExport export = new OnnxExport(info.pipeline() + "/" + info.key(), weights);
    export.writeFeatureScaling();
    export.writeNetwork();
    if (info.task().isClassification()) {
      export.writeClasses(learner.classes());
    } else {
      export.writeTarget();
    }
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setProducerName(PRODUCER)
            .setDomain("dev.millrace")
            .setModelVersion(learner.steps())
            .setGraph(export.graph.build());
    OnnxMetadata.of(info, learner, export.scaling)
        .forEach(
            (name, value) ->
                model.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(name).setValue(value)));
    return model.build().toByteArray();
  }

  private void writeFeatureScaling() {
    graph.input(FEATURES, weights.inputs());
    Normalization normalization = scaling.normalization();
    String absent = graph.node("IsNaN", "scaling.missing", List.of(FEATURES));
    String scaled = FEATURES;
    if (normalization.kind() != Normalization.Kind.NONE) {
      scaled = writeColumns(normalization);
      String infinite = graph.node("IsInf", "scaling.infinite", List.of(FEATURES));
      String unknown = graph.node("Or", "scaling.unknown", List.of(absent, infinite));
      absent = graph.node("Or", "scaling.absent", List.of(unknown, "scaling.constant"));
    }
    String zero = graph.scalar("scaling.zero", 0f);
    graph.node("Where", NETWORK_INPUT, List.of(absent, zero, scaled));
  }

  private String writeColumns(Normalization normalization) {
    int columns = weights.inputs();
    double[] origin = new double[columns];
    double[] scale = new double[columns];
    boolean[] constant = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      origin[c] = scaling.origin(c);
      scale[c] = scaling.scale(c);
      constant[c] = scale[c] == 0;
      scale[c] = constant[c] ? 1 : scale[c];
    }
    graph.flags("scaling.constant", constant);
    String from = graph.wideVector("scaling.origin", origin);
    String by = graph.wideVector("scaling.scale", scale);
    String wide = graph.toDouble(FEATURES, "scaling.wide");
    String centred = graph.node("Sub", "scaling.centred", List.of(wide, from));
    String scaled = graph.node("Div", "scaling.divided", List.of(centred, by));
    boolean standard = normalization.kind() == Normalization.Kind.STANDARD;
    if (!standard || normalization.clip() != 0f) {
      String min = graph.wideScalar("scaling.least", standard ? -normalization.clip() : 0);
      String max = graph.wideScalar("scaling.most", standard ? normalization.clip() : 1);
      scaled = graph.node("Clip", "scaling.clipped", List.of(scaled, min, max));
    }
    return graph.toFloat(scaled, "scaling.scaled");
  }

  private void writeNetwork() {
    String at = NETWORK_INPUT;
    int inputs = weights.inputs();
    for (int l = 0; l < weights.layers().size(); l++) {
      ModelWeights.Layer layer = weights.layers().get(l);
      String name = "layer" + l;
      at =
          graph.node(
              "Gemm",
              name + ".sum",
              List.of(
                  at,
                  graph.matrix(name + ".weight", layer.weights(), inputs),
                  graph.vector(name + ".bias", layer.bias())));
      float[] gain = layer.gain();
      float[] shift = layer.shift();
      if (gain != null && shift != null) {
        if (layer.units() == 1) {
          throw new IllegalArgumentException(
              ("hidden layer %d has one neuron and layer norm, so its output is constant; ONNX"
                      + " Runtime rejects such a layer: use more neurons, or no layer norm")
                  .formatted(l + 1));
        }
        at =
            graph.node(
                "LayerNormalization",
                name + ".normalized",
                List.of(
                    at, graph.vector(name + ".gain", gain), graph.vector(name + ".shift", shift)),
                attribute("axis", -1L),
                attribute("epsilon", ModelWeights.LAYER_NORM_EPSILON));
      }
      boolean last = l == weights.layers().size() - 1;
      at = writeActivation(layer.activation(), at, last ? NETWORK_OUTPUT : name + ".output");
      inputs = layer.units();
    }
  }

  private String writeActivation(Activation activation, String x, String y) {
    List<String> in = List.of(x);
    return switch (activation) {
      case SIGMOID -> graph.node("Sigmoid", y, in);
      case TANH -> graph.node("Tanh", y, in);
      case RELU -> graph.node("Relu", y, in);
      case LEAKY_RELU -> graph.node("LeakyRelu", y, in, attribute("alpha", LEAK));
      case ELU -> graph.node("Elu", y, in, attribute("alpha", 1f));
      case SELU ->
          graph.node("Selu", y, in, attribute("alpha", SELU_ALPHA), attribute("gamma", SELU_SCALE));
      case GELU -> writeGelu(x, y);
      case SILU -> {
        String share = graph.node("Sigmoid", y + ".sigmoid", in);
        yield graph.node("Mul", y, List.of(x, share));
      }
      case SOFTPLUS -> graph.node("Softplus", y, in);
      case SOFTMAX -> graph.node("Softmax", y, in, attribute("axis", -1L));
      case LINEAR -> graph.node("Identity", y, in);
    };
  }

  /** Writes x·Φ(x) as PyTorch does; the operator Gelu is three operator sets newer. */
  private String writeGelu(String x, String y) {
    String root = graph.scalar(y + ".root2", (float) Math.sqrt(2));
    String one = graph.scalar(y + ".one", 1f);
    String half = graph.scalar(y + ".half", 0.5f);
    String scaled = graph.node("Div", y + ".scaled", List.of(x, root));
    String erf = graph.node("Erf", y + ".erf", List.of(scaled));
    String twice = graph.node("Add", y + ".twice_phi", List.of(erf, one));
    String product = graph.node("Mul", y + ".product", List.of(x, twice));
    return graph.node("Mul", y, List.of(product, half));
  }

  private void writeClasses(int classes) {
    if (classes == 0) {
      throw new IllegalArgumentException("the model has seen no class yet");
    }
    if (classes == 1) {
      // Always 1, as is the softmax of one number.
      graph.node("Softmax", PROBABILITIES, List.of(NETWORK_OUTPUT), attribute("axis", -1L));
    } else if (weights.output().units() == 1) {
      String one = graph.scalar("classes.one", 1f);
      String first = graph.node("Sub", "classes.first", List.of(one, NETWORK_OUTPUT));
      graph.node("Concat", PROBABILITIES, List.of(first, NETWORK_OUTPUT), attribute("axis", 1L));
    } else {
      graph.node("Identity", PROBABILITIES, List.of(NETWORK_OUTPUT));
    }
    graph.node(
        "ArgMax", LABEL, List.of(PROBABILITIES), attribute("axis", 1L), attribute("keepdims", 0L));
    graph.output(PROBABILITIES, classes);
    graph.indexOutput(LABEL);
  }

  private void writeTarget() {
    String scale = graph.wideScalar("target.scale", scaling.targetScale());
    String origin = graph.wideScalar("target.origin", scaling.targetOrigin());
    String wide = graph.toDouble(NETWORK_OUTPUT, "target.wide");
    String scaled = graph.node("Mul", "target.scaled", List.of(wide, scale));
    graph.toFloat(graph.node("Add", "target.restored", List.of(scaled, origin)), PREDICTION);
    graph.output(PREDICTION, 1);
  }
}
