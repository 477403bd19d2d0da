package dev.millrace.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.Task;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Follows 20 steps that PyTorch took, for every activation, loss and optimizer that it has too; see
 * torch/make_goldens.py.
 */
class PyTorchComparisonTest {

  private static final int INPUTS = 4;
  private static final int HIDDEN = 5;
  private static final int CLASSES = 3;
  private static final int BATCH = 4;
  private static final int STEPS = 20;
  private static final double RELATIVE = 1e-4;

  /** Below it a float sum of terms around 1 has nothing to compare. */
  private static final double ABSOLUTE = 1e-6;

  private static JsonNode golden;

  /** One run of PyTorch. */
  record Case(String activation, String loss, String optimizer, JsonNode run) {
    @Override
    public String toString() {
      return activation + ", " + loss + ", " + optimizer;
    }
  }

  @BeforeAll
  static void read() throws IOException {
    golden = load();
  }

  private static JsonNode load() throws IOException {
    try (InputStream in =
            PyTorchComparisonTest.class.getResourceAsStream("/torch/goldens.json.gz");
        InputStream text = new GZIPInputStream(in)) {
      return new ObjectMapper().readTree(text);
    }
  }

  @ParameterizedTest
  @EnumSource(value = Activation.class, names = "SOFTMAX", mode = EnumSource.Mode.EXCLUDE)
  void lossesAndWeightsFollowPyTorch(Activation activation) throws IOException {
    int cases = 0;
    for (JsonNode run : golden.get("cases")) {
      if (run.get("activation").textValue().equals(activation.id())) {
        follow(
            new Case(
                activation.id(),
                run.get("loss").textValue(),
                run.get("optimizer").textValue(),
                run));
        cases++;
      }
    }
    assertThat(cases).isEqualTo(42);
  }

  private static void follow(Case run) throws IOException {
    Task task = task(run.loss());
    int outputs = task == Task.MULTICLASS ? CLASSES : 1;
    NetworkSpec spec = spec(run);
    JsonNode initial = golden.get("initial").get(Integer.toString(outputs));
    Learner learner = withParameters(spec, task, initial);
    float[] out = new float[CLASSES];
    for (int step = 0; step < STEPS; step++) {
      double cost = 0;
      for (int r = 0; r < BATCH; r++) {
        cost += learn(learner, task, step * BATCH + r, out) / BATCH;
      }
      double expected = run.run().get("losses").get(step).doubleValue();
      assertThat(cost).as("%s: cost of step %d", run, step + 1).isCloseTo(expected, near(expected));
    }

    JsonNode expected = run.run().get("final");
    double[] actual = StoredModel.parameters(learner, expected.size());
    assertThat(learner.steps()).isEqualTo(STEPS);
    for (int p = 0; p < actual.length; p++) {
      double weight = expected.get(p).doubleValue();
      assertThat(actual[p]).as("%s: parameter %d", run, p).isCloseTo(weight, near(weight));
    }
  }

  private static Offset<Double> near(double expected) {
    return within(RELATIVE * Math.abs(expected) + ABSOLUTE);
  }

  private static float learn(Learner learner, Task task, int example, float[] out) {
    float[] x = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      x[i] = golden.get("inputs").get(example * INPUTS + i).floatValue();
    }
    int label = golden.get("classes").get(example).intValue();
    return switch (task) {
      case MULTICLASS -> learner.learnClass(x, 0, label, 1f, out);
      case BINARY -> learner.learnClass(x, 0, Math.min(label, 1), 1f, out);
      case REGRESSION ->
          learner.learnValue(x, 0, golden.get("values").get(example).doubleValue(), 1f, out);
      case MULTILABEL, MULTI_TARGET -> throw new AssertionError(task);
    };
  }

  private static Task task(String loss) {
    return switch (loss) {
      case "mse", "mae", "huber" -> Task.REGRESSION;
      case "binary_crossentropy" -> Task.BINARY;
      default -> Task.MULTICLASS;
    };
  }

  private static NetworkSpec spec(Case run) {
    Activation hidden =
        Arrays.stream(Activation.values())
            .filter(one -> one.id().equals(run.activation()))
            .findAny()
            .orElseThrow();
    boolean smoothed = run.loss().endsWith(" smoothed");
    String name = run.loss().replace(" smoothed", "");
    Loss loss =
        Arrays.stream(Loss.values()).filter(one -> one.id().equals(name)).findAny().orElseThrow();
    Activation output =
        switch (task(run.loss())) {
          case MULTICLASS -> Activation.SOFTMAX;
          case BINARY -> Activation.SIGMOID;
          case REGRESSION, MULTILABEL, MULTI_TARGET -> Activation.LINEAR;
        };
    return NetworkSpec.of(optimizer(run.optimizer()))
        .with(
            to -> {
              to.hidden = List.of(new LayerSpec(HIDDEN, hidden));
              to.output = output;
              to.loss = loss;
              to.regularizer = new Regularizer(0f, 0f, 0f, smoothed ? 0.1f : 0f);
              to.batchSize = BATCH;
              to.seed = 1;
            });
  }

  private static Optimizer optimizer(String name) {
    return switch (name) {
      case "sgd" -> new Optimizer.Sgd(0.05f, 0f);
      case "momentum" -> new Optimizer.Sgd(0.02f, 0.9f);
      case "nesterov" -> new Optimizer.Sgd(0.02f, 0.9f, true);
      case "rmsprop" -> new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, false);
      case "adam" -> new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f);
      case "adamw" -> new Optimizer.AdamW(0.01f, 0.9f, 0.999f, 1e-8f, 0.1f);
      case "adagrad" -> new Optimizer.Adagrad(0.05f, 0f, 1e-10f);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** A learner whose stored parameters were replaced. */
  private static Learner withParameters(NetworkSpec spec, Task task, JsonNode parameters)
      throws IOException {
    int classes = task == Task.BINARY ? 2 : CLASSES;
    byte[] bytes = StoredModel.bytes(new Learner(spec, task, INPUTS, classes, 1));
    ByteBuffer stored = ByteBuffer.wrap(bytes);
    int start = StoredModel.parametersOffset(bytes);
    for (int p = 0; p < parameters.size(); p++) {
      stored.putFloat(start + p * Float.BYTES, parameters.get(p).floatValue());
    }
    return StoredModel.read(bytes, spec, task);
  }
}
