package dev.millrace.nn;

import dev.millrace.simd.Kernels;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What models that learn in turns share: scratch, which no result outlives, and the blueprint of
 * each kind of model.
 *
 * <p>One may serve any number of learners of any shape, as long as one thread at a time uses it;
 * sharing it keeps the memory of many small models small. Its scratch grows to the largest network
 * seen, and a blueprint is there as long as a model is of its kind.
 */
public final class Workspace {

  private static final float[] EMPTY = {};

  private final WeakCache<CompiledNetwork.Kind, CompiledNetwork> blueprints = new WeakCache<>();
  private final Map<Class<?>, Object> others = new HashMap<>();
  private final MiniBatch whole = new MiniBatch(1, 1);

  // Bits of what was fetched, or the compiler would not fetch it.
  int fetched;
  float[] input = EMPTY;
  // Rows of features, normalised, and some of them in doubles.
  float[] scaled = EMPTY;
  double[] wide = {};
  float[] output = EMPTY;
  float[] activations = EMPTY;
  // Of layers whose activation is derived from its input; placed as the activations are.
  float[] sums = EMPTY;
  // Of layers with layer normalization: x̂, placed as the activations are, and 1/deviation.
  float[] normalized = EMPTY;
  float[] inverses = EMPTY;
  float[] deltas = EMPTY;
  float[] gradient = EMPTY;
  // Of each row of a mini-batch, see ExampleClipping.
  float[] factors = EMPTY;
  float[] errors = EMPTY;
  float[] transposed = EMPTY;

  /**
   * The one blueprint of a kind.
   *
   * @throws IllegalArgumentException if there is no such model
   */
  CompiledNetwork blueprint(CompiledNetwork.Kind kind) {
    return blueprints.get(kind, CompiledNetwork::new);
  }

  /** What models of another kind share in the same way, made when it is first asked for. */
  public <T> T shared(Class<T> type, Supplier<T> maker) {
    return type.cast(others.computeIfAbsent(type, any -> maker.get()));
  }

  /**
   * An empty mini-batch of rows that are {@link #scaled}, from there on, which is learned and
   * forgotten in one call.
   */
  MiniBatch wholeBatch(int inputs, int capacity, int first) {
    whole.shape(inputs, capacity);
    whole.use(scaled, first);
    return whole;
  }

  /** Makes room to propagate forward; what was in the arrays may be lost. */
  void fitForward(Layout layout, int rows) {
    int needed = layout.activationLength(rows);
    if (activations.length < needed) {
      activations = new float[needed];
    }
    if (layout.keepsSums() && sums.length < needed) {
      sums = new float[needed];
    }
    if (layout.keepsNormalized()) {
      if (normalized.length < needed) {
        normalized = new float[needed];
      }
      if (inverses.length < layout.layers() * rows) {
        inverses = new float[layout.layers() * rows];
      }
    }
  }

  /** Outputs of all layers, of the last forward propagation; see {@link Layout#outputOffset}. */
  public float[] activations() {
    return activations;
  }

  /** Gradients with respect to what is in {@link #activations}, in the same places. */
  public float[] deltas() {
    return deltas;
  }

  /** The gradient of the last backpropagation, placed as the parameters are. */
  public float[] gradient() {
    return gradient;
  }

  /** Makes room to propagate backward; activations are kept. */
  public void fitBackward(Layout layout, int rows) {
    int needed = layout.activationLength(rows);
    if (deltas.length < needed) {
      deltas = new float[needed];
    }
    for (int l = 1; l < layout.layers(); l++) {
      if (transposed.length < Kernels.transposedLength(layout.units(l))) {
        transposed = new float[Kernels.transposedLength(layout.units(l))];
      }
    }
  }

  /** Makes room for the gradient of so many parameters. */
  public void fitGradient(int length) {
    if (gradient.length < length) {
      gradient = new float[length];
    }
  }

  /** Makes room for the clipping of so many rows. */
  void fitFactors(int rows) {
    if (factors.length < rows) {
      factors = new float[rows];
      errors = new float[rows];
    }
  }

  void fitScaled(int length) {
    if (scaled.length < length) {
      scaled = new float[length];
    }
  }

  void fitWide(int length) {
    if (wide.length < length) {
      wide = new double[length];
    }
  }

  float[] fitInput(int inputs) {
    if (input.length < inputs) {
      input = new float[inputs];
    }
    return input;
  }

  float[] fitOutput(int outputs) {
    if (output.length < outputs) {
      output = new float[outputs];
    }
    return output;
  }
}
