package dev.millrace.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.testing.OnnxModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime predicts what the exported learner predicts. */
class OnnxExportTest {
  private static final float TOLERANCE = 1e-5f;

  /** A model of a task. */
  record Case(NetworkSpec spec, Task task, int classes) {
    @Override
    public String toString() {
      return spec.shape(task) + " " + spec.normalization();
    }
  }

  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Activation hidden : Activation.values()) {
      for (Normalization.Kind kind : Normalization.Kind.values()) {
        boolean standard = kind == Normalization.Kind.STANDARD;
        Normalization normalization =
            standard ? OnnxModels.STANDARD : new Normalization(kind, 0f, 0f);
        cases.add(
            new Case(
                OnnxModels.spec(
                    hidden, Activation.SOFTMAX, Loss.CATEGORICAL_CROSSENTROPY, normalization),
                Task.MULTICLASS,
                3));
        cases.add(
            new Case(
                OnnxModels.spec(
                    hidden, Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, normalization),
                Task.BINARY,
                2));
        cases.add(
            new Case(
                OnnxModels.spec(hidden, Activation.LINEAR, Loss.HUBER, normalization),
                Task.REGRESSION,
                0));
      }
    }
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void onnxRuntimePredictsTheSame(Case of) {
    assertSamePredictions(of.spec(), of.task(), of.classes());
  }

  @ParameterizedTest
  @EnumSource
  void anyActivationMayBeTheOutputs(Activation output) {
    NetworkSpec spec = OnnxModels.spec(Activation.TANH, output, Loss.MSE, OnnxModels.STANDARD);

    assertSamePredictions(spec, Task.MULTICLASS, 3);
    if (output != Activation.SOFTMAX) {
      assertSamePredictions(spec, Task.REGRESSION, 0);
    }
  }

  @Test
  void standardizedFeaturesNeedNoBounds() {
    Normalization unbounded = new Normalization(Normalization.Kind.STANDARD, 0.001f, 0f);

    assertSamePredictions(
        OnnxModels.spec(Activation.TANH, Activation.LINEAR, Loss.HUBER, unbounded),
        Task.REGRESSION,
        0);
  }

  @Test
  void onlyTheClassesSeenAreOutputs() {
    NetworkSpec spec =
        OnnxModels.spec(
            Activation.TANH,
            Activation.SOFTMAX,
            Loss.CATEGORICAL_CROSSENTROPY,
            OnnxModels.STANDARD);
    Learner learner = new Learner(spec, Task.MULTICLASS, OnnxModels.INPUTS, 0, 1);

    assertThatThrownBy(() -> OnnxExport.encode(learner, OnnxModels.info(Task.MULTICLASS, 0)))
        .hasMessage("the model has seen no class yet");
    for (int classes = 1; classes <= 3; classes++) {
      learner.addClass();
      learner.learn(OnnxModels.rows(1)[0], classes - 1);
      assertSamePredictions(learner, OnnxModels.info(Task.MULTICLASS, classes));
    }
  }

  @Test
  void oneClassIsCertainWhateverTheLoss() {
    for (Loss loss : List.of(Loss.MSE, Loss.BINARY_CROSSENTROPY)) {
      NetworkSpec spec =
          OnnxModels.spec(Activation.RELU, Activation.SIGMOID, loss, OnnxModels.STANDARD);

      assertSamePredictions(
          OnnxModels.taught(spec, Task.BINARY, 1), OnnxModels.info(Task.BINARY, 1));
    }
  }

  @Test
  void aLayerOfOneNeuronWithLayerNormIsRejectedByName() {
    NetworkSpec spec =
        OnnxModels.spec(
            List.of(new LayerSpec(4, Activation.TANH), new LayerSpec(1, Activation.RELU, 0f, true)),
            Activation.LINEAR,
            Loss.MSE,
            OnnxModels.STANDARD);
    Learner learner = OnnxModels.taught(spec, Task.REGRESSION, 0);

    assertThatThrownBy(() -> OnnxExport.encode(learner, OnnxModels.info(Task.REGRESSION, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "hidden layer 2 has one neuron and layer norm, so its output is constant; ONNX"
                + " Runtime rejects such a layer: use more neurons, or no layer norm");
  }

  @ParameterizedTest
  @EnumSource
  void theGreatestAndSmallestNumbersAreScaledAsInTheModel(Normalization.Kind kind) {
    NetworkSpec spec =
        OnnxModels.spec(
            Activation.TANH, Activation.LINEAR, Loss.MSE, new Normalization(kind, 0f, 0f));
    Learner learner = new Learner(spec, Task.REGRESSION, OnnxModels.INPUTS, 0, 1);
    float[][] rows = {
      {-3e38f, 1e-44f, 1f, 1f, 1f}, {3e38f, 2e-44f, 2f, 2f, 2f}, {1e38f, 3e-44f, 1f, 3f, 2f}
    };
    for (int i = 0; i < 12; i++) {
      learner.learn(rows[i % 3], 3e38 * (i % 3 - 1));
    }

    assertSamePredictions(learner, OnnxModels.info(Task.REGRESSION, 0), rows);
    float[][] infinite = {
      {Float.POSITIVE_INFINITY, 1e-44f, 1f, 1f, 1f},
      {1e38f, 1e-44f, Float.NEGATIVE_INFINITY, 2f, Float.NaN}
    };
    assertSamePredictions(learner, OnnxModels.info(Task.REGRESSION, 0), infinite);
  }

  @Test
  void theFileIdentifiesItsModel() throws Exception {
    Learner learner = OnnxModels.taught(cases().get(0).spec(), Task.MULTICLASS, 3);

    ModelProto model =
        ModelProto.parseFrom(OnnxExport.encode(learner, OnnxModels.info(Task.MULTICLASS, 3)));

    Map<String, String> properties =
        model.getMetadataPropsList().stream()
            .collect(
                Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));
    assertThat(properties)
        .containsEntry("pipeline", "test")
        .containsEntry("key", "k1")
        .containsEntry("model_version", "100")
        .containsEntry("config_hash", "0a1b2c3d")
        .containsEntry("examples", "400")
        .containsEntry("task", "multiclass")
        .containsEntry("classes", "[\"low\",\"mid, \\\"ok\\\"\",\"high\"]");
    assertThat(model.getModelVersion()).isEqualTo(100);
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(OnnxExport.OPSET);
    assertThat(model.getGraph().getInput(0).getName()).isEqualTo("features");
    assertThat(model.getGraph().getInput(0).getType().getTensorType().getShape().getDim(0))
        .extracting(d -> d.getDimParam())
        .isEqualTo("batch");
  }

  private static void assertSamePredictions(NetworkSpec spec, Task task, int classes) {
    assertSamePredictions(OnnxModels.taught(spec, task, classes), OnnxModels.info(task, classes));
  }

  private static void assertSamePredictions(Learner learner, OnnxInfo info) {
    assertSamePredictions(learner, info, OnnxModels.rows(1));
    assertSamePredictions(learner, info, OnnxModels.rows(7));
  }

  private static void assertSamePredictions(Learner learner, OnnxInfo info, float[][] batch) {
    byte[] model = OnnxExport.encode(learner, info);
    boolean classes = info.task().isClassification();
    float[][] expected = OnnxModels.predictions(learner, batch);
    float[][] actual =
        (float[][])
            OnnxModels.run(
                model, batch, classes ? OnnxExport.PROBABILITIES : OnnxExport.PREDICTION);
    assertThat(actual).hasDimensions(batch.length, expected[0].length);
    for (int r = 0; r < batch.length; r++) {
      for (int o = 0; o < expected[r].length; o++) {
        float magnitude = Math.max(1f, Math.abs(expected[r][o]));
        assertThat(actual[r][o])
            .as("row %d, output %d", r, o)
            .isCloseTo(expected[r][o], within(TOLERANCE * magnitude));
      }
    }
    if (classes) {
      long[] labels = (long[]) OnnxModels.run(model, batch, OnnxExport.LABEL);
      for (int r = 0; r < batch.length; r++) {
        assertThat(labels[r]).isEqualTo(OnnxModels.best(expected[r]));
      }
    }
  }

  private static Offset<Float> within(float tolerance) {
    return Offset.offset(tolerance);
  }
}
