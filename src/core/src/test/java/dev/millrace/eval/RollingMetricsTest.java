package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.addFull;
import static dev.millrace.eval.MetricsFixtures.addGrowing;
import static dev.millrace.eval.MetricsFixtures.addRandom;
import static dev.millrace.eval.MetricsFixtures.bytes;
import static dev.millrace.eval.MetricsFixtures.context;
import static dev.millrace.eval.MetricsFixtures.fullSpec;
import static dev.millrace.eval.MetricsFixtures.read;
import static dev.millrace.eval.MetricsFixtures.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import dev.millrace.data.Task;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Metrics of classification and of regression alike: state, windows, memory. */
class RollingMetricsTest {

  private static final long SEED = 20_261_125;
  private static final List<String> CLASSES = List.of("a", "b", "c", "d", "e");

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void restoredMetricsContinueExactlyFromAnyExample(Task task) throws IOException {
    int examples = 40; // fills the window of 16 and wraps round twice
    byte[] expected = bytes(afterRandom(task, 16, examples));
    JsonNode expectedReport = json(afterRandom(task, 16, examples));

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
      assertThat(json(metrics)).as("cut at %d", cut).isEqualTo(expectedReport);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void aWindowOfAnotherSizeKeepsTheNewestExamplesAndTheTotal(Task task) throws IOException {
    byte[] saved = bytes(afterRandom(task, 16, 40));
    for (int size : new int[] {1, 5, 15, 16}) {
      RollingMetrics restored = read(saved, spec(size));
      assertThat(json(restored)).isEqualTo(json(afterRandom(task, size, 40)));
    }

    RollingMetrics larger = read(saved, spec(50));
    assertThat(bytes(larger)).isEqualTo(saved);
    addRandom(larger, new SplittableRandom(1));
    assertThat(windowExamples(larger)).isEqualTo(17);
  }

  @ParameterizedTest
  @EnumSource(names = {"BINARY", "REGRESSION"})
  void restoredMetricsWithWeightsTimesAndDecayContinueExactly(Task task) throws IOException {
    byte[] expected = bytes(afterFull(task, 16, 60));
    for (int cut = 0; cut <= 60; cut += 5) {
      SplittableRandom random = new SplittableRandom(SEED);
      RollingMetrics metrics = RollingMetrics.of(task, fullSpec(16));
      for (int i = 0; i < 60; i++) {
        if (i == cut) {
          metrics = read(bytes(metrics), fullSpec(16)).copy();
        }
        addFull(metrics, random, i);
      }
      assertThat(bytes(metrics)).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  @Test
  void restoredMetricsOfAGrowingNumberOfClassesContinueExactly() throws IOException {
    JsonNode expected = json(afterGrowing(60));
    assertThat(json(afterGrowing(60)).at("/scores/window/auc_roc").isNumber()).isTrue();
    byte[] expectedBytes = bytes(afterGrowing(60));

    for (int cut = 0; cut <= 60; cut++) {
      SplittableRandom random = new SplittableRandom(SEED);
      RollingMetrics metrics = new ClassificationMetrics(fullSpec(16));
      for (int i = 0; i < 60; i++) {
        if (i == cut) {
          metrics = read(bytes(metrics), fullSpec(16)).copy();
        }
        addGrowing((ClassificationMetrics) metrics, random, i);
      }
      assertThat(bytes(metrics)).as("cut at %d", cut).isEqualTo(expectedBytes);
      assertThat(json(metrics)).as("cut at %d", cut).isEqualTo(expected);
    }
  }

  private static ClassificationMetrics afterGrowing(int examples) {
    SplittableRandom random = new SplittableRandom(SEED);
    ClassificationMetrics metrics = new ClassificationMetrics(fullSpec(16));
    for (int i = 0; i < examples; i++) {
      addGrowing(metrics, random, i);
    }
    return metrics;
  }

  @ParameterizedTest
  @EnumSource(names = {"BINARY", "REGRESSION"})
  void theLatestTimeCountsAlsoWhenItsExampleHasLeftTheWindow(Task task) throws IOException {
    RollingMetrics metrics = RollingMetrics.of(task, fullSpec(4));
    SplittableRandom random = new SplittableRandom(SEED);
    addFull(metrics, random, 1_000);
    for (int i = 0; i < 10; i++) {
      addFull(metrics, random, i);
      RollingMetrics restored = read(bytes(metrics), fullSpec(4));
      assertThat(json(restored)).isEqualTo(json(metrics));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BINARY", "REGRESSION"})
  void anExampleThatHasLeftTheWindowHasNoEffectOnItsScores(Task task) {
    SplittableRandom random = new SplittableRandom(SEED);
    RollingMetrics longLived = RollingMetrics.of(task, fullSpec(40));
    for (int i = 0; i < 20_000; i++) {
      addFull(longLived, random, i);
      if (i % 1_999 == 0) {
        RollingMetrics followed = longLived.copy();
        RollingMetrics young = RollingMetrics.of(task, fullSpec(40));
        SplittableRandom same = new SplittableRandom(i);
        SplittableRandom sameAgain = new SplittableRandom(i);
        int later = i + 1_000; // all those before are too old by then
        for (int next = later; next < later + 60; next++) {
          addFull(followed, same, next);
          addFull(young, sameAgain, next);
        }
        assertThat(windowOf(followed)).as("after %d", i).isEqualTo(windowOf(young));
      }
    }
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

    assertThat(windowOf(longLived)).isEqualTo(windowOf(young));
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTICLASS", "REGRESSION"})
  void aCopyIsIndependent(Task task) {
    RollingMetrics metrics = afterRandom(task, 16, 40);
    byte[] before = bytes(metrics);

    RollingMetrics copy = metrics.copy();
    assertThat(bytes(copy)).isEqualTo(before);
    assertThat(json(copy)).isEqualTo(json(metrics));

    addRandom(copy, new SplittableRandom(1));
    assertThat(bytes(metrics)).isEqualTo(before);
    assertThat(json(metrics)).isEqualTo(json(afterRandom(task, 16, 40)));
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

  @Test
  void areasOfANewPositiveClassCountExamplesSinceTheChange() throws IOException {
    List<String> classes = List.of("ok", "fraud");
    byte[] saved = bytes(afterFull(Task.BINARY, 16, 60));
    ClassificationMetrics same = (ClassificationMetrics) read(saved, fullSpec(16));
    ClassificationMetrics other =
        (ClassificationMetrics) read(saved, fullSpec(16).with(to -> to.positiveClass = "fraud"));
    for (ClassificationMetrics metrics : List.of(same, other)) {
      metrics.nameClasses(classes);
    }

    assertThat(json(same).at("/scores/window/auc_roc").isNumber()).isTrue();
    assertThat(json(other).at("/scores/window/auc_roc").isNumber()).isFalse();
    ScoredClass example = new ScoredClass();
    for (int i = 0; i < 10; i++) {
      float[] scores = {1 - i / 10f, i / 10f};
      example.set(scores, 0, 2, true, i > 4 ? 1 : 0);
      other.update(example, 1, 1_000);
    }
    assertThat(json(other).at("/scores/window/auc_roc").asDouble()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(names = {"BINARY", "REGRESSION"})
  void restoredMetricsWithOtherSettingsContinue(Task task) throws IOException {
    byte[] plain = bytes(afterFull(task, spec(16), 60));
    RollingMetrics more = read(plain, fullSpec(16));
    assertThat(windowExamples(more)).isZero(); // their times are not known
    addFull(more, new SplittableRandom(1), 60);
    assertThat(windowExamples(more)).isEqualTo(1);

    byte[] full = bytes(afterFull(task, 16, 60));
    assertThat(windowExamples(read(full, spec(16)))).isPositive();
  }

  @Test
  void bytesOfANewerVersionAreRejected() {
    byte[] saved = bytes(RollingMetrics.of(Task.BINARY, spec(16)));
    ByteBuffer.wrap(saved).putInt(0, 2);

    assertThatThrownBy(() -> read(saved, spec(16)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 2 is not 1, which this release reads");
  }

  @Test
  void bytesOfAnUnknownVersionAreRejected() {
    byte[] saved = bytes(RollingMetrics.of(Task.REGRESSION, spec(16)));
    ByteBuffer.wrap(saved).putInt(0, 0);

    assertThatThrownBy(() -> read(saved, spec(16)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("version 0 is not 1");
  }

  @Test
  void aWindowOfNoExamplesIsRejected() {
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

  private static RollingMetrics afterFull(Task task, int window, int examples) {
    return afterFull(task, fullSpec(window), examples);
  }

  private static RollingMetrics afterFull(Task task, MetricsSpec spec, int examples) {
    SplittableRandom random = new SplittableRandom(SEED);
    RollingMetrics metrics = RollingMetrics.of(task, spec);
    for (int i = 0; i < examples; i++) {
      addFull(metrics, random, i);
    }
    return metrics;
  }

  private static void update(RollingMetrics metrics, int times) {
    ScoredClass example = new ScoredClass();
    float[] probabilities = {0.2f, 0.5f, 0.1f, 0.1f, 0.1f};
    for (int i = 0; i < times; i++) {
      if (metrics instanceof ClassificationMetrics classification) {
        example.set(probabilities, 0, 5, true, i % 5);
        classification.update(example, 1, i);
      } else if (metrics instanceof RegressionMetrics regression) {
        regression.update(i % 5, i % 3, 0.5, 1, i);
      }
    }
  }

  private static JsonNode json(RollingMetrics metrics) {
    boolean two = metrics instanceof ClassificationMetrics of && of.labels() <= 2;
    List<String> classes = two ? List.of("ok", "fraud") : CLASSES;
    return MetricsFixtures.json(metrics.report(context(classes)));
  }

  /** Scores of the window without those of baselines, which depend on earlier labels. */
  private static List<JsonNode> windowOf(RollingMetrics metrics) {
    JsonNode scores = json(metrics).path("scores");
    ObjectNode window = (ObjectNode) scores.get("window");
    window.remove(
        List.of(
            "kappa_m",
            "normalized_entropy",
            "kappa_temporal",
            "log_loss_baseline",
            "better_than_baseline"));
    return List.of(window, scores.path("per_class"), scores.at("/confusion/window"));
  }

  private static long windowExamples(RollingMetrics metrics) {
    return json(metrics).at("/scores/window/examples").asLong();
  }
}
