package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Chunk;
import dev.millrace.data.Task;
import dev.millrace.eval.KnownLabels;
import dev.millrace.nn.Learner;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelFormat;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.labels.LabelJoin;
import dev.millrace.prequential.labels.PendingBound;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.labels.PendingLabel;
import dev.millrace.prequential.rows.PendingMemory;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
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
  private static final String LABELS = "labels";
  // Not a multiple of the batch size, and within the metrics' window.
  private static final int STORED_AT = 42;
  private static final int EXAMPLES = 120;

  private static final TrainSpec PLAIN =
      Specs.train(Records.undeclared(), Specs.small(5), Specs.METRICS);
  private static final TrainSpec LATE =
      Specs.train(
          LateStreams.input(Task.MULTICLASS, "labels", 1_000, 5), Specs.small(5), Specs.METRICS);

  @BeforeAll
  static void writeThoseOfANewVersion() throws IOException {
    if (StateFixtures.writing()) {
      TrainStateFixtureTest test = new TrainStateFixtureTest();
      FIXTURES.write(
          ModelFormat.VERSION,
          List.of(test.fixture(CLASSES), test.fixture(NUMBERS), test.fixture(LABELS)));
    }
  }

  private static List<Fixture> fixtures() {
    return FIXTURES.all();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void storedStateContinuesWithEqualBits(Fixture stored) throws IOException {
    TrainState state = TrainState.serialized(stored.bytes());

    assertThat(state.resume(spec(stored.name()), new Workspace()).counters.examples)
        .isEqualTo(STORED_AT);
    assertThat(hashOfGoingOn(state, stored.name())).isEqualTo(stored.hash());
  }

  @Test
  void thisReleaseWritesTheBytesOfItsVersion() {
    assertThat(fixtures().stream().filter(one -> one.version() == ModelFormat.VERSION))
        .hasSize(3)
        .allSatisfy(stored -> assertThat(fixture(stored.name()).bytes()).isEqualTo(stored.bytes()));
  }

  @Test
  void aNewerVersionIsRejectedWithTheRemedy() throws IOException {
    byte[] newer = fixture(CLASSES).bytes();
    ByteBuffer.wrap(newer).putInt(ModelFormat.VERSION + 1);

    assertThatThrownBy(() -> TrainState.serialized(newer).resume(PLAIN, new Workspace()))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "model state: version %d is not %d, which this release reads; use the release that"
                + " wrote it",
            ModelFormat.VERSION + 1, ModelFormat.VERSION);
  }

  private Fixture fixture(String name) throws IOException {
    Chunk chunk = chunk(name);
    TrainState state = Learning.begin(spec(name), chunk);
    learn(state, name, 0, STORED_AT);
    if (name.equals(LABELS)) {
      disturb(state.labels());
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    byte[] stored = bytes.toByteArray();
    return new Fixture(ModelFormat.VERSION, name, stored, hashOfGoingOn(state, name));
  }

  /** One of everything that a join can have. */
  private static void disturb(LabelJoin join) {
    for (int i = 0; i < 6; i++) { // the sixth finds no room
      join.advance(i);
      float[] features = {i, Float.NaN};
      float[] scores = {0.25f, 0.75f};
      KnownLabels known =
          i == 3 ? null : new KnownLabels(i == 1 ? Double.NaN : 1, 0, new float[] {0.5f, 0.25f});
      float[] memory = i % 2 == 0 ? PendingMemory.NONE : new float[] {i, 3, 0.25f, Float.NaN, 4};
      join.keep(
          "id-" + i,
          new PendingFeatures(
              features,
              2f,
              i,
              1,
              100 + i,
              scores,
              memory,
              1,
              0,
              new long[0],
              PendingBound.NONE,
              known),
          Long.MAX_VALUE);
    }
    join.advance(7);
    join.takeFeatures("id-0", 7);
    join.keep("early", new PendingLabel("high", Double.NaN, 8), Long.MAX_VALUE);
    join.keep("number", new PendingLabel(null, 1.5, 8), Long.MAX_VALUE);
    join.complete("whole");
  }

  private static void writeJoin(LabelJoin join, DataOutputStream out) throws IOException {
    join.isDuplicateOrLateLabel("whole");
    out.writeLong(join.takeLabel("number", 8).time());
    for (int i = 0; i < 6; i++) {
      PendingFeatures pending = join.takeFeatures("id-" + i, 9);
      if (pending != null) {
        pending.write(out);
      }
    }
    MetricsReport.Labels report = join.report();
    out.writeLong(report.matched());
    out.writeLong(report.pending());
    out.writeLong(report.early());
    out.writeLong(report.complete());
    out.writeLong(report.droppedFeatures());
    out.writeLong(report.late());
    out.writeLong(report.delayMs().max());
  }

  private static TrainSpec spec(String name) {
    return name.equals(LABELS) ? LATE : PLAIN;
  }

  private static Chunk chunk(String name) {
    return Chunks.of(
        name.equals(NUMBERS) ? Chunks.numbers("k", EXAMPLES, 4) : Chunks.classes("k", EXAMPLES, 3));
  }

  /** Of the model's predictions and the metrics at the end, whatever form they are stored in. */
  private String hashOfGoingOn(TrainState state, String name) throws IOException {
    learn(state, name, STORED_AT, EXAMPLES);
    Chunk chunk = chunk(name);
    TrainSpec spec = spec(name);
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
      if (name.equals(LABELS)) {
        writeJoin(state.labels(), results);
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
        scores.total().get(Score.F1),
        scores.majority().totalAccuracy(),
        report.context().seq(),
        report.context().eventTime()
      };
    }
    RegressionScores scores = (RegressionScores) report.scores();
    return new double[] {
      scores.window().examples(),
      scores.window().get(Score.MAE),
      scores.total().loss(),
      scores.total().get(Score.LABEL_SD),
      scores.mean().windowMae(),
      report.context().seq(),
      report.context().eventTime()
    };
  }

  private void learn(TrainState state, String name, int from, int to) throws IOException {
    Learning.learn(state, spec(name), chunk(name), from, to);
  }
}
