package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.report.MetricsReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares whole reports with values of scikit-learn; see {@code metrics/make_fixture.py}. */
class ScikitLearnComparisonTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Names of classes, which a record has and a report does not. */
  private static final String NAMES = "/per_class/\\d+/class|/confusion_matrix/(rows|labels/\\d+)";

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
  void everyValueOfAReportEqualsThatOfScikitLearn(JsonNode given) throws IOException {
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

    MetricsReport report = metrics.report(MetricsFixtures.context(classes));
    // Labels of the regression are near 1e6 with deviations near 5: 5 digits are lost either way.
    double tolerance = classes.isEmpty() ? 1e-9 : 1e-12;
    Map<String, JsonNode> actual = leaves(MetricsFixtures.json(report).get("scores"));
    Map<String, JsonNode> expected = new TreeMap<>();
    leaves(given.get("expected")).forEach((path, value) -> expected.put(componentOf(path), value));
    expected.keySet().removeIf(path -> path.matches(NAMES));
    assertThat(report.task().id()).isEqualTo(expected.remove("/task").asText());
    assertThat(actual.remove("/window_millis").asLong()).isZero();
    addRatios(expected, "/log_loss", "/log_loss_baseline", "/normalized_entropy");
    addRatios(expected, "/mean_predicted", "/observed_share", "/ratio");
    assertThat(actual.keySet()).isEqualTo(expected.keySet());
    expected.forEach((path, value) -> assertSame(path, actual.get(path), value, tolerance));
  }

  /** Adds the ratio of two scores wherever both are. */
  private static void addRatios(
      Map<String, JsonNode> scores, String part, String whole, String ratio) {
    Map<String, JsonNode> ratios = new TreeMap<>();
    scores.forEach(
        (path, value) -> {
          JsonNode divisor = scores.get(path.replaceAll(part + "$", whole));
          if (path.endsWith(part) && divisor != null) {
            double quotient = value.asDouble(Double.NaN) / divisor.asDouble(Double.NaN);
            ratios.put(
                path.replaceAll(part + "$", ratio),
                Double.isFinite(quotient)
                    ? DoubleNode.valueOf(quotient)
                    : TextNode.valueOf(Double.toString(quotient)));
          }
        });
    scores.putAll(ratios);
  }

  private static MetricsSpec spec(JsonNode given) {
    return MetricsSpec.DEFAULT.with(
        to -> {
          to.window = given.get("window").asInt();
          to.maxIntervalMillis = 0;
          to.beta = given.get("beta").asDouble();
          to.quantile = given.get("quantile").asDouble();
          to.positiveClass = given.get("positive").textValue();
        });
  }

  private static void score(
      RollingMetrics metrics, List<String> classes, String[] row, double weight) {
    if (metrics instanceof ClassificationMetrics classification) {
      float[] probabilities = new float[classes.size()];
      for (int c = 0; c < probabilities.length; c++) {
        probabilities[c] = Float.parseFloat(row[3 + c]);
      }
      ScoredClass example = new ScoredClass();
      example.set(probabilities, 0, classes.size(), true, classes.indexOf(row[0]));
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
    if (!expected.isNumber()) {
      assertThat(actual).as(path).isEqualTo(expected);
      return;
    }
    assertThat(actual.isNumber()).as("%s is a number, not %s", path, actual).isTrue();
    double value = expected.asDouble();
    boolean ofProbabilities =
        path.matches(
            ".*/(log_loss(_baseline)?|normalized_entropy|brier|calibration_error|mean_predicted"
                + "|ratio|.*auc_.*)");
    double allowed = (ofProbabilities ? 1e-6 : tolerance) * Math.max(1, Math.abs(value));
    assertThat(actual.asDouble()).as(path).isEqualTo(value, within(allowed));
  }

  /** Returns the values below a node that exist, by their pointers. */
  private static Map<String, JsonNode> leaves(JsonNode node) {
    Map<String, JsonNode> leaves = new TreeMap<>();
    addLeaves("", node, leaves);
    return leaves;
  }

  private static void addLeaves(String path, JsonNode node, Map<String, JsonNode> leaves) {
    boolean isMissing = node.isNull() || node.asText().equals("NaN");
    if (!node.isContainerNode() && !isMissing) {
      leaves.put(path, node);
    }
    node.properties().forEach(f -> addLeaves(path + "/" + f.getKey(), f.getValue(), leaves));
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      addLeaves(path + "/" + i, node.get(i), leaves);
    }
  }

  /**
   * Returns the component of a report that has a value of the fixture, which is a record's JSON.
   */
  private static String componentOf(String path) {
    return path.replaceAll("^/baseline/(\\w+)/(\\w+)/", "/$1/$2_")
        .replaceAll("^/window/size$", "/window_size")
        .replaceAll("^/confusion_matrix/counts", "/confusion/window")
        .replaceAll("^/confusion_matrix/total_counts", "/confusion/total");
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
