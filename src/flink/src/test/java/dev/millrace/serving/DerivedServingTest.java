package dev.millrace.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.ExampleFields;
import dev.millrace.codec.FeatureReader;
import dev.millrace.codec.FieldsDecoder;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A served model computes derived features as the job does, or takes them from the request. */
class DerivedServingTest {
  private static final int ROWS = 400;
  private static final Settings SETTINGS =
      PipelineFile.parse(
          "cards",
          """
          pipeline: cards
          kafka: { bootstrap.servers: "localhost:1" }
          input:
            format: json
            key: shop
            event-time: at
            label: next
            task: regression
            features: [amount]
            derived:
              - { lag: amount, by: card }
              - { window: amount, of: 1h, by: card, do: [count] }
          output: { reasons: 2 }
          """,
          Path.of(""));

  private final FieldsDecoder decoder = FieldsDecoder.of(SETTINGS.input().spec());
  private final FeatureReader requests = new FeatureReader(SETTINGS.input().spec());
  private final Example example = new Example();

  @Test
  void aRequestIsAnsweredAsTheJobWouldPredictTheNextRecord() throws Exception {
    LoadedModel model = trained();

    ModelAnswer computed =
        predict(model, "{\"amount\":3,\"card\":\"b\",\"at\":%d}".formatted(ROWS));
    ModelAnswer given =
        predict(
            model,
            """
            {"amount":3,"card":"unknown","at":%d,"amount_lag_1_by_card":%d,\
            "amount_count_1h_by_card":%d}\
            """
                .formatted(ROWS, (ROWS - 1) % 7, ROWS / 2));
    ModelAnswer unknown = predict(model, "{\"amount\":3,\"card\":\"c\",\"at\":%d}".formatted(ROWS));

    assertThat(computed.derivedUntil()).isEqualTo(ROWS - 1);
    assertThat(value(computed)).isEqualTo(value(given)).isNotEqualTo(value(unknown));
    Reasons reasons = Objects.requireNonNull(computed.reasons());
    assertThat(reasons).isEqualTo(given.reasons());
    assertThat(reasons.columns()).extracting(Contribution::column).contains("amount_lag_1_by_card");
    assertThat(reasons.total()).isEqualTo(value(computed));
  }

  @Test
  void aRequestWithoutTimeIsOfNow() throws Exception {
    LoadedModel model = trained();

    ModelAnswer now = predict(model, "{\"amount\":3,\"card\":\"b\"}");
    // By now the hour of all records has passed.
    ModelAnswer given =
        predict(
            model,
            "{\"amount\":3,\"card\":\"b\",\"at\":%d,\"amount_count_1h_by_card\":0}"
                .formatted(ROWS));

    assertThat(value(now)).isEqualTo(value(given));
  }

  private static double value(ModelAnswer answer) {
    return PredictedValue.read(answer.scores(), 0);
  }

  private ModelAnswer predict(LoadedModel model, String request) throws Exception {
    JsonNode json = new ObjectMapper().readTree(request);
    requests.readNamed(json, example);
    return model.predict(example, new Workspace());
  }

  private LoadedModel trained() throws Exception {
    TrainSpec spec = TrainSpec.of("cards", "cards", SETTINGS.input().spec(), SETTINGS.model());
    PrequentialEngine engine = new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
    TrainState state = null;
    for (int i = 0; i < ROWS; i++) {
      ExampleFields fields = decoder.begin();
      fields.set("shop", "s").set("card", i % 2 == 0 ? "a" : "b").set("at", (long) i);
      fields.set("amount", i % 7).set("next", (i + 1) % 7);
      assertThat(decoder.decode(i, example)).isNull();
      Chunk chunk = new Chunk();
      chunk.add(example);
      state = engine.learn(state, chunk, new Unheard());
    }
    ModelSnapshot snapshot = ModelSnapshot.decode("cards", "c", "s", state.modelBytes());
    return new LoadedModel(snapshot, SETTINGS, new Workspace());
  }

  /** Fails if a record is rejected. */
  private static final class Unheard implements EngineListener {
    @Override
    public void report(
        MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {}

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
