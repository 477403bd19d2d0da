package dev.millrace.nn.auto;

import dev.millrace.nn.Workspace;
import dev.millrace.simd.Kernels;
import java.util.HashMap;
import java.util.Map;

/** What mixtures that learn in turns share: arrays that no result outlives, and their shapes. */
final class AutoScratch {

  private static final float[] EMPTY = {};

  private record Projection(long seed, int inputs) {}

  private final Map<AutoShape.Kind, AutoShape> shapes = new HashMap<>();
  private final Map<Projection, FourierFeatures> projections = new HashMap<>();

  // Of the record at hand, then of the replayed ones: scaled features, and with Fourier features.
  float[] x = EMPTY;
  float[] wide = EMPTY;
  float[] turns = EMPTY;
  float[] targets = EMPTY;
  float[] weights = EMPTY;
  // Of one member at a time.
  float[] activations = EMPTY;
  float[] deltas = EMPTY;
  float[] gradient = EMPTY;
  float[] transposed = EMPTY;
  // [predictions x columns], then the mixer's bias; and as logarithms.
  float[] predictions = EMPTY;
  float[] logs = EMPTY;
  float[] mixed = EMPTY;
  final Neighbours neighbours = new Neighbours();
  final float[] mixerGradient = new float[2 * MixerWeights.MOST];

  /** That of the models that share the workspace. */
  static AutoScratch of(Workspace workspace) {
    return workspace.shared(AutoScratch.class, AutoScratch::new);
  }

  /** The one shape of a kind, with room for a model of it. */
  AutoShape shape(AutoShape.Kind kind) {
    AutoShape known = shapes.get(kind);
    if (known == null) {
      FourierFeatures fourier =
          AutoShape.needsFourier(kind.spec())
              ? projections.computeIfAbsent(
                  new Projection(kind.seed(), kind.inputs()),
                  one -> new FourierFeatures(one.seed(), one.inputs()))
              : null;
      known = new AutoShape(kind, fourier);
      shapes.put(kind, known);
      fit(known);
    }
    return known;
  }

  private void fit(AutoShape shape) {
    int rows = 1 + shape.replays();
    x = grown(x, rows * shape.stride());
    if (shape.fourier() != null) {
      wide = grown(wide, rows * shape.fourierStride());
      turns = grown(turns, rows * FourierFeatures.COUNT);
    }
    targets = grown(targets, rows);
    weights = grown(weights, rows);
    for (int m = 0; m < shape.members(); m++) {
      Mlp network = shape.network(m);
      // And one of the moving average.
      activations = grown(activations, network.activationLength(rows + 1));
      deltas = grown(deltas, network.activationLength(rows + 1));
      gradient = grown(gradient, network.length());
      transposed = grown(transposed, network.transposedLength());
    }
    int stride = shape.network(0).outputStride();
    transposed = grown(transposed, Kernels.transposedLength(shape.outputs()));
    predictions = grown(predictions, (shape.predictions() + 1) * stride);
    logs = grown(logs, (shape.predictions() + 1) * stride);
    mixed = grown(mixed, 2 * stride);
  }

  private static float[] grown(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }
}
