package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.Task;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.ModelSpec;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no label of a model is refused, and nothing is learned from it. */
class LabelsTest {
  private static final float[] ONE = {1f};

  private final float[] features = {1f, 2f};
  private final float[] out = new float[2];

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -0.5, 1.7, 1e300, Double.NEGATIVE_INFINITY})
  void aClassIsAWholeNumber(double y) {
    Learner learner = Learner.classifier(ModelSpec.single(1), 2, 2);

    assertThatThrownBy(() -> learner.learn(features, y))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a class is a whole number from 0 on, but was " + y);
    assertThat(learner.examples()).isZero();
  }

  static List<ModelSpec> models() {
    return List.of(ModelSpec.single(1), ModelSpec.auto(1));
  }

  @ParameterizedTest
  @MethodSource("models")
  void aClassificationModelRejectsValues(ModelSpec spec) {
    OnlineModel model = Models.create(spec, Task.BINARY, 2, 2, 0);
    String message = "a classification model learns no value: use learnClass";

    assertThatThrownBy(() -> model.learnValue(features, 0, 1.0, 1f, out))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    assertThatThrownBy(
            () -> model.learnValues(features, 0, 1, new double[1], ONE, out, new float[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    assertThat(model.examples()).isZero();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aRegressionModelRejectsClasses(ModelSpec spec) {
    OnlineModel model = Models.create(spec, Task.REGRESSION, 2, 0, 0);
    String message = "a regression model learns no class: use learnValue";

    assertThatThrownBy(() -> model.learnClass(features, 0, 0, 1f, out))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> model.learnClasses(features, 0, 1, new int[1], ONE, out, new float[1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
    assertThat(model.examples()).isZero();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aWeightIsFiniteAndNotNegative(ModelSpec spec) {
    OnlineModel classes = Models.create(spec, Task.BINARY, 2, 2, 0);
    OnlineModel values = Models.create(spec, Task.REGRESSION, 2, 0, 0);
    for (float weight : new float[] {Float.NaN, -1f, Float.POSITIVE_INFINITY}) {
      String message = "the weight of an example must be finite and at least 0, but was " + weight;
      float[] weights = {weight};
      assertRefused(message, () -> classes.learnClass(features, 0, 0, weight, out));
      assertRefused(
          message,
          () -> classes.learnClasses(features, 0, 1, new int[1], weights, out, new float[1]));
      assertRefused(message, () -> values.learnValue(features, 0, 1.0, weight, out));
      assertRefused(
          message,
          () -> values.learnValues(features, 0, 1, new double[1], weights, out, new float[1]));
    }
    assertThat(classes.examples()).isZero();
    assertThat(values.examples()).isZero();
  }

  @ParameterizedTest
  @MethodSource("models")
  void aTargetIsFinite(ModelSpec spec) {
    OnlineModel values = Models.create(spec, Task.REGRESSION, 2, 0, 0);
    for (double target : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      String message = "a target must be finite, but was " + target;
      double[] targets = {target};
      assertRefused(message, () -> values.learnValue(features, 0, target, 1f, out));
      assertRefused(
          message, () -> values.learnValues(features, 0, 1, targets, ONE, out, new float[1]));
    }
    assertThat(values.examples()).isZero();
  }

  private static void assertRefused(String message, ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  @ParameterizedTest
  @MethodSource("models")
  void aModelWithoutClassesRejectsAClassUntilItIsAdded(ModelSpec spec) {
    OnlineModel model = Models.create(spec, Task.MULTICLASS, 2, 0, 0);

    assertThatThrownBy(() -> model.learnClass(features, 0, 0, 1f, out))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("class 0 is not one of the 0 known classes: add it first");
    model.addClass();
    model.learnClass(features, 0, 0, 1f, out);
    assertThat(model.examples()).isEqualTo(1);
  }
}
