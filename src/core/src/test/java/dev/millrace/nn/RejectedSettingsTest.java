package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.nn.spec.Schedule;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Settings that contradict each other, and what a model cannot be made of. */
class RejectedSettingsTest {

  private static final Optimizer SGD = new Optimizer.Sgd(0.1f, 0f);
  private static final Regularizer NONE = new Regularizer(0f, 0f);
  private static final Schedule CONSTANT = new Schedule.Constant(0);

  private static NetworkSpec of(
      Activation output, Loss loss, Optimizer optimizer, Regularizer regularizer, int batchSize) {
    return of(List.of(), output, loss, optimizer, CONSTANT, regularizer, batchSize);
  }

  private static NetworkSpec of(
      List<LayerSpec> hidden,
      Activation output,
      Loss loss,
      Optimizer optimizer,
      Schedule schedule,
      Regularizer regularizer,
      int batchSize) {
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = hidden;
              to.output = output;
              to.loss = loss;
              to.schedule = schedule;
              to.regularizer = regularizer;
              to.batchSize = batchSize;
              to.seed = 1;
            });
  }

  private static NetworkSpec value(Optimizer optimizer) {
    return of(Activation.LINEAR, Loss.MSE, optimizer, NONE, 1);
  }

  private static NetworkSpec scheduled(Schedule schedule) {
    return of(List.of(), Activation.LINEAR, Loss.MSE, SGD, schedule, NONE, 1);
  }

  static List<Arguments> refused() {
    Optimizer ftrl = new Optimizer.Ftrl(0.1f, 1f, 0f, 0f);
    return List.of(
        Arguments.of(
            Task.REGRESSION,
            of(Activation.LINEAR, Loss.MSE, SGD, NONE, 0),
            "batch-size must be at least 1, but was 0"),
        Arguments.of(
            Task.REGRESSION,
            of(
                List.of(new LayerSpec(0, Activation.RELU)),
                Activation.LINEAR,
                Loss.MSE,
                SGD,
                CONSTANT,
                NONE,
                1),
            "a layer's units must be at least 1, but were 0"),
        Arguments.of(
            Task.BINARY,
            of(Activation.SOFTMAX, Loss.BINARY_CROSSENTROPY, SGD, NONE, 1),
            "loss binary_crossentropy needs an output layer of sigmoid, but it was softmax"),
        Arguments.of(
            Task.MULTICLASS,
            of(Activation.SIGMOID, Loss.CATEGORICAL_CROSSENTROPY, SGD, NONE, 1),
            "loss categorical_crossentropy needs an output layer of softmax, but it was sigmoid"),
        Arguments.of(
            Task.REGRESSION,
            of(Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, SGD, NONE, 1),
            "regression takes the loss mse, mae or huber and any output but softmax, but was"
                + " binary_crossentropy on sigmoid"),
        Arguments.of(
            Task.REGRESSION,
            of(Activation.SOFTMAX, Loss.MSE, SGD, NONE, 1),
            "regression takes the loss mse, mae or huber and any output but softmax, but was mse"
                + " on softmax"),
        Arguments.of(
            Task.MULTICLASS,
            of(Activation.SOFTMAX, Loss.MSE, SGD, new Regularizer(0f, 0f, 0f, 0.1f), 1),
            "label-smoothing goes with a cross-entropy, but the loss was mse"),
        Arguments.of(
            Task.MULTICLASS,
            of(Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, SGD, NONE, 1),
            "loss binary_crossentropy is for two classes: use categorical_crossentropy"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.RmsProp(0.1f, 0.9f, 0f, false)),
            "the optimizer's epsilon must be at least 1.0E-20, but was 0.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Adam(0.1f, 0.9f, 0.9f, -1f)),
            "the optimizer's epsilon must be at least 1.0E-20, but was -1.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Ftrl(0f, 1f, 0f, 0f)),
            "ftrl needs alpha and beta above 0, but they were 0.0 and 1.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Ftrl(0.1f, 0f, 0f, 0f)),
            "ftrl needs alpha and beta above 0, but they were 0.1 and 0.0"),
        Arguments.of(
            Task.REGRESSION,
            of(Activation.LINEAR, Loss.MSE, ftrl, new Regularizer(0f, 0f, 2f, 0f), 1),
            "ftrl computes each weight from its sums and takes no max-norm, but it was 2.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Sgd(0.1f, 0f, true)),
            "nesterov needs momentum above 0, but it was 0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Sgd(0.1f, 2f)),
            "sgd's momentum must be at least 0 and below 1, but was 2.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.RmsProp(0.1f, 1f, 1e-8f, true)),
            "rmsprop's rho must be at least 0 and below 1, but was 1.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.Adam(0.1f, 1f, 0.9f, 1e-8f)),
            "adam's beta1 must be at least 0 and below 1, but was 1.0"),
        Arguments.of(
            Task.REGRESSION,
            value(new Optimizer.AdamW(0.1f, 0.9f, Float.NaN, 1e-8f, 0f)),
            "adamw's beta2 must be at least 0 and below 1, but was NaN"),
        Arguments.of(
            Task.MULTICLASS,
            of(
                Activation.SOFTMAX,
                Loss.CATEGORICAL_CROSSENTROPY,
                SGD,
                new Regularizer(0f, 0f, 0f, 2f),
                1),
            "label-smoothing must be at least 0 and below 1, but was 2.0"),
        Arguments.of(
            Task.REGRESSION,
            scheduled(new Schedule.Step(0, 0.5f, 0)),
            "a schedule's steps must be at least 1 and its warmup at least 0, but they were 0 and"
                + " 0"),
        Arguments.of(
            Task.REGRESSION,
            scheduled(new Schedule.Cosine(5, 0.5f, -1)),
            "a schedule's steps must be at least 1 and its warmup at least 0, but they were 5 and"
                + " -1"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void contradictingSettingsAreNamed(Task task, NetworkSpec spec, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Learner(spec, task, 3, 2, 1))
        .withMessage(message);
  }

  @Test
  void aModelNeedsAFeatureAndAPossibleNumberOfClasses() {
    NetworkSpec two = of(Activation.SIGMOID, Loss.BINARY_CROSSENTROPY, SGD, NONE, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Learner(two, Task.BINARY, 0, 2, 1))
        .withMessage("a model needs at least 1 feature, but has 0");
    for (int classes : new int[] {-1, 3}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new Learner(two, Task.BINARY, 1, classes, 1))
          .withMessage("a model with loss binary_crossentropy cannot have " + classes + " classes");
    }
    assertThat(new Learner(two, Task.BINARY, 1, 0, 1).classes()).isZero();
    assertThat(new Learner(two, Task.BINARY, 1, 2, 1).classes()).isEqualTo(2);
  }

  @Test
  void aSelectionHasTwoToEightModelsOfDifferentNamesAndOneIsTheChampion() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> selection("a", "a"))
        .withMessage("champion and challengers must be 2 to 8 models, but were 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> selection("a", "a", "b", "c", "d", "e", "f", "g", "h", "i"))
        .withMessage("champion and challengers must be 2 to 8 models, but were 9");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> selection("a", "a", "b", "a"))
        .withMessage("two of the models have the same name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> selection("c", "a", "b"))
        .withMessage("the champion \"c\" must be one of the models");

    SelectionSpec eight = selection("h", "a", "b", "c", "d", "e", "f", "g", "h");
    NamedModel nested = new NamedModel("nested", eight);
    NamedModel one = new NamedModel("one", ModelSpec.single(1));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new SelectionSpec(
                    List.of(one, nested), "one", true, Promotion.DEFAULT, OnChange.REJECT))
        .withMessage("a model of a selection must not be a selection");
    assertThat(eight.names()).isEqualTo("a, b, c, d, e, f, g, h");
    assertThat(eight.with(OnChange.GROW).onChange()).isEqualTo(OnChange.GROW);
    assertThat(eight.with(OnChange.GROW).with(OnChange.REJECT)).isEqualTo(eight);
  }

  private static SelectionSpec selection(String champion, String... names) {
    List<NamedModel> entrants = new ArrayList<>();
    for (String name : names) {
      entrants.add(new NamedModel(name, ModelSpec.single(1)));
    }
    return new SelectionSpec(entrants, champion, true, Promotion.DEFAULT, OnChange.REJECT);
  }
}
