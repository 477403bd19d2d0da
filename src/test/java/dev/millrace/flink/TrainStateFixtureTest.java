package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.RegressionScores;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.Learner;
import dev.millrace.nn.Workspace;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import dev.millrace.testing.StateFixtures;
import dev.millrace.testing.StateFixtures.Fixture;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** State of a key that every format version wrote is read, and goes on as it did then. */
class TrainStateFixtureTest {

  private static final StateFixtures FIXTURES = new StateFixtures("train-state");
  private static final String CLASSES = "classes";
  private static final String NUMBERS = "numbers";
  // Not a multiple of the batch size, and within the metrics' window.
  private static final int STORED_AT = 42;
  private static final int EXAMPLES = 120;

  private final TrainSpec spec = Specs.train(Specs.small(5));

  @BeforeAll
  static void writeThoseOfANewVersion() throws IOException {
    if (StateFixtures.writing()) {
      TrainStateFixtureTest test = new TrainStateFixtureTest();
      FIXTURES.write(TrainState.VERSION, List.of(test.fixture(CLASSES), test.fixture(NUMBERS)));
    }
  }

  private static List<Fixture> fixtures() {
    return FIXTURES.all();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void whatAVersionWroteGoesOnAsItDidThen(Fixture stored) throws IOException {
    TrainState state = TrainState.frozen(stored.bytes());

    assertThat(state.resume(spec, new Workspace()).examples()).isEqualTo(STORED_AT);
    assertThat(hashOfGoingOn(state, chunk(stored.name()))).isEqualTo(stored.hash());
  }

  @Test
  void thisReleaseWritesTheBytesOfItsVersion() {
    assertThat(fixtures().stream().filter(one -> one.version() == TrainState.VERSION))
        .hasSize(2)
        .allSatisfy(stored -> assertThat(fixture(stored.name()).bytes()).isEqualTo(stored.bytes()));
  }

  @Test
  void aNewerVersionIsRefusedWithTheWayOut() throws IOException {
    byte[] newer = fixture(CLASSES).bytes();
    ByteBuffer.wrap(newer).putInt(TrainState.VERSION + 1);

    assertThatThrownBy(() -> TrainState.frozen(newer).resume(spec, new Workspace()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "model state: version %d is not one of 1 to %d, which this release reads; use the"
                + " release that wrote it",
            TrainState.VERSION + 1, TrainState.VERSION);
  }

  private Fixture fixture(String name) throws IOException {
    Chunk chunk = chunk(name);
    TrainState state = TrainState.begin(spec, chunk);
    learn(state, chunk, 0, STORED_AT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    byte[] stored = bytes.toByteArray();
    return new Fixture(TrainState.VERSION, name, stored, hashOfGoingOn(state, chunk));
  }

  private static Chunk chunk(String name) {
    return Chunks.of(
        name.equals(CLASSES) ? Chunks.classes("k", EXAMPLES, 3) : Chunks.numbers("k", EXAMPLES, 4));
  }

  /** Of the model's predictions and the metrics at the end, whatever form they are stored in. */
  private String hashOfGoingOn(TrainState state, Chunk chunk) throws IOException {
    learn(state, chunk, STORED_AT, EXAMPLES);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    Learner learner = ModelSnapshot.decode("p", "c", "k", state.modelBytes()).learner(spec.model());
    try (DataOutputStream results = new DataOutputStream(bytes)) {
      float[] x = new float[chunk.width()];
      for (int row = 0; row < chunk.size(); row++) {
        chunk.copyFeatures(row, row + 1, x);
        for (float output : learner.predict(x)) {
          results.writeFloat(output);
        }
      }
      for (double score : scores(state.resume(spec, new Workspace()).report(spec, "k"))) {
        results.writeDouble(score);
      }
    }
    return StateFixtures.sha256(bytes.toByteArray());
  }

  private static double[] scores(MetricsReport report) {
    if (report.scores() instanceof ClassificationScores scores) {
      return new double[] {
        scores.window().examples(),
        scores.window().accuracy(),
        scores.window().loss(),
        scores.total().examples(),
        scores.total().f1(),
        scores.majority().totalAccuracy(),
        report.context().seq(),
        report.context().eventTime()
      };
    }
    RegressionScores scores = (RegressionScores) report.scores();
    return new double[] {
      scores.window().examples(),
      scores.window().mae(),
      scores.total().loss(),
      scores.labelSd(),
      scores.mean().windowMae(),
      report.context().seq(),
      report.context().eventTime()
    };
  }

  private void learn(TrainState state, Chunk chunk, int from, int to) throws IOException {
    PrequentialModel model = state.resume(spec, new Workspace());
    TrainScratch scratch = new TrainScratch();
    scratch.findClasses(chunk, model.classes(), ClassWeights.NONE);
    for (int row = from; row < to; row++) {
      if (!chunk.isClassification()) {
        model.learnValues(chunk, row, row + 1, scratch);
      } else if (scratch.classOf[chunk.labelOf(row)] < 0) {
        model.meetClass(chunk, row, scratch);
      } else {
        model.learnClasses(chunk, row, row + 1, scratch);
      }
    }
  }
}
