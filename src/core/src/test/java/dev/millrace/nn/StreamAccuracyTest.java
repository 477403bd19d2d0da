package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.data.Task;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** What the untuned model reaches on public streams in one pass, predicting before learning. */
class StreamAccuracyTest {

  private static final Path DATA = Path.of("../shared/data");

  private record Row(float[] features, String label) {}

  @Test
  void electricityPricesArePredicted() throws IOException {
    assertThat(accuracy(Task.BINARY, rows("elec2.csv.gz", "class"))).isGreaterThan(0.922);
  }

  @Test
  void lettersAreRecognised() throws IOException {
    assertThat(accuracy(Task.MULTICLASS, rows("free/letters.csv.gz", "lettr"))).isGreaterThan(0.74);
  }

  @Test
  void curvedClassesOfTwoFeaturesAreSeparated() throws IOException {
    assertThat(accuracy(Task.BINARY, rows("bananas.csv.gz", "label"))).isGreaterThan(0.78);
  }

  @Test
  void chicksAreWeighed() throws IOException {
    assertThat(meanAbsoluteError(rows("chick_weights.csv.gz", "weight"))).isLessThan(22.5);
  }

  private static List<Row> rows(String file, String label) throws IOException {
    Path path = DATA.resolve(file);
    assumeTrue(Files.exists(path), path + " is not there");
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(path)), StandardCharsets.UTF_8))) {
      int column = Arrays.asList(cells(reader.readLine())).indexOf(label);
      return reader.lines().map(line -> row(cells(line), column)).toList();
    }
  }

  private static String[] cells(String line) {
    return line.replace("\"", "").split(",");
  }

  private static Row row(String[] cells, int label) {
    float[] features = new float[cells.length - 1];
    for (int c = 0, f = 0; c < cells.length; c++) {
      if (c != label) {
        features[f++] = Float.parseFloat(cells[c]);
      }
    }
    return new Row(features, cells[label]);
  }

  private static double accuracy(Task task, List<Row> rows) {
    int inputs = rows.get(0).features().length;
    Learner learner = new Learner(ModelSpec.single(1).forTask(task), task, inputs, 0, 0);
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
    LearnerSpec spec = ModelSpec.single(1).forTask(Task.REGRESSION);
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
