package dev.millrace.testing;

import dev.millrace.data.InputSpec;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.Activation;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.Normalization;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Regularizer;
import dev.millrace.prequential.DriftPolicy;
import dev.millrace.prequential.SnapshotSpec;
import dev.millrace.prequential.TrainSpec;
import java.util.List;

/** Specifications of training for tests. */
public final class Specs {
  public static final MetricsSpec METRICS = new MetricsSpec(50, 40, 1_000, true, true, null);

  private Specs() {}

  public static TrainSpec train(ModelSpec model) {
    return train(Records.undeclared(), model, METRICS);
  }

  public static TrainSpec train(InputSpec input, ModelSpec model, MetricsSpec metrics) {
    return new TrainSpec(
        "test",
        Records.TOPIC,
        input,
        model,
        metrics,
        "00000000",
        null,
        false,
        SnapshotSpec.AT_THE_END,
        false);
  }

  /** The same with drift looked for, predictions published or snapshots taken. */
  public static TrainSpec with(
      TrainSpec spec, DriftPolicy drift, boolean predictions, SnapshotSpec snapshots) {
    return new TrainSpec(
        spec.pipeline(),
        spec.topic(),
        spec.input(),
        spec.model(),
        spec.metrics(),
        spec.config(),
        drift,
        predictions,
        snapshots,
        spec.fleet());
  }

  /** One small hidden layer, Adam, and mini-batches, so that every kind of state is in use. */
  public static NetworkModelSpec small(int batchSize) {
    return NetworkModelSpec.builder(new Optimizer.Adam(0.01f, 0.9f, 0.999f, 1e-8f))
        .hidden(List.of(new LayerSpec(8, Activation.RELU)))
        .regularizer(new Regularizer(0f, 1e-4f))
        .normalization(new Normalization(Normalization.Kind.STANDARD, 0.001f, 4f))
        .batchSize(batchSize)
        .clipNorm(1f)
        .seed(7)
        .build();
  }
}
