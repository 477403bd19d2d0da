package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.TargetSpec;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.SummarySample;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.Test;

/** What comes out of the train operator where records have several outputs. */
class OutputRecordsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EXAMPLES = 600;

  @Test
  void theScoresOfAKeyAreThoseOfItsPredictedSets() throws Exception {
    TrainSpec spec =
        spec(
            to -> {
              to.task = Task.MULTILABEL;
              to.classes = List.of("a", "b", "c, d");
            });
    try (TrainHarness harness = new TrainHarness(spec)) {
      harness.send(sets(), 16);
      harness.end();

      JsonNode report = newest(harness).get("k");
      assertThat(report.path("task").asText()).isEqualTo("multilabel");
      assertThat(report.path("examples").asInt()).isEqualTo(EXAMPLES);
      assertThat(names(report.path("outputs"))).containsExactly("a", "b", "c, d");
      double hits = 0;
      double predicted = 0;
      double actual = 0;
      double exact = 0;
      List<String> lines = harness.predictions();
      for (String line : lines) {
        JsonNode prediction = JSON.readTree(line);
        Set<String> labels = texts(prediction.path("labels"));
        Set<String> truth = texts(prediction.path("actual"));
        predicted += labels.size();
        actual += truth.size();
        exact += labels.equals(truth) ? 1 : 0;
        labels.retainAll(truth);
        hits += labels.size();
        assertThat(prediction.path("probabilities"))
            .allMatch(probability -> probability.asDouble() >= 0 && probability.asDouble() <= 1);
      }
      assertThat(lines).hasSize(EXAMPLES);
      JsonNode total = report.path("total");
      assertThat(total.path("f1").asDouble())
          .isEqualTo(2 * hits / (predicted + actual), within(1e-9))
          .isGreaterThan(0.8);
      assertThat(total.path("precision").asDouble()).isEqualTo(hits / predicted, within(1e-9));
      assertThat(total.path("recall").asDouble()).isEqualTo(hits / actual, within(1e-9));
      assertThat(total.path("jaccard").asDouble())
          .isEqualTo(hits / (predicted + actual - hits), within(1e-9));
      assertThat(total.path("exact_match").asDouble()).isEqualTo(exact / EXAMPLES, within(1e-9));
    }
  }

  @Test
  void theScoresOfAnOutputAreThoseOfItsOwnRecord() throws Exception {
    List<TargetSpec> targets =
        List.of(new TargetSpec("sign", Task.BINARY), new TargetSpec("sum", Task.REGRESSION));
    try (TrainHarness harness = new TrainHarness(spec(to -> to.targets = targets))) {
      harness.send(targets(), 16);
      harness.end();

      Map<String, JsonNode> newest = newest(harness);
      assertThat(newest).containsOnlyKeys("k", "k@sign", "k@sum");
      JsonNode outputs = newest.get("k").path("outputs");
      assertThat(names(outputs)).containsExactly("sign", "sum");
      for (String block : List.of("window", "total")) {
        JsonNode sign = outputs.path("sign").path(block);
        assertThat(sign.size()).isEqualTo(5);
        sign.properties()
            .forEach(
                score ->
                    assertThat(score.getValue())
                        .as(score.getKey())
                        .isEqualTo(newest.get("k@sign").path(block).path(score.getKey())));
        JsonNode sum = outputs.path("sum").path(block);
        assertThat(sum.path("mae")).isEqualTo(newest.get("k@sum").path(block).path("mae"));
        assertThat(sum.path("mae_baseline"))
            .isEqualTo(newest.get("k@sum").at("/baseline/mean/" + block + "/mae"));
      }
      JsonNode prediction = JSON.readTree(harness.predictions().get(EXAMPLES - 1));
      assertThat(names(prediction.path("outputs"))).containsExactly("sign", "sum");
      assertThat(prediction.at("/outputs/sign/actual").isTextual()).isTrue();
      assertThat(prediction.at("/outputs/sum/value").isNumber()).isTrue();
      assertThat(prediction.path("key").asText()).isEqualTo("k");
    }
  }

  @Test
  void theSummaryCountsAKeyOnce() throws Exception {
    try (TrainHarness harness = new TrainHarness(spec(to -> to.task = Task.MULTILABEL))) {
      harness.send(sets(), 16);
      harness.end();

      assertThat(harness.operator.getSideOutput(OutputTags.SUMMARY))
          .isNotEmpty()
          .extracting(StreamRecord::getValue)
          .extracting(SummarySample::key)
          .containsOnly("k");
    }
  }

  private static TrainSpec spec(Consumer<InputSpec.Draft> change) {
    return Specs.train(Records.undeclared().with(change), Specs.small(1), Specs.METRICS)
        .with(
            to -> {
              to.publish = to.publish.withPredictions(true);
              to.publish = to.publish.withSummary();
            });
  }

  private static List<Example> sets() {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 7);
    for (Example example : examples) {
      List<String> set = new ArrayList<>();
      if (example.features[0] > 0) {
        set.add("a");
      }
      if (example.features[1] > 0.5) {
        set.add("b");
      }
      if (example.features[0] + example.features[1] > 0) {
        set.add("c, d");
      }
      example.label = OutputLabels.ofSet(set);
    }
    return examples;
  }

  private static List<Example> targets() {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 7);
    for (Example example : examples) {
      double sum = example.features[0] + example.features[1];
      example.label =
          OutputLabels.ofTargets(List.of(Label.of(sum > 0 ? "plus" : "minus"), Label.of(sum)));
    }
    return examples;
  }

  private static Map<String, JsonNode> newest(TrainHarness harness) throws Exception {
    Map<String, JsonNode> newest = new LinkedHashMap<>();
    harness.metrics().forEach(record -> newest.put(record.path("key").asText(), record));
    return newest;
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static Set<String> texts(JsonNode array) {
    Set<String> texts = new HashSet<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
