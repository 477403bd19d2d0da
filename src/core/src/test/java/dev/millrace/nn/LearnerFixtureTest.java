package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.testing.StateFixtures;
import dev.millrace.testing.StateFixtures.Fixture;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Learners that every format version wrote are read, and go on as they did then. */
class LearnerFixtureTest {

  private static final StateFixtures FIXTURES = new StateFixtures("learner");
  private static final int INPUTS = 5;
  private static final int STORED_AT = 23;
  private static final int MORE = 60;

  /** What was stored under a name; kept as long as a version has it. */
  private record Case(String name, Task task, NetworkSpec model) {

    Learner begin() {
      return new Learner(model, task, INPUTS, 2, 9);
    }

    Learner read(byte[] bytes) throws IOException {
      return StoredModel.read(bytes, model, task);
    }
  }

  /** Batch sizes that do not divide 23, so that a mini-batch is filling. */
  private static final List<Case> CASES =
      List.of(
          new Case(
              "growing-classes",
              Task.MULTICLASS,
              model(
                  List.of(
                      new LayerSpec(17, Activation.TANH, 0.2f, true),
                      new LayerSpec(6, Activation.GELU, 0f, false)),
                  new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f),
                  Normalization.Kind.MINMAX,
                  4)),
          new Case(
              "two-classes",
              Task.BINARY,
              model(
                  List.of(new LayerSpec(9, Activation.RELU)),
                  new Optimizer.Sgd(0.02f, 0.9f),
                  Normalization.Kind.STANDARD,
                  1)),
          new Case(
              "value",
              Task.REGRESSION,
              model(
                  List.of(new LayerSpec(33, Activation.SELU, 0.1f, false)),
                  new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true),
                  Normalization.Kind.STANDARD,
                  3)),
          new Case(
              "linear-ftrl",
              Task.BINARY,
              model(
                  List.of(),
                  new Optimizer.Ftrl(0.1f, 1f, 1e-3f, 1e-3f),
                  Normalization.Kind.NONE,
                  2)));

  private static NetworkSpec model(
      List<LayerSpec> hidden,
      Optimizer optimizer,
      Normalization.Kind normalization,
      int batchSize) {
    boolean standard = normalization == Normalization.Kind.STANDARD;
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = hidden;
              to.regularizer = new Regularizer(0f, 1e-4f);
              to.normalization =
                  new Normalization(normalization, standard ? 0.001f : 0f, standard ? 4f : 0f);
              to.batchSize = batchSize;
              to.clipping = new Clipping(1f, 0f);
              to.seed = 5;
            });
  }

  @BeforeAll
  static void writeThoseOfANewVersion() throws IOException {
    if (StateFixtures.writing()) {
      FIXTURES.write(version(), CASES.stream().map(LearnerFixtureTest::fixture).toList());
    }
  }

  private static Fixture fixture(Case one) {
    Learner learner = one.begin();
    learn(learner, one.task(), 0, STORED_AT);
    byte[] bytes = StoredModel.bytes(learner);
    return new Fixture(version(), one.name(), bytes, hashOfGoingOn(learner, one.task()));
  }

  /** The version that this release writes. */
  private static int version() {
    return ByteBuffer.wrap(StoredModel.bytes(CASES.get(0).begin())).getInt();
  }

  private static List<Fixture> fixtures() {
    return FIXTURES.all();
  }

  private static Case named(String name) {
    return CASES.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void aModelStoredByEachVersionContinuesBitForBit(Fixture stored) throws IOException {
    Case one = named(stored.name());

    Learner learner = one.read(stored.bytes());

    assertThat(learner.examples()).isEqualTo(STORED_AT);
    assertThat(hashOfGoingOn(learner, one.task())).isEqualTo(stored.hash());
  }

  @Test
  void thisReleaseWritesTheBytesOfItsVersion() {
    assertThat(fixtures().stream().filter(fixture -> fixture.version() == version()))
        .hasSameSizeAs(CASES)
        .allSatisfy(
            stored -> assertThat(fixture(named(stored.name())).bytes()).isEqualTo(stored.bytes()));
  }

  @Test
  void aNewerFormatVersionIsRejectedWithTheRemedy() {
    Case one = CASES.get(0);
    byte[] newer = StoredModel.bytes(one.begin());
    ByteBuffer.wrap(newer).putInt(version() + 1);

    assertThatThrownBy(() -> one.read(newer))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the stored model has format version %d, but this program reads versions up to %d:"
                + " use the program that wrote it, or a newer one",
            version() + 1, version());
  }

  /** Of every loss on the way and the last prediction: no bit of it depends on the format. */
  private static String hashOfGoingOn(Learner learner, Task task) {
    return StateFixtures.sha256(learn(learner, task, STORED_AT, STORED_AT + MORE));
  }

  /** Learns examples, each a function of its number, and returns the losses and a prediction. */
  private static byte[] learn(Learner learner, Task task, int from, int to) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream results = new DataOutputStream(bytes)) {
      float[] x = new float[INPUTS];
      for (int e = from; e < to; e++) {
        SplittableRandom random = new SplittableRandom(e);
        for (int i = 0; i < INPUTS; i++) {
          x[i] = (float) random.nextDouble(-2, 2);
        }
        // Two classes at first, then one more now and then.
        int known = task == Task.MULTICLASS ? 2 + e / 10 : 2;
        int label = x[0] > 0 ? 0 : 1 + (e % (known - 1));
        while (task.isClassification() && label >= learner.classes()) {
          learner.addClass();
        }
        results.writeFloat(
            learner.learn(x, task.isClassification() ? label : 7 + 3 * x[0] - x[1] * x[2]));
      }
      for (float output : learner.predict(x)) {
        results.writeFloat(output);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }
}
