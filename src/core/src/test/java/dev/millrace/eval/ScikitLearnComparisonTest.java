package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.codec.json.MetricsJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole records against values of scikit-learn; see {@code metrics/make_fixture.py}. */
class ScikitLearnComparisonTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  static Stream<Named<JsonNode>> cases() throws IOException {
    List<Named<JsonNode>> cases = new ArrayList<>();
    for (JsonNode given : JSON.readTree(resource("expected.json"))) {
      String name =
          "%s%s, window %s, after %s"
              .formatted(
                  given.get("weighted").asBoolean() ? "weighted " : "",
                  given.get("task").asText(),
                  given.get("window"),
                  given.get("position"));
      cases.add(Named.of(name, given));
    }
    assertThat(cases).hasSize(160);
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void everyValueOfTheRecordIsWhatScikitLearnSays(JsonNode given) throws IOException {
    List<String> classes = new ArrayList<>();
    given.get("classes").forEach(name -> classes.add(name.asText()));
    MetricsSpec spec = spec(given);
    List<String[]> rows = rows(given.get("task").asText() + ".csv");
    List<String[]> weights = rows("weights.csv");

    RollingMetrics metrics =
        classes.isEmpty() ? new RegressionMetrics(spec) : new ClassificationMetrics(spec);
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(classes);
    }
    for (int i = 0; i < given.get("position").asInt(); i++) {
      double weight = given.get("weighted").asBoolean() ? Double.parseDouble(weights.get(i)[0]) : 1;
      score(metrics, classes, rows.get(i), weight);
    }

    byte[] record = new MetricsJson().encode(metrics.report(MetricsFixtures.context(classes)));
    // Labels of the regression stand near 1e6 with deviations near 5: 5 digits are lost either way.
    double tolerance = classes.isEmpty() ? 1e-9 : 1e-12;
    assertSame("", JSON.readTree(record), given.get("expected"), tolerance);
  }

  private static MetricsSpec spec(JsonNode given) {
    return new MetricsSpec(
        given.get("window").asInt(),
        0,
        0,
        1000,
        0,
        true,
        true,
        true,
        true,
        MetricsSpec.AUC_CLASSES,
        given.get("beta").asDouble(),
        given.get("quantile").asDouble(),
        MetricsSpec.Decision.NONE,
        false,
        given.get("positive").textValue(),
        MetricsSpec.Validation.NONE);
  }

  private static void score(
      RollingMetrics metrics, List<String> classes, String[] row, double weight) {
    if (metrics instanceof ClassificationMetrics classification) {
      float[] probabilities = new float[classes.size()];
      for (int c = 0; c < probabilities.length; c++) {
        probabilities[c] = Float.parseFloat(row[3 + c]);
      }
      ScoredClass example = new ScoredClass();
      example.take(probabilities, 0, classes.size(), true, classes.indexOf(row[0]));
      assertThat(classes.get(example.predicted)).isEqualTo(row[1]);
      example.loss = Double.parseDouble(row[2]);
      classification.update(example, weight, 0);
    } else if (metrics instanceof RegressionMetrics regression) {
      double actual = Double.parseDouble(row[0]);
      regression.update(actual, Double.parseDouble(row[1]), Double.parseDouble(row[2]), weight, 0);
    }
  }

  private static void assertSame(
      String path, JsonNode actual, JsonNode expected, double tolerance) {
    assertThat(actual).as(path).isNotNull();
    if (expected.isContainerNode()) {
      // The record has more at its top, such as the key, than scikit-learn can know.
      if (!path.isEmpty()) {
        assertThat(actual).as(path).hasSameSizeAs(expected);
      }
      expected
          .fieldNames()
          .forEachRemaining(
              f -> assertSame(path + "." + f, actual.get(f), expected.get(f), tolerance));
      for (int i = 0; expected.isArray() && i < expected.size(); i++) {
        assertSame(path + "[" + i + "]", actual.get(i), expected.get(i), tolerance);
      }
    } else if (expected.isNumber()) {
      assertThat(actual.isNumber()).as("%s is a number, not %s", path, actual).isTrue();
      double value = expected.asDouble();
      boolean ofProbabilities =
          path.matches(".*\\.(log_loss(_baseline)?|brier|calibration_error|mean_predicted|auc_.*)");
      double allowed = (ofProbabilities ? 1e-6 : tolerance) * Math.max(1, Math.abs(value));
      assertThat(actual.asDouble()).as(path).isEqualTo(value, within(allowed));
    } else {
      assertThat(actual).as(path).isEqualTo(expected);
    }
  }

  private static List<String[]> rows(String file) throws IOException {
    return resource(file).lines().skip(1).map(line -> line.split(",")).toList();
  }

  private static String resource(String file) throws IOException {
    try (InputStream in = ScikitLearnComparisonTest.class.getResourceAsStream("/metrics/" + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
