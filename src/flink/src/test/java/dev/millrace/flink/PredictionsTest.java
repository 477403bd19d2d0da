package dev.millrace.flink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.junit.jupiter.api.Test;

class PredictionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 203;

  private static TrainSpec publishing(TrainSpec spec) {
    return spec.with(
        to -> {
          to.drift = spec.drift();
          to.publish = to.publish.withPredictions(true);
          to.publish = to.publish.with(spec.publish().snapshots());
        });
  }

  private static List<JsonNode> parsed(List<String> lines) throws IOException {
    List<JsonNode> records = new ArrayList<>();
    for (String line : lines) {
      records.add(JSON.readTree(line));
    }
    return records;
  }

  @Test
  void nothingIsPublishedUnlessAskedFor() throws Exception {
    try (TrainHarness harness = new TrainHarness(Specs.train(Specs.small(1)))) {
      harness.send(Chunks.classes("k", EXAMPLES, 1), 16);

      assertThat(harness.predictions()).isEmpty();
    }
  }

  @Test
  void eachExampleHasItsPredictionAndTheirHitsAreTheAccuracy() throws Exception {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 1);
    List<String> labels = examples.stream().map(example -> example.label).toList();
    try (TrainHarness harness = new TrainHarness(publishing(Specs.train(Specs.small(9))))) {
      harness.send(examples, 16);
      harness.end();

      List<JsonNode> predictions = parsed(harness.predictions());
      assertThat(predictions).extracting(p -> p.path("actual").asText()).isEqualTo(labels);
      assertThat(predictions.get(0).path("class").isNull()).isTrue();
      int hits = 0;
      for (int i = 0; i < EXAMPLES; i++) {
        JsonNode prediction = predictions.get(i);
        assertThat(prediction.path("seq").asInt()).isEqualTo(i + 1);
        assertThat(prediction.path("offset").asInt()).isEqualTo(i);
        assertThat(prediction.path("model_version").asInt()).isEqualTo(i / 9);
        assertThat(prediction.path("examples").asInt()).isEqualTo(i);
        hits += prediction.path("class").asText().equals(labels.get(i)) ? 1 : 0;
      }
      JsonNode last = predictions.get(EXAMPLES - 1);
      double sum = 0;
      for (JsonNode probability : last.path("probabilities")) {
        sum += probability.asDouble();
      }
      assertThat(sum).isEqualTo(1, within(1e-5));
      JsonNode metrics = harness.metrics().get(harness.metrics().size() - 1);
      assertThat((double) hits / (EXAMPLES - 1))
          .isEqualTo(metrics.at("/total/accuracy").asDouble());
    }
  }

  @Test
  void aNumberIsPredictedOnTheScaleOfTheTarget() throws Exception {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 1);
    try (TrainHarness harness = new TrainHarness(publishing(Specs.train(Specs.small(1))))) {
      harness.send(examples, 16);
      harness.end();

      List<JsonNode> predictions = parsed(harness.predictions());
      assertThat(predictions.get(0).path("value").isNull()).isTrue();
      double absolute = 0;
      for (int i = 1; i < EXAMPLES; i++) {
        assertThat(predictions.get(i).path("actual").asDouble()).isEqualTo(examples.get(i).target);
        absolute += Math.abs(predictions.get(i).path("value").asDouble() - examples.get(i).target);
      }
      JsonNode metrics = harness.metrics().get(harness.metrics().size() - 1);
      assertThat(absolute / (EXAMPLES - 1))
          .isEqualTo(metrics.at("/total/mae").asDouble(), within(1e-6));
    }
  }

  @Test
  void rejectedExamplesHaveNoPrediction() throws Exception {
    TrainSpec binary =
        Specs.train(Records.spec(Task.BINARY, List.of(), List.of()), Specs.small(9), Specs.METRICS);
    try (TrainHarness harness = new TrainHarness(publishing(binary))) {
      harness.send(Chunks.classes("k", EXAMPLES, 6), 64);

      assertThat(harness.deadLetters()).isNotEmpty();
      assertThat(harness.predictions()).hasSize(EXAMPLES - harness.deadLetters().size());
    }
  }

  @Test
  void chunksAndRestartsChangeNoneOfThemNorTheModel() throws Exception {
    TrainSpec spec = publishing(Specs.train(Specs.small(32)));
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    List<String> expected;
    String model;
    try (TrainHarness harness = new TrainHarness(Specs.train(Specs.small(32)))) {
      harness.send(examples, 64);
      harness.end();
      model = harness.model("k");
    }
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples, 1);
      expected = harness.predictions();
    }
    List<String> disturbed = new ArrayList<>();
    OperatorSubtaskState state;
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(examples.subList(0, 101), 64);
      state = harness.snapshot();
      disturbed.addAll(harness.predictions());
    }
    try (TrainHarness harness = new TrainHarness(spec, state)) {
      harness.send(examples.subList(101, EXAMPLES), 64);
      harness.end();
      disturbed.addAll(harness.predictions());
      assertThat(harness.model("k")).isEqualTo(model);
    }

    assertThat(disturbed).isEqualTo(expected);
  }

  @Test
  void tracingHeadersAreHandedOnAndNoOthers() throws Exception {
    List<Example> examples = Chunks.classes("k", 3, 1);
    byte[] parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes(UTF_8);
    byte[] state = "congo=t61rcWkgMzE".getBytes(UTF_8);
    setHeaders(examples.get(0), List.of("other", "traceparent"), new byte[][] {null, parent});
    setHeaders(
        examples.get(1),
        List.of("tracestate", "traceparent", "traceparent"),
        new byte[][] {state, parent, state});
    setHeaders(examples.get(2), List.of("tracestate", "traceparents"), new byte[][] {state, state});
    try (TrainHarness harness = new TrainHarness(publishing(Specs.train(Specs.small(1))))) {
      harness.send(examples, 3);

      List<OutputRecord> records = harness.predictionRecords();
      assertThat(records.get(0).headerNames()).containsExactly("traceparent");
      assertThat(records.get(0).headerValues()).isDeepEqualTo(new byte[][] {parent});
      assertThat(records.get(1).headerNames()).containsExactly("traceparent", "tracestate");
      assertThat(records.get(1).headerValues()).isDeepEqualTo(new byte[][] {parent, state});
      assertThat(records.get(2).headerNames()).isEmpty();
    }
  }

  @Test
  void tracingHeadersAreThoseOfTheFeaturesAlsoWhereLabelsComeApart() throws Exception {
    List<Example> examples = Chunks.classes("k", 3, 1);
    List<Example> stream =
        List.of(
            LateStreams.features(examples.get(0), 0),
            LateStreams.whole(examples.get(1), 1),
            LateStreams.label(examples.get(2), 2, 0),
            LateStreams.features(examples.get(2), 2));
    for (int i = 0; i < stream.size(); i++) {
      setHeaders(stream.get(i), List.of("traceparent"), new byte[][] {{(byte) i}});
    }
    TrainSpec spec =
        Specs.train(
            LateStreams.input(Task.MULTICLASS, null, 1_000, 10), Specs.small(1), Specs.METRICS);
    try (TrainHarness harness = new TrainHarness(publishing(spec))) {
      harness.send(stream, 64);

      assertThat(harness.predictionRecords())
          .extracting(prediction -> prediction.headerValues()[0][0])
          .containsExactly((byte) 0, (byte) 1, (byte) 3);
    }
  }

  private static void setHeaders(Example example, List<String> names, byte[][] values) {
    KafkaRecord record = example.record;
    example.record =
        new KafkaRecord(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value(),
            names.toArray(String[]::new),
            values);
  }
}
