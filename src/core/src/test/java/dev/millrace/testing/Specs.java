package dev.millrace.testing;

import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Clipping;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Normalization;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.nn.spec.Regularizer;
import dev.millrace.prequential.spec.TrainSpec;
import java.util.List;

/** Specifications of training for tests. */
public final class Specs {
  public static final MetricsSpec METRICS =
      MetricsSpec.DEFAULT.with(
          to -> {
            to.window = 50;
            to.every = 40;
          });

  private Specs() {}

  public static TrainSpec train(ModelSpec model) {
    return train(Records.undeclared(), model, METRICS);
  }

  public static TrainSpec train(InputSpec input, ModelSpec model, MetricsSpec metrics) {
    return TrainSpec.of("test", Records.TOPIC, input, model)
        .with(
            to -> {
              to.metrics = metrics;
              to.configHash = "00000000";
            });
  }

  /** One small hidden layer, Adam, and mini-batches, so that every kind of state is in use. */
  public static NetworkSpec small(int batchSize) {
    return NetworkSpec.of(new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f))
        .with(
            to -> {
              to.hidden = List.of(new LayerSpec(8, Activation.RELU));
              to.regularizer = new Regularizer(0f, 1e-4f);
              to.normalization = new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f);
              to.batchSize = batchSize;
              to.clipping = new Clipping(1f, 0f);
              to.seed = 7;
            });
  }
}
