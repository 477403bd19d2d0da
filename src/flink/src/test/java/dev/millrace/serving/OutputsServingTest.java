package dev.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.json.AnswerJson;
import dev.millrace.codec.text.RejectedException;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfOutputs;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A served model answers with all of its outputs, as the job would predict them next. */
class OutputsServingTest {
  private static final Settings SETS =
      settings("{ format: json, label: tags, task: multilabel, %s }");
  private static final Settings TARGETS =
      settings("{ format: json, targets: { click: binary, amount: regression }, %s }");

  private static Settings settings(String input) {
    return PipelineFile.parse(
        "several",
        """
        pipeline: several
        kafka: { bootstrap.servers: "localhost:1" }
        input: %s
        auto: fast
        """
            .formatted(input.formatted("features: [x, y]")),
        Path.of(""));
  }

  private final Listener published = new Listener();
  private @Nullable TrainState state;

  @Test
  void setsAreAnsweredAsTheJobPredictsThem() throws Exception {
    LoadedModel model = trained(SETS);

    ModelAnswer answer = predict(model, SETS, 0.4f, -0.7f);

    OfOutputs expected = (OfOutputs) next(SETS, 0.4f, -0.7f).outcome();
    assertThat(Objects.requireNonNull(answer.outputs()).labels()).isEqualTo(expected.labels());
    JsonNode json = json(answer);
    assertThat(json.get("labels").get(0).textValue()).isEqualTo("right");
    assertThat(json.get("labels")).hasSize(1);
    assertThat(json.get("probabilities").get("right").doubleValue()).isGreaterThan(0.5);
    assertThat(json.get("probabilities").get("up").doubleValue()).isLessThan(0.5);
    assertThat(json.get("examples").longValue()).isEqualTo(600);
  }

  @Test
  void targetsAreAnsweredEachInItsKind() throws Exception {
    LoadedModel model = trained(TARGETS);

    JsonNode json = json(predict(model, TARGETS, 0.6f, 0.3f));

    assertThat(json.get("outputs").get("click").get("class").textValue()).isEqualTo("1");
    assertThat(json.get("outputs").get("amount").get("value").doubleValue()).isBetween(10.0, 20.0);
    assertThat(model.isOfClasses()).isFalse();
    assertThat(model.memoryBytes()).isPositive();
  }

  @Test
  void aRequestOfAnotherWidthIsRejected() throws Exception {
    LoadedModel model = trained(SETS);
    Example narrow = new Example();
    narrow.resize(1);

    assertThatThrownBy(() -> model.predict(narrow, new Workspace()))
        .isInstanceOf(RejectedException.class)
        .hasMessage("there are 1 features; the model of this key has 2 inputs");
  }

  private static ModelAnswer predict(LoadedModel model, Settings settings, float x, float y)
      throws Exception {
    Example example = new Example();
    JsonNode request = new ObjectMapper().readTree("{\"x\":%s,\"y\":%s}".formatted(x, y));
    new FeatureReader(settings.input().spec()).readNamed(request, example);
    return model.predict(example, new Workspace());
  }

  private static JsonNode json(ModelAnswer answer) throws Exception {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      AnswerJson.write(json, answer);
    }
    return new ObjectMapper().readTree(text.toString());
  }

  private Prediction next(Settings settings, float x, float y) throws Exception {
    Example example = example(x, y);
    example.kind = RecordKind.FEATURES;
    Chunk chunk = new Chunk();
    chunk.add(example);
    engine(settings).learn(state, chunk, published);
    return published.predictions.get(published.predictions.size() - 1);
  }

  private static PrequentialEngine engine(Settings settings) {
    TrainSpec spec =
        TrainSpec.of("several", "t", settings.input().spec(), settings.model())
            .with(
                to -> {
                  to.metrics = settings.metrics();
                  to.publish = to.publish.withPredictions(true);
                });
    return new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
  }

  private LoadedModel trained(Settings settings) throws Exception {
    PrequentialEngine engine = engine(settings);
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 600; i++) {
      float x = (float) random.nextDouble(-1, 1);
      float y = (float) random.nextDouble(-1, 1);
      Example example = example(x, y);
      if (settings == SETS) {
        List<String> labels = new ArrayList<>();
        if (x > 0) {
          labels.add("right");
        }
        if (y > 0) {
          labels.add("up");
        }
        example.label = OutputLabels.ofSet(labels);
      } else {
        example.label =
            OutputLabels.ofTargets(List.of(Label.of(x > 0 ? "1" : "0"), Label.of(12 + 5 * y)));
      }
      Chunk chunk = new Chunk();
      chunk.add(example);
      state = engine.learn(state, chunk, published);
    }
    ModelSnapshot snapshot =
        ModelSnapshot.decode("several", "c", "k", Objects.requireNonNull(state).modelBytes());
    assertThat(snapshot.classes()).hasSize(2);
    return new LoadedModel(snapshot, settings, new Workspace());
  }

  private static Example example(float x, float y) {
    Example example = new Example();
    example.key = "k";
    example.weight = 1;
    example.resize(2);
    example.features[0] = x;
    example.features[1] = y;
    return example;
  }

  /** Keeps predictions, and fails if a record is rejected. */
  private static final class Listener implements EngineListener {
    private final List<Prediction> predictions = new ArrayList<>();

    @Override
    public void report(
        MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {}

    @Override
    public void prediction(Prediction prediction, long timestamp, Chunk chunk, int row) {
      predictions.add(prediction);
    }

    @Override
    public void rejected(DeadLetter letter) {
      throw new AssertionError(letter);
    }

    @Override
    public void warning(String key, String message) {
      throw new AssertionError(message);
    }
  }
}
