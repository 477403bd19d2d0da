package dev.millrace.eval;

import static dev.millrace.eval.MetricsSpec.Validation.NONE;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Specifications, examples and reports for tests of metrics. */
final class MetricsFixtures {

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .registerModule(
              new SimpleModule().addSerializer(ScoreBlock.class, new BlockSerializer()));

  private MetricsFixtures() {}

  /** Returns a report as a tree by the names of its components; what is not finite is a text. */
  static JsonNode json(MetricsReport report) {
    try {
      return JSON.readTree(JSON.writeValueAsBytes(report));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the scores by the names of records, those of parts in an object. */
  private static final class BlockSerializer extends JsonSerializer<ScoreBlock> {
    @Override
    public void serialize(ScoreBlock block, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      ObjectNode fields = JSON.createObjectNode();
      fields.put("examples", block.examples());
      fields.put("weight", block.weight());
      for (Map.Entry<Score, Double> entry : block.scores().entrySet()) {
        Score score = entry.getKey();
        double value = entry.getValue();
        ObjectNode holder =
            score.part() == null ? fields : fields.withObject("/" + score.part().field());
        if (score.better() != Score.Better.FLAG || Double.isNaN(value)) {
          holder.put(score.field(), value);
        } else {
          holder.put(score.field(), value != 0);
        }
      }
      out.writeTree(fields);
    }
  }

  static MetricsSpec spec(int window) {
    return spec(window, null);
  }

  static MetricsSpec spec(int window, String positive) {
    return MetricsSpec.DEFAULT.with(
        to -> {
          to.window = window;
          to.maxIntervalMillis = 0;
          to.positiveClass = positive;
        });
  }

  static MetricsReport.Context context(List<String> classes) {
    MetricsReport.Offsets input =
        new MetricsReport.Offsets(
            "fraud.examples", new int[] {0}, new long[] {10}, new long[] {20});
    return new MetricsReport.Context(
        "fraud",
        "shop-17",
        11,
        11,
        11,
        0,
        classes,
        0.02,
        0,
        0,
        0,
        null,
        List.of(),
        input,
        new MetricsReport.Arrivals(0, null),
        "");
  }

  /** With everything that can be asked for, over a window of 25 ms at most. */
  static MetricsSpec fullSpec(int window) {
    return MetricsSpec.DEFAULT.with(
        to -> {
          to.window = window;
          to.windowMillis = 25;
          to.decay = 0.95;
          to.maxIntervalMillis = 0;
          to.beta = 2;
          to.quantile = 0.9;
          to.validation = NONE;
        });
  }

  /** With decay, but nothing else that is optional. */
  static MetricsSpec decayingSpec(int window, double decay) {
    return MetricsSpec.DEFAULT.with(
        to -> {
          to.window = window;
          to.decay = decay;
          to.maxIntervalMillis = 0;
          to.perClass = false;
          to.confusionMatrix = false;
          to.averages = false;
          to.calibration = false;
          to.aucClasses = 0;
          to.validation = NONE;
        });
  }

  /** Adds an example of weight 1 without probabilities. */
  static void update(
      ClassificationMetrics metrics, int actual, int predicted, double loss, double logLoss) {
    ScoredClass example = new ScoredClass();
    example.actual = actual;
    example.predicted = predicted;
    example.loss = loss;
    example.logLoss = logLoss;
    metrics.update(example, 1, 0);
  }

  /** Adds one random example of 5 classes, or one random number; every weight is 1. */
  static void addRandom(RollingMetrics metrics, SplittableRandom random) {
    if (metrics instanceof ClassificationMetrics classification) {
      int actual = random.nextInt(5);
      int predicted = random.nextInt(5);
      update(classification, actual, predicted, random.nextDouble(), random.nextDouble());
    } else if (metrics instanceof RegressionMetrics regression) {
      regression.update(random.nextDouble(), random.nextDouble(), random.nextDouble(), 1, 0);
    }
  }

  /**
   * Adds one random example of two classes with probabilities, or one random number, of a random
   * weight, at a time near {@code time} that may be before that of the last one.
   */
  static void addFull(RollingMetrics metrics, SplittableRandom random, int time) {
    double weight = new double[] {0, 0.5, 1, 1, 3.3}[random.nextInt(5)];
    long eventTime = (long) time + random.nextInt(30);
    if (metrics instanceof ClassificationMetrics classification) {
      classification.nameClasses(List.of("ok", "fraud"));
      float p = random.nextInt(20) / 20f; // with ties
      ScoredClass example = new ScoredClass();
      example.set(new float[] {1 - p, p}, 0, 2, true, random.nextDouble() < p ? 1 : 0);
      example.loss = random.nextDouble();
      classification.update(example, weight, eventTime);
    } else if (metrics instanceof RegressionMetrics regression) {
      double actual = random.nextInt(-3, 4);
      double predicted = actual + random.nextDouble() - 0.5;
      regression.update(actual, predicted, random.nextDouble(), weight, eventTime);
    }
  }

  /**
   * Adds one random example of as many classes as have come by then: two, then three, then five.
   */
  static void addGrowing(ClassificationMetrics metrics, SplittableRandom random, int time) {
    List<String> names = List.of("a", "b", "c", "d", "e");
    int known = time < 10 ? 2 : time < 20 ? 3 : 5;
    metrics.nameClasses(names.subList(0, known));
    float[] scores = new float[known];
    for (int c = 0; c < known; c++) {
      scores[c] = random.nextInt(20) / 20f;
    }
    ScoredClass example = new ScoredClass();
    example.set(scores, 0, known, true, random.nextInt(known));
    example.loss = random.nextDouble();
    double weight = new double[] {0, 0.5, 1, 1, 3.3}[random.nextInt(5)];
    metrics.update(example, weight, time + random.nextInt(30));
  }

  static byte[] bytes(RollingMetrics metrics) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      metrics.writeWithKind(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static RollingMetrics read(byte[] bytes, MetricsSpec spec) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    RollingMetrics metrics = RollingMetrics.read(in, spec);
    if (in.available() > 0) {
      throw new AssertionError(in.available() + " bytes are left over");
    }
    return metrics;
  }
}
