package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.spec.ModelSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
  private static final Settings SETTINGS = parse(PipelineFileReference.SMALLEST);

  @Test
  void theTextOfSettingsShowsNoSecret() {
    Settings settings =
        SETTINGS.withKafka(
            Map.of(
                "bootstrap.servers", "a:1", "ssl.key.password", "hunter2", "x.token", "hunter2"));

    assertThat(settings.toString())
        .contains("bootstrap.servers=a:1", "ssl.key.password=***", "x.token=***", "pipeline=fraud")
        .doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "metrics: { window: 7 }",
        "output: { guarantee: exactly-once, topics: { metrics: m } }",
        "state: { backend: rocksdb }",
        "model: auto",
      })
  void optionsThatDoNotShapeAModelKeepTheHash(String more) {
    assertThat(parse(PipelineFileReference.SMALLEST + more).configHash())
        .isEqualTo(SETTINGS.configHash());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model: { layers: [] }",
        "model: { seed: 2 }",
        "model: { layers: [{ units: 32, dropout: 0.1 }] }",
        "model: { schedule: { name: constant, warmup-steps: 5 } }",
        "model: { class-weights: { fraud: 2 } }",
        "model: { optimizer: adam }",
        "limits: { classes: 3 }",
        "validation: { fraction: 0.1 }",
        "drift: { detector: adwin, action: reset }",
      })
  void optionsThatShapeAModelChangeTheHash(String more) {
    assertThat(parse(PipelineFileReference.SMALLEST + more).configHash())
        .isNotEqualTo(SETTINGS.configHash());
  }

  @Test
  void copiesHaveTheHashOfWhatTheyHold() {
    Settings other = parse(PipelineFileReference.FULL);

    assertThat(SETTINGS.withModel(other.model()).withInput(other.input()).configHash())
        .isEqualTo(
            ConfigHash.of(
                other.input().spec(), other.model(), MetricsSpec.Validation.NONE, SETTINGS.drift()))
        .isNotEqualTo(SETTINGS.withModel(other.model()).configHash());
    assertThat(SETTINGS.withModel(ModelSpec.auto(2)).model().seed()).isEqualTo(2);
    MetricsSpec metrics =
        MetricsSpec.DEFAULT.with(
            to -> {
              to.window = 1;
              to.every = 2;
              to.maxIntervalMillis = 3;
              to.perClass = false;
              to.confusionMatrix = false;
            });
    assertThat(SETTINGS.withMetrics(metrics))
        .returns(metrics, Settings::metrics)
        .returns(SETTINGS.configHash(), Settings::configHash);
  }

  @Test
  void settingsTravelToOtherMachines() throws IOException, ClassNotFoundException {
    Settings settings = parse(PipelineFileReference.FULL);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(settings);
    }

    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(settings);
    }
  }

  private static Settings parse(String yaml) {
    return PipelineFile.parse("fraud.yaml", yaml, null);
  }
}
