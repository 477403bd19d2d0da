package dev.millrace.nn;

import dev.millrace.data.PublicApi;
import dev.millrace.simd.Kernels;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Scratch and other objects that models share while they learn in turn.
 *
 * <p>A workspace serves any number of learners of any shape, by one thread at a time; sharing it
 * keeps the memory of many small models small. Its scratch grows to the largest network used.
 */
@PublicApi
public final class Workspace {

  private static final float[] EMPTY = {};

  private final Map<Class<?>, Object> shared = new HashMap<>();
  private final MiniBatch whole = new MiniBatch(1, 1);

  // Bits of the fetched parameters, kept so that the compiler does not remove the loads.
  int fetched;
  float[] input = EMPTY;
  // Rows of normalized features, and some of them in doubles.
  float[] scaled = EMPTY;
  double[] wide = {};
  // Numbers of rows that also have ids, and the gradient with respect to the vectors of ids.
  float[] numbers = EMPTY;
  float[] vectorGradient = EMPTY;
  float[] output = EMPTY;
  float[] activations = EMPTY;
  // Inputs of activations that are derived from them; placed as the activations are.
  float[] sums = EMPTY;
  // Layer normalization: x̂, placed as the activations are, and 1/deviation.
  float[] normalized = EMPTY;
  float[] inverses = EMPTY;
  float[] deltas = EMPTY;
  float[] gradient = EMPTY;
  // Factor of each row of a mini-batch, see ExampleClipping.
  float[] factors = EMPTY;
  float[] errors = EMPTY;
  float[] transposed = EMPTY;

  /** Returns an object that models of another kind share, created on first use. */
  public <T> T shared(Class<T> type, Supplier<T> factory) {
    Object known = shared.get(type);
    if (known == null) {
      known = factory.get();
      shared.put(type, known);
    }
    return type.cast(known);
  }

  /**
   * Returns an empty mini-batch whose rows are those of {@link #scaled} from {@code first} on,
   * valid within one call.
   */
  MiniBatch wholeBatch(int inputs, int capacity, int first) {
    whole.reset(inputs, capacity);
    whole.useRows(scaled, first);
    return whole;
  }

  /** Resizes the arrays of forward propagation, which may lose their contents. */
  void fitForward(Layout layout, int rows) {
    int needed = layout.activationLength(rows);
    activations = fit(activations, needed);
    if (layout.keepsSums()) {
      sums = fit(sums, needed);
    }
    if (layout.keepsNormalized()) {
      normalized = fit(normalized, needed);
      inverses = fit(inverses, layout.layers() * rows);
    }
  }

  /** Resizes the arrays of backpropagation; keeps activations. */
  void fitBackward(Layout layout, int rows) {
    int needed = layout.activationLength(rows);
    deltas = fit(deltas, needed);
    for (int l = 1; l < layout.layers(); l++) {
      transposed = fit(transposed, Kernels.transposedLength(layout.units(l)));
    }
  }

  /** Resizes the gradient. */
  void fitGradient(int length) {
    gradient = fit(gradient, length);
  }

  /** Resizes the arrays of clipping. */
  void fitFactors(int rows) {
    factors = fit(factors, rows);
    errors = fit(errors, rows);
  }

  void fitScaled(int length) {
    scaled = fit(scaled, length);
  }

  void fitWide(int length) {
    if (wide.length < length) {
      wide = new double[length];
    }
  }

  float[] fitInput(int inputs) {
    input = fit(input, inputs);
    return input;
  }

  float[] fitNumbers(int length) {
    numbers = fit(numbers, length);
    return numbers;
  }

  /** Resizes the gradient with respect to the vectors of ids. */
  void fitVectors(Layout layout, int length) {
    vectorGradient = fit(vectorGradient, length);
    transposed = fit(transposed, Kernels.transposedLength(layout.units(0)));
  }

  float[] fitOutput(int outputs) {
    output = fit(output, outputs);
    return output;
  }

  private static float[] fit(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }
}
