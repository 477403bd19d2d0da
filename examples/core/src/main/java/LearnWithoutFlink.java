import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Learns from streams of examples in plain Java: no Flink, no Kafka. See docs/library.md.
 *
 * <p>{@code mvn -q compile exec:exec} runs it.
 */
public class LearnWithoutFlink {
  public static void main(String[] args) throws IOException {
    classes();
    numbers();
    Path file = Files.createTempFile("learner", ".bin");
    saveAndGoOn(file);
    Files.delete(file);
    ownNetwork();
    batches();
    scores();
  }

  static void classes() {
    Learner learner = Learner.classifier(ModelSpec.single(1), 2, 2);
    Random random = new Random(1);
    int correct = 0;
    for (int i = 1; i <= 5000; i++) {
      float[] x = {random.nextFloat(), random.nextFloat()};
      int inCircle = square(x[0] - 0.5) + square(x[1] - 0.5) < 0.16 ? 1 : 0;
      float[] probabilities = learner.predict(x);
      correct += (probabilities[1] > 0.5 ? 1 : 0) == inCircle ? 1 : 0;
      learner.learn(x, inCircle);
      if (i % 1000 == 0) {
        System.out.printf("%d examples, %.1f %% right so far%n", i, 100.0 * correct / i);
      }
    }
  }

  static void numbers() {
    Learner learner = Learner.regressor(ModelSpec.single(1), 2);
    Random random = new Random(2);
    for (int i = 0; i < 5000; i++) {
      float[] x = {random.nextFloat() * 100, random.nextFloat()};
      learner.learn(x, 20 + 3 * x[0] * x[1]);
    }
    float[] value = learner.predict(new float[] {50f, 0.5f});
    System.out.printf("Expected 95.0, predicted %.1f%n", value[0]);
  }

  static void saveAndGoOn(Path file) throws IOException {
    NetworkSpec model = ModelSpec.single(1);
    Learner learner = Learner.classifier(model, 1, 2);
    for (int i = 0; i < 100; i++) {
      learner.learn(new float[] {i % 7}, i % 7 < 3 ? 0 : 1);
    }
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      learner.write(out);
    }
    BoundedDataInput stored = new BoundedDataInput(Files.readAllBytes(file));
    Learner restored = Learner.read(stored, model, Task.BINARY);
    float lossOfOne = learner.learn(new float[] {4f}, 1);
    float lossOfOther = restored.learn(new float[] {4f}, 1);
    System.out.printf("The same to the last bit: %b%n", lossOfOne == lossOfOther);
  }

  static void ownNetwork() {
    NetworkSpec spec =
        NetworkSpec.of(new Optimizer.Adam(0.003f, 0.9f, 0.999f, 1e-8f))
            .with(
                to -> {
                  to.hidden =
                      List.of(
                          new LayerSpec(64, Activation.RELU, 0.1f, true), // dropout, layer norm
                          new LayerSpec(32, Activation.RELU));
                  to.regularizer = new Regularizer(0f, 1e-5f); // L1, L2
                  to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
                  to.batchSize = 8; // examples in one update
                  to.clipping = new Clipping(1f, 0f); // the longest gradient
                  to.seed = 1;
                });
    Learner learner = new Learner(spec, Task.MULTICLASS, 3, 3, 0);
    Random random = new Random(3);
    for (int i = 0; i < 4000; i++) {
      float[] x = {random.nextFloat(), random.nextFloat(), random.nextFloat()};
      learner.learn(x, x[0] > x[1] && x[0] > x[2] ? 0 : x[1] > x[2] ? 1 : 2);
    }
    float[] probabilities = learner.predict(new float[] {0.2f, 0.9f, 0.4f});
    System.out.printf("%d steps, probabilities %s%n", learner.steps(), percent(probabilities));
  }

  static void batches() {
    int rows = 1000;
    float[] features = new float[rows * 2];
    int[] classes = new int[rows];
    float[] weights = new float[rows];
    Random random = new Random(4);
    for (int r = 0; r < rows; r++) {
      features[2 * r] = random.nextFloat();
      features[2 * r + 1] = random.nextFloat();
      classes[r] = features[2 * r] > features[2 * r + 1] ? 1 : 0;
      weights[r] = 1f;
    }
    Learner learner = Learner.classifier(ModelSpec.single(1), 2, 2);
    float[] predictions = new float[rows * learner.outputs()];
    float[] losses = new float[rows];
    learner.learnClasses(features, 0, rows, classes, weights, predictions, losses);
    System.out.printf(
        "Mean loss of the first 100: %.2f, of the last 100: %.2f%n",
        mean(losses, 0, 100), mean(losses, rows - 100, rows));
  }

  static void scores() throws IOException {
    TrainSpec spec =
        TrainSpec.of("circles", "points", InputSpec.DEFAULT, ModelSpec.auto(1))
            .with(to -> to.metrics = MetricsSpec.DEFAULT.with(metrics -> metrics.every = 2000));
    PrequentialEngine engine = new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
    EngineListener listener =
        new EngineListener() {
          @Override
          public void report(MetricsReport report, long time, long drifts, boolean suspected) {
            ClassificationScores scores = (ClassificationScores) report.scores();
            System.out.printf(
                "%s after %d: %.1f %% right in the window, majority class %.1f %%%n",
                report.context().key(),
                report.context().seq(),
                100 * scores.window().accuracy(),
                100 * scores.majority().windowAccuracy());
          }

          @Override
          public void rejected(DeadLetter letter) {
            System.err.println(letter.reason() + ": " + letter.message());
          }

          @Override
          public void warning(String key, String message) {
            System.err.println(key + ": " + message);
          }
        };
    Map<String, TrainState> states = new HashMap<>();
    Chunk chunk = new Chunk();
    Example example = new Example();
    example.weight = 1f;
    Random random = new Random(5);
    for (int i = 0; i < 4000; i++) {
      double radius = i % 2 == 0 ? 0.4 : 0.2;
      example.key = i % 2 == 0 ? "large" : "small";
      example.resize(2);
      example.features[0] = random.nextFloat();
      example.features[1] = random.nextFloat();
      double distance = square(example.features[0] - 0.5) + square(example.features[1] - 0.5);
      example.label = distance < square(radius) ? "inside" : "outside";
      chunk.add(example);
      states.put(example.key, engine.learn(states.get(example.key), chunk, listener));
      chunk.clear();
    }
  }

  private static double square(double a) {
    return a * a;
  }

  private static double mean(float[] a, int from, int to) {
    double sum = 0;
    for (int i = from; i < to; i++) {
      sum += a[i];
    }
    return sum / (to - from);
  }

  private static String percent(float[] probabilities) {
    long[] percent = new long[probabilities.length];
    for (int i = 0; i < percent.length; i++) {
      percent[i] = Math.round(100.0 * probabilities[i]);
    }
    return Arrays.toString(percent) + " %";
  }
}
