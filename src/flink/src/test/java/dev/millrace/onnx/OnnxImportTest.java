package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.testing.OnnxFiles;
import dev.millrace.testing.OnnxModels;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class OnnxImportTest {
  private static final String SCALING =
      "its properties millrace.normalization or millrace.statistics are damaged";
  private static final String INDICATORS =
      "its property millrace.indicators is not a list of columns";

  @SuppressWarnings("unused") // @FieldSource names it
  private static final List<Arguments> DAMAGED =
      List.of(
          Arguments.of("classes", "null", "its property classes is not a list of names"),
          Arguments.of(
              "classes", "[null,\"b\",\"c\"]", "its property classes is not a list of names"),
          Arguments.of("task", "x\ny\u001b[2J", "its property task is x?y?[2J"),
          Arguments.of("millrace.normalization.decay", "NaN", SCALING),
          Arguments.of("millrace.normalization.decay", "-3", SCALING),
          Arguments.of("millrace.normalization.decay", "1", SCALING),
          Arguments.of("millrace.normalization.clip", "-1", SCALING),
          Arguments.of("millrace.normalization.clip", "Infinity", SCALING),
          Arguments.of("millrace.normalization", "robust", SCALING),
          Arguments.of("millrace.statistics.features", doubles(5, 3, Double.NaN), SCALING),
          Arguments.of("millrace.statistics.features", doubles(5, 3, -1), SCALING),
          Arguments.of("millrace.statistics.features", doubles(5, 1. / 0, 1), SCALING),
          Arguments.of("millrace.statistics.features", "!!", SCALING),
          Arguments.of("millrace.indicators", "[1]", INDICATORS),
          Arguments.of("millrace.indicators", "[-1]", INDICATORS),
          Arguments.of("millrace.indicators", "null", INDICATORS),
          Arguments.of("millrace.indicators", "0", INDICATORS));

  @ParameterizedTest(name = "{0} {1}")
  @FieldSource("DAMAGED")
  void aDamagedPropertyIsRejectedInOneLine(String name, String value, String message)
      throws Exception {
    ModelProto.Builder file = ModelProto.parseFrom(ours(Normalization.Kind.STANDARD)).toBuilder();
    for (StringStringEntryProto.Builder property : file.getMetadataPropsBuilderList()) {
      if (property.getKey().equals(name)) {
        property.setValue(value);
      }
    }

    assertThatThrownBy(() -> OnnxImport.decode(file.build().toByteArray()))
        .isInstanceOf(OnnxException.class)
        .hasMessage(message);
  }

  @Test
  void theRangeOfAColumnThatWasNeverSeenIsNoDamage() throws OnnxException {
    double[] statistics =
        OnnxImport.decode(ours(Normalization.Kind.MINMAX)).weights().scaling().features();

    assertThat(statistics).startsWith(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
  }

  /** A model of one feature that was missing in all examples. */
  private static byte[] ours(Normalization.Kind kind) {
    NetworkSpec spec =
        OnnxModels.spec(
            List.of(),
            Activation.SOFTMAX,
            Loss.CATEGORICAL_CROSSENTROPY,
            new Normalization(kind, 0f, 0f).withIndicators(Indicators.of(0)));
    Learner learner = new Learner(spec, Task.MULTICLASS, 1, 3, 1);
    learner.learn(new float[] {Float.NaN}, 2);
    return OnnxExport.encode(learner, OnnxModels.info(Task.MULTICLASS, 3));
  }

  private static String doubles(double... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Double.BYTES);
    bytes.asDoubleBuffer().put(numbers);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  @ParameterizedTest
  @MethodSource("dev.millrace.onnx.OnnxExportTest#cases")
  void anExportedModelComesBackBitForBit(OnnxExportTest.Case of) throws OnnxException {
    Learner learner = OnnxModels.taught(of.spec(), of.task(), of.classes());
    OnnxInfo info = OnnxModels.info(of.task(), of.classes());

    OnnxModel read = OnnxImport.decode(OnnxExport.encode(learner, info));

    assertThat(read.weights()).usingRecursiveComparison().isEqualTo(learner.weights());
    assertThat(read.task()).isEqualTo(of.task());
    assertThat(read.classes()).isEqualTo(info.classes());
    Learner started = new Learner(of.spec(), of.task(), OnnxModels.INPUTS, of.classes(), 77);
    started.startFrom(read.weights());
    for (float[] row : OnnxModels.rows(7)) {
      assertThat(started.predict(row)).containsExactly(learner.predict(row));
    }
  }

  @Test
  void aPyTorchPerceptronPredictsAsInOnnxRuntime() throws OnnxException {
    OnnxFiles file =
        new OnnxFiles(5)
            .then("Flatten")
            .linear(8)
            .then("Relu")
            .linear(7)
            .silu()
            .then("Dropout")
            .linear(6)
            .gelu()
            .linear(3)
            .then("Softmax");

    assertSamePredictions(
        file,
        List.of(
            new LayerSpec(8, Activation.RELU),
            new LayerSpec(7, Activation.SILU),
            new LayerSpec(6, Activation.GELU)),
        Activation.SOFTMAX);
  }

  @Test
  void aKerasPerceptronPredictsAsInOnnxRuntime() throws OnnxException {
    OnnxFiles file = new OnnxFiles(4).dense(9).then("Selu").dense(5).dense(6).then("Elu").dense(1);

    assertSamePredictions(
        file,
        List.of(
            new LayerSpec(9, Activation.SELU),
            new LayerSpec(5, Activation.LINEAR),
            new LayerSpec(6, Activation.ELU)),
        Activation.LINEAR);
  }

  @Test
  void rejectsOtherGraphsAndNamesTheNode() {
    assertRejected(
        new OnnxFiles(4).linear(3).then("Sin").linear(2), "its node Sin (/Sin_1) is not");
    assertRejected(new OnnxFiles(4).then("Abs").linear(3), "its node Abs (/Abs_0) is not");
    assertThatThrownBy(() -> OnnxImport.decode("pipeline: x\n".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("not an ONNX file");
    assertThatThrownBy(() -> OnnxImport.decode(new byte[0]))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining("not an ONNX file");
  }

  @Test
  void nodesThatDoNothingMayStandAtTheEnd() throws OnnxException {
    assertSamePredictions(
        new OnnxFiles(4).linear(5).then("Tanh").linear(1).then("Sigmoid").then("Identity"),
        List.of(new LayerSpec(5, Activation.TANH)),
        Activation.SIGMOID);
  }

  @Test
  void aLayerWithoutBiasHasZeros() throws OnnxException {
    OnnxFiles file =
        new OnnxFiles(4)
            .unbiased("MatMul", 5)
            .then("Relu")
            .unbiased("Gemm", 2)
            .weightsAmongInputs();

    List<ModelWeights.Layer> layers = OnnxImport.decode(file.bytes()).weights().layers();

    assertThat(layers.get(0).bias()).containsExactly(new float[5]);
    assertThat(layers.get(1).bias()).containsExactly(new float[2]);
  }

  @Test
  void aLayerNormalizationIsReadIfItIsOfRowsWithTheUsualEpsilon() throws OnnxException {
    float usual = ModelWeights.LAYER_NORM_EPSILON;
    assertSamePredictions(
        new OnnxFiles(4).linear(6).layerNorm(-1, usual).then("Tanh").linear(1),
        List.of(new LayerSpec(6, Activation.TANH, 0f, true)),
        Activation.LINEAR);
    String no = "is not one of the last axis with epsilon";
    assertRejected(new OnnxFiles(4).linear(6).layerNorm(0, usual).then("Tanh").linear(2), no);
    assertRejected(new OnnxFiles(4).linear(6).layerNorm(-1, 0.5f).then("Tanh").linear(2), no);
  }

  @Test
  void aGeluIsOneHoweverItsRootIsWritten() throws OnnxException {
    assertSamePredictions(
        new OnnxFiles(4).linear(5).gelu("Mul", 0.70710677f, 1f, 0.5f).linear(1),
        List.of(new LayerSpec(5, Activation.GELU)),
        Activation.LINEAR);
  }

  @Test
  void rejectsGraphsThatOnlyResembleAnActivation() {
    String no = ", which are no activation together";
    assertRejected(new OnnxFiles(4).linear(3).gelu("Div", 2f, 1f, 0.5f).linear(2), no);
    assertRejected(new OnnxFiles(4).linear(3).gelu("Mul", 2f, 1f, 0.5f).linear(2), no);
    assertRejected(new OnnxFiles(4).linear(3).gelu("Div", 1.4142135f, 2f, 0.5f).linear(2), no);
    assertRejected(new OnnxFiles(4).linear(3).gelu("Div", 1.4142135f, 1f, 0.25f).linear(2), no);
    assertRejected(
        new OnnxFiles(4).linear(3).scaledSigmoid().linear(2),
        "its tensor t0 is read by the nodes Sigmoid (/Sigmoid_1) and Mul (/Mul_3)" + no);
    assertRejected(
        new OnnxFiles(4).linear(3).silu("acme").linear(2),
        "its tensor t0 is read by the nodes acme.Sigmoid (/Sigmoid_1) and Mul (/Mul_2)" + no);
  }

  @Test
  void anActivationOfOtherParametersIsRejectedInItsWords() throws OnnxException {
    assertRejected(
        new OnnxFiles(4).linear(3).then("Gelu", OnnxFiles.word("approximate", "tanh")).linear(2),
        "is not the exact gelu, approximate none");
    assertRejected(
        new OnnxFiles(4).linear(3).then("Elu", OnnxFiles.number("alpha", 0.5f)).linear(2),
        "its node Elu (/Elu_1) has alpha 0.5, where 1 is needed");
    assertRejected(
        new OnnxFiles(4).linear(3).then("LeakyRelu", OnnxFiles.number("alpha", 0.2f)).linear(2),
        "its node LeakyRelu (/LeakyRelu_1) has alpha 0.2, where 0.01 is needed");
    assertRejected(
        new OnnxFiles(4).linear(3).then("Softmax", OnnxFiles.whole("axis", 0)),
        "is not a softmax of the last axis");
    assertThat(
            OnnxImport.decode(
                    new OnnxFiles(4)
                        .linear(3)
                        .then("Gelu", OnnxFiles.word("approximate", "none"))
                        .linear(2)
                        .then("Softmax", OnnxFiles.whole("axis", 1))
                        .bytes())
                .weights()
                .hidden())
        .containsExactly(new LayerSpec(3, Activation.GELU));
  }

  @Test
  void nodesOfOtherDomainsAreNotThoseOfTheirNames() {
    assertRejected(
        new OnnxFiles(4).linear(3).domain("acme"),
        "its node acme.Gemm (/Gemm_0) is not a fully connected layer");
    assertRejected(
        new OnnxFiles(4).linear(3).then("Relu").domain("acme").linear(2),
        "its node acme.Relu (/Relu_1) is not an activation");
    assertRejected(
        new OnnxFiles(4).linear(3).then("Identity").domain("acme").linear(2),
        "its node acme.Identity (/Identity_1) is not an activation");
  }

  @Test
  void theUsualDomainMayBeWrittenOut() throws OnnxException {
    byte[] bytes = new OnnxFiles(4).linear(3).domain("ai.onnx").then("Relu").linear(2).bytes();

    assertThat(OnnxImport.decode(bytes).weights().hidden())
        .containsExactly(new LayerSpec(3, Activation.RELU));
  }

  @Test
  void aFlattenKeepsTheBatch() throws OnnxException {
    assertRejected(
        new OnnxFiles(4).then("Flatten", OnnxFiles.whole("axis", 0)).linear(2),
        "its node Flatten (/Flatten_0) has axis 0, where 1 is needed");
    byte[] last = new OnnxFiles(4).then("Flatten", OnnxFiles.whole("axis", -1)).linear(2).bytes();
    assertThat(OnnxImport.decode(last).weights().inputs()).isEqualTo(4);
  }

  @Test
  void aTensorOfNegativeSidesIsRejected() throws Exception {
    ModelProto.Builder file = ModelProto.parseFrom(new OnnxFiles(4).linear(3).bytes()).toBuilder();
    file.getGraphBuilder().getInitializerBuilder(1).clearDims().addDims(-3).addDims(-1);

    assertThatThrownBy(() -> OnnxImport.decode(file.build().toByteArray()))
        .isInstanceOf(OnnxException.class)
        .hasMessage("its tensor fc0.bias has 3 numbers, but is declared as [-3, -1]");
  }

  @Test
  void aConstantMayListItsNumbers() throws Exception {
    OnnxFiles file = new OnnxFiles(4).linear(3).gelu().linear(2);
    ModelProto.Builder model = ModelProto.parseFrom(file.bytes()).toBuilder();
    GraphProto.Builder graph = model.getGraphBuilder();
    for (NodeProto.Builder node : graph.getNodeBuilderList()) {
      for (AttributeProto.Builder value : node.getAttributeBuilderList()) {
        if (value.getName().equals("value")) {
          value.setName("value_float").setF(value.getT().getFloatData(0)).clearT();
        }
      }
    }
    TensorProto bias = graph.getInitializer(1);
    graph
        .removeInitializer(1)
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput(bias.getName())
                .addAttribute(
                    AttributeProto.newBuilder()
                        .setName("value_floats")
                        .addAllFloats(bias.getFloatDataList())));

    assertThat(OnnxImport.decode(model.build().toByteArray()).weights())
        .usingRecursiveComparison()
        .isEqualTo(OnnxImport.decode(file.bytes()).weights());
  }

  @Test
  void aGraphThatGoesRoundInACircleIsRejected() {
    OnnxFiles round = new OnnxFiles(4).then("Dropout").circle();

    assertRejected(round, "its graph has a cycle");
  }

  @Test
  void aFileCutOrChangedAnywhereIsReadOrRejectedAndNeverCrashes() {
    Learner learner = OnnxModels.taught(OnnxExportTest.cases().get(0).spec(), Task.MULTICLASS, 3);
    byte[] whole = OnnxExport.encode(learner, OnnxModels.info(Task.MULTICLASS, 3));
    Random random = new Random(41);
    int rejected = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = Arrays.copyOf(whole, i % 2 == 0 ? whole.length : random.nextInt(whole.length));
      for (int change = random.nextInt(4); change >= 0 && bytes.length > 0; change--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try {
        OnnxImport.decode(bytes);
      } catch (OnnxException e) {
        rejected++;
        assertThat(e.getMessage()).isNotBlank();
      }
    }
    assertThat(rejected).isBetween(1_500, 2_999);
  }

  @Test
  void ourFileThatLostItsStatisticsIsRejected() throws Exception {
    Learner learner = OnnxModels.taught(OnnxExportTest.cases().get(0).spec(), Task.MULTICLASS, 3);
    ModelProto whole =
        ModelProto.parseFrom(OnnxExport.encode(learner, OnnxModels.info(Task.MULTICLASS, 3)));

    byte[] without = whole.toBuilder().clearMetadataProps().build().toByteArray();

    assertThatThrownBy(() -> OnnxImport.decode(without))
        .hasMessage("it has no property millrace.normalization");
  }

  private static void assertRejected(OnnxFiles file, String message) {
    assertThatThrownBy(() -> OnnxImport.decode(file.bytes()))
        .isInstanceOf(OnnxException.class)
        .hasMessageContaining(message);
  }

  private static void assertSamePredictions(
      OnnxFiles file, List<LayerSpec> layers, Activation output) throws OnnxException {
    byte[] bytes = file.bytes();
    OnnxModel read = OnnxImport.decode(bytes);

    assertThat(read.weights().hidden()).isEqualTo(layers);
    assertThat(read.weights().output().activation()).isEqualTo(output);
    assertThat(read.isOurs()).isFalse();
    boolean classes = output == Activation.SOFTMAX;
    Learner learner =
        new Learner(
            spec(layers, output, classes),
            classes ? Task.MULTICLASS : Task.REGRESSION,
            file.inputs(),
            read.weights().output().units(),
            1);
    learner.startFrom(read.weights());
    Random random = new Random(43);
    float[][] batch = new float[7][file.inputs()];
    for (float[] row : batch) {
      for (int i = 0; i < row.length; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    float[][] expected = (float[][]) OnnxModels.run(bytes, batch, file.outputName());
    float[][] predicted = OnnxModels.predictions(learner, batch);
    for (int r = 0; r < batch.length; r++) {
      assertThat(predicted[r]).containsExactly(expected[r], Offset.offset(1e-4f));
    }
  }

  private static NetworkSpec spec(List<LayerSpec> layers, Activation output, boolean classes) {
    return NetworkSpec.of(new Optimizer.Sgd(0.02f, 0f, false))
        .with(
            to -> {
              to.hidden = layers;
              to.output = output;
              to.loss = classes ? Loss.CATEGORICAL_CROSSENTROPY : Loss.MSE;
              to.seed = 1;
            });
  }
}
