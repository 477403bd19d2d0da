package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.onnx.OnnxExport;
import dev.millrace.onnx.OnnxInfo;
import dev.millrace.testing.OnnxFiles;
import dev.millrace.testing.OnnxModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The option {@code model.warm-start}. */
class ModelFromFileTest {
  @TempDir private static Path dir;

  private static Learner ours;
  private static Learner marked;

  @BeforeAll
  static void writeFiles() throws IOException {
    NetworkSpec spec =
        OnnxModels.spec(
            Activation.SILU,
            Activation.SOFTMAX,
            Loss.CATEGORICAL_CROSSENTROPY,
            OnnxModels.STANDARD);
    ours = OnnxModels.taught(spec, Task.MULTICLASS, 3);
    Files.write(
        dir.resolve("ours.onnx"), OnnxExport.encode(ours, OnnxModels.info(Task.MULTICLASS, 3)));
    marked =
        OnnxModels.taught(
            OnnxModels.spec(
                Activation.SILU,
                Activation.SOFTMAX,
                Loss.CATEGORICAL_CROSSENTROPY,
                OnnxModels.STANDARD.withIndicators(Indicators.of(2, 3, 4))),
            Task.MULTICLASS,
            3);
    Files.write(
        dir.resolve("marked.onnx"), OnnxExport.encode(marked, OnnxModels.info(Task.MULTICLASS, 3)));
    Files.write(
        dir.resolve("torch.onnx"), new OnnxFiles(5).linear(8).then("Relu").linear(3).bytes());
    Files.write(
        dir.resolve("score.onnx"),
        new OnnxFiles(5).linear(8).then("Relu").linear(1).then("Sigmoid").bytes());
    Files.write(dir.resolve("value.onnx"), new OnnxFiles(5).linear(1).bytes());
    Files.write(dir.resolve("conv.onnx"), new OnnxFiles(5).then("Conv").linear(1).bytes());
    Files.writeString(dir.resolve("text.onnx"), "not a model");
  }

  @Test
  void ourExportDescribesTheWholeModel() {
    Settings settings =
        parse("{ label: y }", "{ warm-start: { file: ours.onnx }, learning-rate: 0.1 }");

    assertThat(network(settings).hidden())
        .containsExactly(
            new LayerSpec(9, Activation.SILU), new LayerSpec(6, Activation.SILU, 0f, true));
    assertThat(network(settings).output()).isEqualTo(Activation.SOFTMAX);
    assertThat(network(settings).normalization()).isEqualTo(OnnxModels.STANDARD);
    assertThat(settings.input().spec().task()).isEqualTo(Task.MULTICLASS);
    assertThat(settings.model().start().classes()).containsExactly("low", "mid, \"ok\"", "high");
    assertThat(weights(settings)).usingRecursiveComparison().isEqualTo(ours.weights());
  }

  @Test
  void layersWrittenOutMayAddDropoutAlone() {
    Settings settings =
        parse(
            "{ label: y }",
            "{ warm-start: { file: ours.onnx }, layers: [{ units: 9, activation: silu, dropout: 0.2"
                + " }, { units: 6, activation: silu, layer-norm: true }] }");

    assertThat(network(settings).hidden().get(0).dropout()).isEqualTo(0.2f);
  }

  @Test
  void aFileWithoutNamesTakesTheDeclaredClassesAndLogits() {
    Settings settings =
        parse("{ label: y, classes: [a, b, c] }", "{ warm-start: { file: torch.onnx } }");

    assertThat(network(settings).hidden()).isEqualTo(List.of(new LayerSpec(8, Activation.RELU)));
    assertThat(network(settings).output()).isNull();
    assertThat(settings.model().start().classes()).containsExactly("a", "b", "c");
    assertThat(weights(settings).scaling()).isNull();
  }

  @Test
  void oneSigmoidIsAModelOfTwoClassesAndOneNumberAValue() {
    assertThat(
            network(parse("{ label: y, classes: [a, b] }", "{ warm-start: { file: score.onnx } }"))
                .output())
        .isEqualTo(Activation.SIGMOID);
    assertThat(parse("{ label: y }", "{ warm-start: { file: value.onnx } }").input().spec().task())
        .isEqualTo(Task.REGRESSION);
  }

  @Test
  void theHashNamesTheWeights() throws IOException {
    Files.write(dir.resolve("other.onnx"), new OnnxFiles(5).linear(9).linear(1).bytes());

    assertThat(parse("{ label: y }", "{ warm-start: { file: value.onnx } }").configHash())
        .isNotEqualTo(parse("{ label: y }", "{ warm-start: { file: other.onnx } }").configHash())
        .isNotEqualTo(parse("{ label: y }", "{ layers: [] }").configHash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          { label: y } | { warm-start: { key: k, file: ours.onnx } } | warm-start.file and model.warm-start.key both
          { label: y } | { warm-start: { key: ours.onnx } } | must be a model key, but is a file. Use file: o
          { label: y } | { warm-start: {} } | model.warm-start needs an initial model: { key: KEY }, or
          { label: y } | { warm-start: { file: absent.onnx } } | model.warm-start.file is not a file
          { label: y } | { warm-start: { file: . } } | model.warm-start.file cannot start from .: it is a directory
          { label: y } | { warm-start: { file: text.onnx } } | cannot start from text.onnx: it is not an ONNX file
          { label: y } | { warm-start: { file: conv.onnx } } | its node Conv (/Conv_0) is not a fully connected
          { label: y } | { warm-start: { file: torch.onnx } } | does not name the classes of its 3 outputs
          { label: y } | { warm-start: { file: score.onnx } } | does not name the classes of its 1 outputs
          { label: y, classes: [a, b] } | { warm-start: { file: torch.onnx } } | its outputs are 3, which does not
          { label: y, classes: [a, b] } | { warm-start: { file: ours.onnx } } | but input.classes are [a, b]
          { label: y, task: regression } | { warm-start: { file: ours.onnx } } | it learned classes, but the task
          { label: y } | { warm-start: { file: ours.onnx }, output: sigmoid } | model.output is sigmoid, but that
          { label: y } | { warm-start: { file: ours.onnx }, normalization: minmax } | model.normalization is minmax
          { label: y } | { warm-start: { file: ours.onnx }, layers: [{ units: 9 }] } | model.layers are 9 tanh, but
          """)
  void rejectsUnsuitableFilesAtLoad(String input, String model, String message) {
    assertThatThrownBy(() -> parse(input, model))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("1 error.");
  }

  @Test
  void declaredFeaturesMustBeAsManyAsTheFileTakes() {
    String input =
        "{ label: y, schema: s.avsc, features: [{ name: a }, { name: b, nullable: true }] }";
    assertThatThrownBy(
            () -> {
              Files.writeString(
                  dir.resolve("s.avsc"),
                  """
                  {"type": "record", "name": "R", "fields": [
                    {"name": "y", "type": "double"}, {"name": "a", "type": "double"},
                    {"name": "b", "type": ["null", "double"]}]}
                  """);
              parse(input, "{ warm-start: { file: value.onnx } }");
            })
        .hasMessageContaining("it has 5 inputs, but input.features are 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [a, b, { name: h, type: hash, buckets: 3 }] | ''
          [b, a, { name: h, type: hash, buckets: 3 }] | 1 is "a: numeric", but input.features has "b: numeric"
          [a, b, { name: h, type: one-hot, values: [x, y, z] }] | 3 is "h: hash 3", but input.features has "h: one-hot
          """)
  void declaredFeaturesMustBeTheFilesInTheirOrder(String features, String message)
      throws IOException {
    OnnxInfo named =
        new OnnxInfo(
            "test",
            "k",
            "0a1b2c3d",
            Task.MULTICLASS,
            List.of("low", "mid", "high"),
            List.of("a: numeric", "b: numeric", "h: hash 3"));
    Files.write(dir.resolve("named.onnx"), OnnxExport.encode(marked, named));
    String input = "{ label: y, format: json, features: %s }".formatted(features);

    if (message.isEmpty()) {
      assertThat(parse(input, "{ warm-start: { file: named.onnx } }").model().start().inputs())
          .isEqualTo(5);
    } else {
      assertThatThrownBy(() -> parse(input, "{ warm-start: { file: named.onnx } }"))
          .isInstanceOf(InvalidPipelineException.class)
          .hasMessageContaining(
              "model.warm-start.file cannot start from named.onnx: its feature " + message)
          .hasMessageContaining("Declare the file's features, in their order");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ours   | [a, b, c, d, e]                             | ''
          ours   | [a, b, c, d, { name: e, type: boolean }]    | it scales inputs 4 (counted from 0)
          marked | [a, b, { name: h, type: hash, buckets: 3 }] | ''
          marked | [a, b, c, d, e]                             | it does not scale inputs 2 to 4 (
          """)
  void featuresMustBeIndicatorsWhereTheyAreInTheFile(String file, String features, String message) {
    String input = "{ label: y, format: json, features: %s }".formatted(features);
    String model = "{ warm-start: { file: %s.onnx } }".formatted(file);

    if (message.isEmpty()) {
      assertThat(parse(input, model).model().start().inputs()).isEqualTo(5);
    } else {
      assertThatThrownBy(() -> parse(input, model))
          .isInstanceOf(InvalidPipelineException.class)
          .hasMessageContaining(
              "model.warm-start.file cannot start from %s.onnx: %s".formatted(file, message))
          .hasMessageContaining("Declare the file's features, in their order");
    }
  }

  @Test
  void withoutDeclaredFeaturesTheIndicatorsAreThoseOfTheFile() {
    Settings settings = parse("{ label: y }", "{ warm-start: { file: marked.onnx } }");

    assertThat(weights(settings).indicators()).isEqualTo(Indicators.of(2, 3, 4));
  }

  private static NetworkSpec network(Settings settings) {
    return (NetworkSpec) settings.model();
  }

  private static Settings parse(String input, String model) {
    String yaml =
        "pipeline: p\nkafka: { bootstrap.servers: localhost:9092 }\ninput: %s\nmodel: %s\n";
    return PipelineFile.parse("p.yaml", yaml.formatted(input, model), dir);
  }

  private static ModelWeights weights(Settings settings) {
    return ((ModelStart.NetworkStart) settings.model().start()).weights();
  }
}
