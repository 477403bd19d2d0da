package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.OutputRecord;
import dev.millrace.data.Example;
import dev.millrace.data.Task;
import dev.millrace.nn.Learner;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.junit.jupiter.api.Test;

/** {@code limits.state-bytes}. */
class ModelBytesTest {
  private static final int CLASSES = 40;

  private final NetworkSpec model = Specs.small(5);
  private final TrainSpec spec = Specs.train(Records.undeclaredOf(CLASSES), model, Specs.METRICS);
  private final NetworkSpec learner = model;

  @Test
  void aKeyWhoseModelWouldBeTooLargeIsRejectedAndOthersGoOn() throws Exception {
    List<Example> wide = Chunks.classes("wide", 20, 1);
    wide.forEach(example -> example.resize(500));
    try (TrainHarness harness = harness(Learner.modelBytes(learner, Task.MULTICLASS, 3, 3))) {
      harness.send(wide, 7);
      harness.send(Chunks.classes("narrow", 50, 1), 7);
      harness.end();

      assertThat(harness.modelsByKey()).containsOnlyKeys("narrow");
      assertThat(harness.deadLetters()).hasSize(20).allSatisfy(ModelBytesTest::isTooLarge);
    }
  }

  @Test
  void aClassThatWouldMakeTheModelTooLargeIsRejectedAndTheOthersAreLearned() throws Exception {
    int fitting = 1;
    while (Learner.modelBytes(learner, Task.MULTICLASS, 3, fitting + 1)
        == Learner.modelBytes(learner, Task.MULTICLASS, 3, 1)) {
      fitting++; // without a new lane
    }
    List<Example> examples = Chunks.classes("k", CLASSES, 1);
    for (int i = 0; i < CLASSES; i++) {
      examples.get(i).label = "class " + i;
    }
    try (TrainHarness harness = harness(Learner.modelBytes(learner, Task.MULTICLASS, 3, fitting))) {
      harness.send(examples, 7);
      harness.end();

      assertThat(fitting).isLessThan(CLASSES);
      assertThat(harness.deadLetters())
          .hasSize(CLASSES - fitting)
          .allSatisfy(ModelBytesTest::isTooLarge);
      OutputRecord model = harness.models().get(0);
      assertThat(ModelSnapshot.decode("p", "c", "k", model.value()).classes()).hasSize(fitting);
    }
  }

  @Test
  void theBytesAreThoseThatTheModelHas() {
    assertThat(bytesAfterManyExamples(CLASSES) - bytesAfterManyExamples(2))
        .isEqualTo(
            Learner.modelBytes(learner, Task.MULTICLASS, 3, CLASSES)
                - Learner.modelBytes(learner, Task.MULTICLASS, 3, 2));
  }

  /** Bytes of a model that has learned so much that it keeps a copy of its weights too. */
  private long bytesAfterManyExamples(int classes) {
    Learner model = new Learner(learner, Task.MULTICLASS, 3, classes, 7);
    float[] out = new float[classes];
    for (int i = 0; i < 1_100; i++) {
      model.learnClass(new float[] {i % 7, i % 5, i % 3}, 0, i % 2, 1f, out);
    }
    return model.memoryBytes();
  }

  @Test
  void aMiniBatchThatFillsCounts() {
    NetworkSpec batches = Specs.small(4096);
    Learner model = new Learner(batches, Task.REGRESSION, 100, 0, 7);
    float[] out = new float[PredictedValue.FLOATS];
    for (int i = 0; i < batches.batchSize() - 1; i++) {
      model.learnValue(new float[100], 0, i % 3, 1f, out);
    }

    assertThat(Learner.modelBytes(batches, Task.REGRESSION, 100, 0))
        .isBetween((long) (0.99 * model.memoryBytes()), (long) (2.1 * model.memoryBytes()));
    assertThat(model.memoryBytes()).isGreaterThan(4095 * 102 * Float.BYTES);
  }

  private static void isTooLarge(OutputRecord letter) {
    assertThat(List.of(letter.headerNames())).contains("__millrace.errors.reason");
    int reason = List.of(letter.headerNames()).indexOf("__millrace.errors.reason");
    assertThat(new String(letter.headerValues()[reason], StandardCharsets.UTF_8))
        .isEqualTo("model-too-large");
  }

  private TrainHarness harness(long modelBytes) throws Exception {
    StateSpec state = new StateSpec(64 << 20, 0, modelBytes, ShapeChange.FAIL);
    return new TrainHarness(new TrainOperator(spec, state), new HashMapStateBackend(), null);
  }
}
