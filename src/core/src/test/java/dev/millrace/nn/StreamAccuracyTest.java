package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * The untuned model reaches an accuracy in one pass, predicting before learning, on two real
 * streams that ship with Millrace and on three published generators.
 */
class StreamAccuracyTest {

  private static final Path DATA = Path.of("examples/data");

  private record Row(float[] features, String label) {}

  @Test
  void lettersAreRecognised() throws IOException {
    List<String> columns =
        List.of(
            "x.box", "y.box", "width", "high", "onpix", "x.bar", "y.bar", "x2bar", "y2bar", "xybar",
            "x2ybr", "xy2br", "x.ege", "xegvy", "y.ege", "yegvx");

    assertThat(accuracy(Task.MULTICLASS, rows("letters.csv.gz", "lettr", columns)))
        .isGreaterThan(0.75);
  }

  @Test
  void stormsAreClassified() throws IOException {
    List<String> columns = List.of("month", "hour", "lat", "long", "wind", "pressure");

    assertThat(accuracy(Task.MULTICLASS, rows("storms.csv.gz", "status", columns)))
        .isGreaterThan(0.87);
  }

  /** The best that can be reached is 0.9: one label in ten is flipped. */
  @Test
  void seaConceptsAreFollowed() {
    assertThat(accuracy(Task.BINARY, seaConcepts(40_000))).isGreaterThan(0.875);
  }

  @Test
  void interleavedCrescentsAreSeparated() {
    assertThat(accuracy(Task.BINARY, crescents(5_000))).isGreaterThan(0.94);
  }

  /** The noise alone has a mean absolute error of 0.80, the mean of the target one of 4.0. */
  @Test
  void friedmansFunctionIsApproximated() {
    assertThat(meanAbsoluteError(friedman(20_000))).isLessThan(1.4);
  }

  private static List<Row> rows(String file, String label, List<String> columns)
      throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(DATA.resolve(file))),
                StandardCharsets.UTF_8))) {
      List<String> header = List.of(cells(reader.readLine()));
      int[] places = columns.stream().mapToInt(header::indexOf).toArray();
      int labelPlace = header.indexOf(label);
      return reader
          .lines()
          .map(StreamAccuracyTest::cells)
          .map(cells -> new Row(numbers(cells, places), cells[labelPlace]))
          .toList();
    }
  }

  private static String[] cells(String line) {
    return line.replace("\"", "").split(",");
  }

  private static float[] numbers(String[] cells, int[] places) {
    float[] numbers = new float[places.length];
    for (int f = 0; f < places.length; f++) {
      numbers[f] = Float.parseFloat(cells[places[f]]);
    }
    return numbers;
  }

  /** SEA concepts (Street and Kim, KDD 2001): a threshold on two of three features moves thrice. */
  private static List<Row> seaConcepts(int rows) {
    Random random = new Random(3);
    double[] thresholds = {8, 9, 7, 9.5};
    List<Row> stream = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      float[] x = {10 * random.nextFloat(), 10 * random.nextFloat(), 10 * random.nextFloat()};
      boolean isPositive = x[0] + x[1] <= thresholds[4 * r / rows];
      boolean isFlipped = random.nextDouble() < 0.1;
      stream.add(new Row(x, isPositive == isFlipped ? "0" : "1"));
    }
    return stream;
  }

  /** Two half circles, each with one end inside the other, with Gaussian noise of 0.2. */
  private static List<Row> crescents(int rows) {
    Random random = new Random(5);
    List<Row> stream = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      boolean isUpper = random.nextBoolean();
      double angle = Math.PI * random.nextDouble();
      double x = isUpper ? StrictMath.cos(angle) : 1 - StrictMath.cos(angle);
      double y = isUpper ? StrictMath.sin(angle) : 0.5 - StrictMath.sin(angle);
      float[] features = {
        (float) (x + 0.2 * random.nextGaussian()), (float) (y + 0.2 * random.nextGaussian())
      };
      stream.add(new Row(features, isUpper ? "upper" : "lower"));
    }
    return stream;
  }

  /** Friedman's first function (Annals of Statistics 19, 1991): five of ten features matter. */
  private static List<Row> friedman(int rows) {
    Random random = new Random(7);
    List<Row> stream = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      float[] x = new float[10];
      for (int f = 0; f < x.length; f++) {
        x[f] = random.nextFloat();
      }
      double y =
          10 * StrictMath.sin(Math.PI * x[0] * x[1])
              + 20 * (x[2] - 0.5) * (x[2] - 0.5)
              + 10 * x[3]
              + 5 * x[4]
              + random.nextGaussian();
      stream.add(new Row(x, Double.toString(y)));
    }
    return stream;
  }

  private static double accuracy(Task task, List<Row> rows) {
    int inputs = rows.get(0).features().length;
    Learner learner = new Learner(ModelSpec.single(1), task, inputs, 0, 0);
    Map<String, Integer> classes = new HashMap<>();
    int hits = 0;
    for (Row row : rows) {
      Integer known = classes.get(row.label());
      if (known == null) {
        // A class never seen cannot be predicted.
        known = classes.size();
        classes.put(row.label(), known);
        learner.addClass();
        learner.learn(row.features(), known);
        continue;
      }
      float[] out = new float[learner.outputs()];
      learner.learnClass(row.features(), 0, known, 1f, out);
      hits += mostProbable(out) == known ? 1 : 0;
    }
    return hits / (rows.size() - 1.0);
  }

  private static int mostProbable(float[] probabilities) {
    int best = 0;
    for (int c = 1; c < probabilities.length; c++) {
      best = probabilities[c] > probabilities[best] ? c : best;
    }
    return best;
  }

  private static double meanAbsoluteError(List<Row> rows) {
    int inputs = rows.get(0).features().length;
    NetworkSpec spec = ModelSpec.single(1);
    Learner learner = new Learner(spec, Task.REGRESSION, inputs, 0, 0);
    float[] out = new float[PredictedValue.FLOATS];
    double sum = 0;
    for (int r = 0; r < rows.size(); r++) {
      double target = Double.parseDouble(rows.get(r).label());
      learner.learnValue(rows.get(r).features(), 0, target, 1f, out);
      sum += r == 0 ? 0 : Math.abs(out[0] - target);
    }
    return sum / (rows.size() - 1);
  }
}
