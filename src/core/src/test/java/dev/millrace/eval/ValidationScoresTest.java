package dev.millrace.eval;

import static dev.millrace.eval.MetricsFixtures.context;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.ScoreBlock;
import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ValidationScoresTest {
  private static final List<String> CLASSES = List.of("ok", "fraud");

  @Test
  void afterItsPatienceWithoutABetterEpochItStopsForGood() {
    ValidationScores scores = scores(2);

    epoch(scores, 1, 0.5);
    epoch(scores, 2, 0.4);
    epoch(scores, 3, 0.4);
    assertThat(scores.isStopped()).isFalse();
    assertThat(report(scores).bestEpoch()).isEqualTo(2);
    assertThat(report(scores).bestLoss()).isEqualTo(0.4);

    epoch(scores, 4, 0.45);
    assertThat(scores.isStopped()).isTrue();
    assertThat(report(scores).stopped()).isTrue();

    epoch(scores, 5, 0.1);
    assertThat(scores.isStopped()).isTrue();
    assertThat(report(scores).bestEpoch()).isEqualTo(5);
  }

  @Test
  void withoutPatienceItNeverStops() {
    ValidationScores scores = scores(0);

    for (int epoch = 1; epoch < 100; epoch++) {
      epoch(scores, epoch, epoch);
    }

    assertThat(scores.isStopped()).isFalse();
    assertThat(report(scores).bestEpoch()).isEqualTo(1);
  }

  @Test
  void anEpochBeginsWithoutExamplesAndWithTheClassesNamed() {
    ValidationScores scores = scores(2);
    epoch(scores, 1, 0.5);
    assertThat(window(scores).examples()).isEqualTo(1);

    scores.startEpoch(1);

    assertThat(window(scores).examples()).isZero();
    ScoredClass example = new ScoredClass();
    example.set(new float[] {0.4f, 0.6f}, 0, 2, true, 1);
    ((ClassificationMetrics) scores.metrics()).update(example, 1, 0);
    assertThat(example.positiveScore).as("of ok, the last by name").isEqualTo(0.4f);
    assertThat(report(scores).scores()).isInstanceOf(ClassificationScores.class);
  }

  @Test
  void aCopyAndWhatWasStoredGoOnAsTheOriginal() throws IOException {
    ValidationScores scores = scores(2);
    epoch(scores, 1, 0.5);
    epoch(scores, 2, 0.6);

    for (ValidationScores other : List.of(scores.copy(), stored(scores))) {
      assertThat(report(other)).isEqualTo(report(scores));
      assertThat(other.memoryBytes()).isEqualTo(scores.memoryBytes()).isPositive();
      epoch(other, 3, 0.7);
      assertThat(other.isStopped()).isTrue();
      assertThat(report(other).bestLoss()).isEqualTo(0.5);
      assertThat(report(stored(other)).stopped()).isTrue();
      assertThat(report(other.copy()).stopped()).isTrue();
      assertThat(scores.isStopped()).isFalse();
    }
  }

  private static ValidationScores scores(int patience) {
    MetricsSpec spec =
        MetricsFixtures.spec(10)
            .with(to -> to.validation = new MetricsSpec.Validation(0.1, patience));
    ValidationScores scores = new ValidationScores(Task.BINARY, spec);
    scores.nameClasses(CLASSES);
    return scores;
  }

  private static void epoch(ValidationScores scores, int number, double loss) {
    scores.startEpoch(number);
    MetricsFixtures.update((ClassificationMetrics) scores.metrics(), 1, 1, loss, Double.NaN);
    scores.endEpoch(number);
  }

  private static MetricsReport.Validation report(ValidationScores scores) {
    MetricsReport report = scores.metrics().report(context(CLASSES)).with(scores::report);
    return Objects.requireNonNull(report.validation());
  }

  private static ScoreBlock window(ValidationScores scores) {
    return ((ClassificationScores) report(scores).scores()).window();
  }

  private static ValidationScores stored(ValidationScores scores) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    scores.write(new DataOutputStream(bytes));
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
    MetricsSpec spec =
        MetricsFixtures.spec(10).with(to -> to.validation = new MetricsSpec.Validation(0.1, 2));
    ValidationScores read = State.read(in, new ValidationScores(Task.BINARY, spec));
    assertThat(in.available()).isZero();
    read.nameClasses(CLASSES);
    return read;
  }
}
