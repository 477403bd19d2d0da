package dev.millrace.codec.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.Task;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.PredictionRegion.ClassSet;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerJsonTest {

  @Test
  void anAnswerHasTheClassAndWhatEachClassIsGiven() throws IOException {
    ModelAnswer answer =
        new ModelAnswer(
            "shop-17",
            Task.BINARY,
            List.of("ok", "fraud"),
            new float[] {0.25f, 0.75f},
            true,
            "big",
            41,
            42,
            "b1946ac9",
            1_764_000_000_000L,
            new ClassSet(0.9, List.of("ok", "fraud")),
            new Reasons("fraud", true, 1.25, 1, List.of(new Contribution("amount", 0.25)), 0));

    assertThat(json(answer))
        .isEqualTo(
            """
            {"key":"shop-17","class":"fraud","probabilities":{"ok":0.25,"fraud":0.75},\
            "set":{"level":0.9,"classes":["ok","fraud"]},\
            "reasons":{"class":"fraud","log_odds":1.25,"base":1.0,"columns":{"amount":0.25},"others":0.0},\
            "model":"big","model_version":41,"examples":42,"config_hash":"b1946ac9",\
            "derived_until":"2025-11-24T16:00:00Z"}\
            """);
  }

  @Test
  void anAnswerOfTheOnlyModelNamesNone() throws IOException {
    ModelAnswer answer =
        new ModelAnswer(
            "k",
            Task.REGRESSION,
            List.of(),
            new float[] {2.5f, 0f},
            false,
            null,
            7,
            8,
            "b1946ac9",
            null,
            null,
            null);

    assertThat(json(answer))
        .isEqualTo(
            """
            {"key":"k","value":2.5,"model_version":7,"examples":8,"config_hash":"b1946ac9"}\
            """);
  }

  private static String json(ModelAnswer answer) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      AnswerJson.write(json, answer);
    }
    return text.toString();
  }
}
