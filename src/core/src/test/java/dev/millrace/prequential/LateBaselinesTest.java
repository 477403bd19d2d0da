package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What baselines predict where labels come later: no more than was known. */
class LateBaselinesTest {
  private static final long MAX_BYTES = 64 << 20;
  private static final int EXAMPLES = 200;
  private static final int DELAY = 12;

  private final RecordingListener published = new RecordingListener();

  @Test
  void theLastValueAndTheMeanAreThoseOfTheLabelsThatHadCome() throws IOException {
    List<Example> examples = Chunks.numbers("k", EXAMPLES, 3);

    RegressionScores scores = (RegressionScores) learn(Task.REGRESSION, examples).scores();

    double ofLast = 0;
    double ofMean = 0;
    double sum = 0;
    int scored = EXAMPLES - DELAY - 1;
    for (int known = 1; known <= scored; known++) {
      double last = examples.get(known - 1).target;
      double actual = examples.get(known + DELAY).target;
      sum += last;
      ofLast += Math.abs(actual - last) / scored;
      ofMean += Math.abs(actual - sum / known) / scored;
    }
    assertThat(scores.lastValue().totalMae()).isCloseTo(ofLast, within(1e-9));
    assertThat(scores.mean().totalMae()).isCloseTo(ofMean, within(1e-9));
  }

  @Test
  void baselinesUseTheLabelsKnownWhenTheFeaturesCame() throws IOException {
    List<Example> examples = classes();

    ClassificationScores scores = (ClassificationScores) learn(Task.BINARY, examples).scores();

    int sameAsLast = 0;
    int sameAsMajority = 0;
    int yes = 0;
    double logLoss = 0;
    int scored = EXAMPLES - DELAY - 1;
    for (int known = 1; known <= scored; known++) {
      boolean last = isYes(examples.get(known - 1));
      boolean actual = isYes(examples.get(known + DELAY));
      yes += last ? 1 : 0;
      sameAsLast += last == actual ? 1 : 0;
      boolean first = isYes(examples.get(0));
      boolean majority = 2 * yes == known ? first : 2 * yes > known;
      sameAsMajority += majority == actual ? 1 : 0;
      boolean isKnown = actual ? yes > 0 : yes < known;
      boolean areBoth = yes > 0 && yes < known;
      double p = ((actual ? yes : known - yes) + 1) / (known + (areBoth ? 2.0 : 1.0));
      logLoss -= Math.log(isKnown ? p : 1e-7) / scored;
    }
    assertThat(scores.noChange().totalAccuracy()).isEqualTo(sameAsLast / (double) scored);
    assertThat(scores.majority().totalAccuracy()).isEqualTo(sameAsMajority / (double) scored);
    assertThat(scores.total().get(Score.LOG_LOSS_BASELINE)).isCloseTo(logLoss, within(1e-5));
  }

  @Test
  void labelsThatAreNotKnownYetInAnotherOrderChangeNoBaseline() throws IOException {
    int last = 100;
    double[] first = errorsAt(last, Chunks.numbers("k", EXAMPLES, 3));
    List<Example> other = Chunks.numbers("k", EXAMPLES, 3);
    double kept = other.get(last - DELAY).target;
    for (int i = last - DELAY; i < last - 1; i++) {
      other.get(i).target = other.get(i + 1).target;
    }
    other.get(last - 1).target = kept;

    double[] second = errorsAt(last, other);

    assertThat(second[0]).isCloseTo(first[0], within(1e-9));
    assertThat(second[1]).isCloseTo(first[1], within(1e-9));
  }

  /** Errors of the last value and the mean for one example. */
  private double[] errorsAt(int example, List<Example> examples) throws IOException {
    published.reports.clear();
    learn(Task.REGRESSION, examples);
    double[] errors = new double[2];
    // The first examples have no score.
    for (int sign = -1; sign <= 1; sign += 2) {
      MetricsReport report = published.reports.get(example - (sign < 0 ? 1 : 0));
      RegressionScores scores = (RegressionScores) report.scores();
      errors[0] += sign * scores.total().examples() * scores.lastValue().totalMae();
      errors[1] += sign * scores.total().examples() * scores.mean().totalMae();
    }
    return errors;
  }

  private static List<Example> classes() {
    List<Example> examples = Chunks.classes("k", EXAMPLES, 3);
    Random random = new Random(3);
    String label = "no";
    for (Example example : examples) {
      label = random.nextInt(9) == 0 ? (label.equals("no") ? "yes" : "no") : label;
      example.label = label;
    }
    return examples;
  }

  private static boolean isYes(Example example) {
    return example.label.equals("yes");
  }

  private MetricsReport learn(Task task, List<Example> examples) throws IOException {
    TrainSpec spec =
        Specs.train(
            LateStreams.input(task, null, 10_000, 1_000),
            Specs.small(1),
            Specs.METRICS.with(to -> to.every = 1));
    PrequentialEngine engine = new PrequentialEngine(spec, MAX_BYTES, ShapeChange.FAIL);
    Chunk chunk = new Chunk();
    LateStreams.apart(examples, DELAY).forEach(chunk::add);
    engine.learn(null, chunk, published);
    return published.reports.get(published.reports.size() - 1);
  }
}
