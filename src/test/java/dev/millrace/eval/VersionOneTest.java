package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.fadingSpec;
import static dev.millrace.eval.MetricsFixtures.fullSpec;
import static dev.millrace.eval.MetricsFixtures.read;
import static dev.millrace.eval.MetricsFixtures.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.MetricsReport.ClassificationScores;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bytes of version 1 with one example, whole and with one count that does not fit the others. */
class VersionOneTest {

  @Test
  void oneExampleIsReadWithTheSettingsThereAre() throws IOException {
    byte[] bytes = classification(1, 1, 1, 1, 0);

    assertThat(after(bytes, fadingSpec(3, 0.9)).total().calibrationError()).isNaN();
    ClassificationScores scores = after(bytes, fullSpec(3));
    assertThat(scores.total().examples()).isEqualTo(2);
    assertThat(scores.total().calibrationError()).isEqualTo(0.25, within(1e-7));
    assertThat(scores.window().examples()).as("their times are not known").isEqualTo(1);
    assertThat(after(bytes, spec(3)).window().examples()).isEqualTo(2);
  }

  /** One more example of class 0, predicted with a probability of 3/4. */
  private static ClassificationScores after(byte[] bytes, MetricsSpec spec) throws IOException {
    ClassificationMetrics metrics = (ClassificationMetrics) read(bytes, spec);
    metrics.nameClasses(List.of("a", "b"));
    ScoredClass example = new ScoredClass();
    example.take(new float[] {0.75f, 0.25f}, 0, 2, true, 0);
    metrics.update(example, 1, 0);
    return (ClassificationScores) metrics.report(context(List.of("a", "b"))).scores();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, 1, 0, 'examples in a column of the metrics: 0, where 1 is possible'",
    "1, 0, 1, 1, 0, 'examples in a column of the metrics: 0, where 1 is possible'",
    "1, 1, 2, 1, 0, 'predicted classes in the metrics: 2, where 1 is possible'",
    "1, 1, 1, 2, 0, 'hit classes in the metrics: 2, where 1 is possible'",
    "1, 1, 1, 1, 1, 'majority class in the metrics: 1, where -1 to 0 are possible'",
  })
  void countsOfClassesThatDoNotFitAreRefused(
      int predictions, int losses, int predicted, int hits, int majority, String message)
      throws IOException {
    byte[] bytes = classification(predictions, losses, predicted, hits, majority);

    assertThatThrownBy(() -> read(bytes, spec(3)))
        .isInstanceOf(IOException.class)
        .hasMessage(message + "; the bytes are damaged");
  }

  @Test
  void countsOfNumbersThatDoNotFitAreRefused() throws IOException {
    assertThat(read(regression(1), spec(3)).totalLoss()).isEqualTo(0.5);

    byte[] bytes = regression(2);
    assertThatThrownBy(() -> read(bytes, spec(3)))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "examples in a column of the metrics: 2, where 1 is possible; the bytes are damaged");
  }

  private static byte[] classification(
      int predictions, int losses, int predicted, int hits, int majority) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(1);
    out.writeBoolean(true);
    numbers(out, 1, 1); // actual class 0, stored as one more
    numbers(out, 1, 1); // a matrix of one class
    numbers(out, predictions, 1);
    tally(out, 1, 1);
    numbers(out, 1, 0); // the baselines predicted nothing
    tally(out, predicted, hits);
    numbers(out, 1, 0);
    doubles(out, losses);
    mean(out);
    doubles(out, 1);
    mean(out);
    numbers(out, 1, 1);
    VarLong.write(out, majority + 1);
    VarLong.write(out, 1);
    return bytes.toByteArray();
  }

  private static byte[] regression(int losses) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeInt(1);
    out.writeBoolean(false);
    doubles(out, 1);
    for (int column = 0; column < 3; column++) {
      doubles(out, 1);
      mean(out);
      out.writeDouble(0.25);
    }
    doubles(out, losses);
    mean(out);
    for (int moments = 0; moments < 2; moments++) {
      mean(out);
      out.writeDouble(0);
    }
    out.writeDouble(0.5);
    return bytes.toByteArray();
  }

  private static void tally(DataOutputStream out, int predicted, int hits) throws IOException {
    VarLong.write(out, 1);
    numbers(out, 1, 1);
    numbers(out, predicted, 0);
    numbers(out, hits, 0);
  }

  private static void numbers(DataOutputStream out, int count, int number) throws IOException {
    VarLong.write(out, count);
    for (int i = 0; i < count; i++) {
      VarLong.write(out, number);
    }
  }

  private static void doubles(DataOutputStream out, int count) throws IOException {
    VarLong.write(out, count);
    for (int i = 0; i < count; i++) {
      out.writeDouble(0.5);
    }
  }

  private static void mean(DataOutputStream out) throws IOException {
    VarLong.write(out, 1);
    out.writeDouble(0.5);
  }
}
