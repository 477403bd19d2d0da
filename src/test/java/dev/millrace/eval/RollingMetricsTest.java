package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.addRandom;
import static dev.millrace.eval.MetricsFixtures.bytes;
import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.read;
import static dev.millrace.eval.MetricsFixtures.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.millrace.codec.MetricsJson;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.RegressionScores;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for metrics of classification and of regression alike. */
class RollingMetricsTest {

  private static final long SEED = 20_261_125;
  private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e");

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void restoredMetricsContinueAsIfNeverStoppedWhereverTheyAreCut(Task task) throws IOException {
    int examples = 40; // fills the window of 16 and wraps round twice
    byte[] expected = bytes(afterRandom(task, 16, examples));
    String expectedRecord = record(afterRandom(task, 16, examples));

    for (int cut = 0; cut <= examples; cut++) {
      SplittableRandom random = new SplittableRandom(SEED);
      RollingMetrics metrics = RollingMetrics.of(task, spec(16));
      for (int i = 0; i < examples; i++) {
        if (i == cut) {
          metrics = read(bytes(metrics), spec(16));
        }
        addRandom(metrics, random);
      }
      assertThat(bytes(metrics)).as("cut at %d", cut).isEqualTo(expected);
      assertThat(record(metrics)).as("cut at %d", cut).isEqualTo(expectedRecord);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void aWindowOfAnotherSizeKeepsTheNewestExamplesAndTheTotal(Task task) throws IOException {
    byte[] saved = bytes(afterRandom(task, 16, 40));
    for (int size : new int[] {1, 5, 15, 16}) {
      RollingMetrics restored = read(saved, spec(size));
      assertThat(record(restored)).isEqualTo(record(afterRandom(task, size, 40)));
    }

    RollingMetrics larger = read(saved, spec(50));
    assertThat(bytes(larger)).isEqualTo(saved);
    addRandom(larger, new SplittableRandom(1));
    assertThat(windowExamples(larger)).isEqualTo(17);
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void theWindowScoresAreAFunctionOfTheExamplesInTheWindowAlone(Task task) {
    SplittableRandom random = new SplittableRandom(SEED);
    RollingMetrics longLived = RollingMetrics.of(task, spec(30));
    for (int i = 0; i < 10_000; i++) {
      addRandom(longLived, random);
    }
    RollingMetrics young = RollingMetrics.of(task, spec(30));
    SplittableRandom same = new SplittableRandom(3);
    SplittableRandom sameAgain = new SplittableRandom(3);
    for (int i = 0; i < 30; i++) {
      addRandom(longLived, same);
      addRandom(young, sameAgain);
    }

    assertThat(window(longLived)).isEqualTo(window(young));
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void aCopyIsIndependent(Task task) {
    RollingMetrics metrics = afterRandom(task, 16, 40);
    byte[] before = bytes(metrics);

    RollingMetrics copy = metrics.copy();
    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(record(copy)).isEqualTo(record(metrics));

    addRandom(copy, new SplittableRandom(1));
    assertThat(bytes(metrics)).isEqualTo(before);
    assertThat(record(metrics)).isEqualTo(record(afterRandom(task, 16, 40)));
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void anUpdateAllocatesNothingOnceTheWindowIsFull(Task task) {
    RollingMetrics metrics = afterRandom(task, 100, 20_000); // also lets the compiler settle
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int updates = 100_000;

    long before = threads.getCurrentThreadAllocatedBytes();
    update(metrics, updates);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // The smallest object has 16 bytes; the measurement itself makes a few.
    assertThat(allocated).isLessThan(updates);
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void aKeyWithFewExamplesTakesLittleMemory(Task task) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    afterRandom(task, 1_000_000, 30);

    long before = threads.getCurrentThreadAllocatedBytes();
    RollingMetrics metrics = RollingMetrics.of(task, spec(1_000_000));
    update(metrics, 30);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).isLessThan(16_384);
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void bytesOfVersionOneAreReadByEveryLaterRelease(Task task) throws IOException {
    byte[] saved = savedByVersionOne(task);

    RollingMetrics restored = read(saved, spec(16));

    assertThat(record(restored)).isEqualTo(record(afterRandom(task, 16, 40)));
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void theBytesOfThisReleaseAreStillThoseOfVersionOne(Task task) throws IOException {
    assertThat(bytes(afterRandom(task, 16, 40))).isEqualTo(savedByVersionOne(task));
  }

  @Test
  void bytesOfANewerVersionAreRefused() {
    byte[] saved = bytes(RollingMetrics.of(Task.BINARY, spec(16)));
    ByteBuffer.wrap(saved).putInt(0, 3);

    assertThatThrownBy(() -> read(saved, spec(16)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 3 is newer than 1, the newest this release reads");
  }

  @Test
  void bytesOfAVersionThatNeverWasAreRefused() {
    byte[] saved = bytes(RollingMetrics.of(Task.REGRESSION, spec(16)));
    ByteBuffer.wrap(saved).putInt(0, 0);

    assertThatThrownBy(() -> read(saved, spec(16)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("there is no version 0");
  }

  @Test
  void aWindowOfNothingIsRefused() {
    assertThatThrownBy(() -> RollingMetrics.of(Task.BINARY, spec(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a window must hold 1 example or more, not 0");
  }

  private static RollingMetrics afterRandom(Task task, int window, int examples) {
    SplittableRandom random = new SplittableRandom(SEED);
    RollingMetrics metrics = RollingMetrics.of(task, spec(window));
    for (int i = 0; i < examples; i++) {
      addRandom(metrics, random);
    }
    return metrics;
  }

  private static void update(RollingMetrics metrics, int times) {
    for (int i = 0; i < times; i++) {
      if (metrics instanceof ClassificationMetrics classification) {
        classification.update(i % 5, i % 3, 0.5, 0.25);
      } else if (metrics instanceof RegressionMetrics regression) {
        regression.update(i % 5, i % 3, 0.5);
      }
    }
  }

  /** Kept as they were written: never make these files anew. */
  private static byte[] savedByVersionOne(Task task) throws IOException {
    String file = "/metrics/%s-state-v1.bin".formatted(task.name().toLowerCase(Locale.ROOT));
    try (InputStream in = RollingMetricsTest.class.getResourceAsStream(file)) {
      return in.readAllBytes();
    }
  }

  private static String record(RollingMetrics metrics) {
    byte[] record = new MetricsJson().encode(metrics.report(context(CLASSES)));
    return new String(record, StandardCharsets.UTF_8);
  }

  private static Object window(RollingMetrics metrics) {
    MetricsReport.Scores scores = metrics.report(context(CLASSES)).scores();
    return scores instanceof ClassificationScores classification
        ? List.of(classification.window(), classification.perClass())
        : ((RegressionScores) scores).window();
  }

  private static long windowExamples(RollingMetrics metrics) {
    MetricsReport.Scores scores = metrics.report(context(CLASSES)).scores();
    return scores instanceof ClassificationScores classification
        ? classification.window().examples()
        : ((RegressionScores) scores).window().examples();
  }
}
