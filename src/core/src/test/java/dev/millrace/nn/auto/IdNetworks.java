package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.Loss;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Networks with vectors of ids, for the examples of {@link AutoModels}. */
final class IdNetworks {

  private static final Normalization STANDARD =
      new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
  private static final Normalization MINMAX =
      new Normalization(Normalization.Kind.MINMAX, 0f, 0f, Indicators.of(AutoModels.WITH_IDS));
  private static final Optimizer SGD = new Optimizer.Sgd(0.02f, 0f);
  private static final Optimizer ADAM = new Optimizer.Adam(0.001f, 0.9f, 0.999f, 1e-8f);

  /** A network's settings and its task. */
  record Case(String name, NetworkSpec spec, Task task, int classes) {

    int inputs() {
      return AutoModels.WITH_IDS.width();
    }

    OnlineModel model() {
      return Models.create(spec, task, inputs(), classes, 7);
    }

    @Override
    public String toString() {
      return name + " " + task;
    }
  }

  private IdNetworks() {}

  /** Every way through a step, with every task. */
  static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    add("one by one", SGD, to -> to.hidden = layers(Activation.TANH, 0f, 20), cases);
    add(
        "relu pair",
        SGD,
        to -> {
          to.hidden = layers(Activation.RELU, 0f, 32);
          to.normalization = MINMAX;
          to.dimension = 1;
        },
        cases);
    add(
        "in batches",
        new Optimizer.RmsProp(0.005f, 0.99f, 1e-8f, true),
        to -> {
          to.hidden = layers(Activation.TANH, 0f, 20, 5);
          to.batchSize = 7;
          to.clipping = new Clipping(10f, 0f);
        },
        cases);
    add(
        "clipped in batches",
        ADAM,
        to -> {
          to.hidden = layers(Activation.GELU, 0.2f, 130);
          to.regularizer = new Regularizer(1e-5f, 1e-4f);
          to.batchSize = 3;
          to.clipping = new Clipping(0.5f, 0f);
          to.dimension = 3;
        },
        cases);
    add(
        "linear",
        SGD,
        to -> {
          to.batchSize = 2;
          to.dimension = 64;
        },
        cases);
    NetworkSpec sigmoid =
        network(SGD)
            .with(
                to -> {
                  to.loss = Loss.BINARY_CROSSENTROPY;
                  to.batchSize = 4;
                });
    cases.add(new Case("sigmoid", sigmoid, Task.BINARY, 2));
    return cases;
  }

  private static void add(
      String name, Optimizer optimizer, Consumer<NetworkSpec.Draft> options, List<Case> cases) {
    NetworkSpec spec = network(optimizer).with(options);
    cases.add(new Case(name, spec, Task.BINARY, 2));
    cases.add(new Case(name, spec, Task.MULTICLASS, 5));
    cases.add(new Case(name, spec, Task.REGRESSION, 0));
  }

  private static NetworkSpec network(Optimizer optimizer) {
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.seed = 3;
              to.normalization = STANDARD.withIndicators(Indicators.of(AutoModels.WITH_IDS));
            });
  }

  private static List<LayerSpec> layers(Activation activation, float dropout, int... units) {
    List<LayerSpec> layers = new ArrayList<>();
    for (int one : units) {
      layers.add(new LayerSpec(one, activation, dropout, dropout > 0f));
    }
    return layers;
  }
}
