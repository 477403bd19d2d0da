package dev.millrace.config.model;

import dev.millrace.data.Sha256;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.Learner;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.AutoLearner;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.ModelStart;
import dev.millrace.nn.spec.ModelWeights;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/** Makes a stored model the initial model of new ones. */
public final class WarmStart {
  private WarmStart() {}

  /**
   * Returns the stored network as the initial model.
   *
   * @param model settings of the new models
   * @throws IOException if it does not fit the model or the input; the message has the reason
   */
  public static ModelStart network(ModelSnapshot stored, NetworkSpec model, InputSpec input)
      throws IOException {
    if (input.hasIds()) {
      return whole(stored, model, input);
    }
    requireInput(stored, input);
    ModelWeights weights = stored.learner(model.withIndicators(Indicators.of(input))).weights();
    stored.requireFeatures(input);
    return new ModelStart.NetworkStart(
        weights, stored.task(), stored.classes(), Sha256.hex(stored.bytes()));
  }

  /**
   * Returns the stored mixture as the initial model.
   *
   * @param model settings of the new models
   * @throws IOException if it does not fit the model or the input; the message has the reason
   */
  public static ModelStart.StoredStart mixture(
      ModelSnapshot stored, AutoModelSpec model, InputSpec input) throws IOException {
    return whole(stored, model, input);
  }

  private static ModelStart.StoredStart whole(
      ModelSnapshot stored, ModelSpec model, InputSpec input) throws IOException {
    requireInput(stored, input);
    byte[] bytes = bytes(stored, model.withIndicators(Indicators.of(input)));
    stored.requireFeatures(input);
    return new ModelStart.StoredStart(
        bytes,
        stored.learner().inputs(),
        stored.task(),
        stored.classes(),
        Sha256.hex(stored.bytes()));
  }

  private static void requireInput(ModelSnapshot stored, InputSpec input) throws IOException {
    if (input.task() != null && input.task() != stored.task()) {
      throw new IOException(
          "its task is %s, but input.task is %s".formatted(stored.task().id(), input.task().id()));
    }
    int features = input.width();
    int inputs = stored.learner().inputs();
    if (features != 0 && features != inputs) {
      throw new IOException(
          "it has %d features, but input.features are %d".formatted(inputs, features));
    }
    requireTwo(stored, input);
  }

  // For other tasks, declared classes that the model does not know are appended to its own.
  private static void requireTwo(ModelSnapshot stored, InputSpec input) throws IOException {
    Set<String> all = new LinkedHashSet<>(stored.classes());
    all.addAll(input.classes());
    if (stored.task() == Task.BINARY && all.size() > 2) {
      throw new IOException(
          "its classes are %s, but input.classes are %s; together they must be at most two"
              .formatted(stored.classes(), input.classes()));
    }
  }

  private static byte[] bytes(ModelSnapshot stored, ModelSpec model) throws IOException {
    OnlineModel whole = stored.model(model, new Workspace());
    boolean isFinite =
        whole instanceof AutoLearner mixture
            ? mixture.isFinite()
            : !(whole instanceof Learner network) || network.isFinite();
    if (!isFinite) {
      throw new IOException("some of its weights are not finite. The file is damaged");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(stored.size());
    whole.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
