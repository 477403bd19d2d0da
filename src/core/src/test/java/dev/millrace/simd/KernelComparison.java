package dev.millrace.simd;

import java.util.Arrays;
import java.util.Random;
import java.util.function.BiConsumer;

/** Runs every kernel on seeded data, here and in {@link ScalarKernels}, and compares the bits. */
final class KernelComparison {

  private static final int[] LENGTHS = {0, 1, 3, 15, 16, 17, 31, 33, 63, 64, 65, 127, 1025};
  private static final int[] OFFSETS = {0, 1, 7};
  private static final int[] ROWS = {1, 2, 3, 4, 5, 8, 9, 17};
  private static final int[] WIDTHS = {1, 2, 15, 16, 17, 31, 33, 64, 65, 127, 250};
  private static final int[] INPUTS = {0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 70};
  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.MIN_VALUE,
    -1e-40f,
    Float.MIN_NORMAL,
    Float.MAX_VALUE,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.NaN,
    88.8f,
    -88.8f,
    -104f,
    1e4f,
    -1e4f
  };

  private final Kernels kernels;
  private final Kernels scalar = new ScalarKernels();
  private final LayerKernels layers = KernelProvider.layers();
  private final UpdateKernels updates = KernelProvider.updates();
  private final MixtureKernels mixtures = KernelProvider.mixtures();
  private final ScalingKernels scaling = KernelProvider.scaling();
  private final FernKernels ferns = KernelProvider.ferns();
  private final DistanceKernels distances = KernelProvider.distances();
  private final ActivationKernels activations = KernelProvider.activations();
  private final Random random;
  private int compared;

  KernelComparison(Kernels kernels, long seed) {
    this.kernels = kernels;
    random = new Random(seed);
  }

  /** Prints what was compared; fails with the first difference. */
  public static void main(String[] args) {
    KernelComparison comparison = new KernelComparison(KernelProvider.kernels(), 42);
    // Several rounds, so that compiled code is compared as well as interpreted.
    for (int round = 0; round < 6; round++) {
      comparison.run();
    }
    System.out.println(
        "bits=" + KernelProvider.kernels().bits() + " compared=" + comparison.compared);
  }

  /** Returns the number of comparisons. */
  int run() {
    for (int length : LENGTHS) {
      for (int offset : OFFSETS) {
        elementWise(length, offset);
        greatest(length, offset);
        if (length % Kernels.LANES == 0) {
          sumOfSquares(length, offset);
        }
      }
      if (length % Kernels.LANES == 0) {
        optimizers(length);
      }
    }
    // Rows a multiple of 1 KiB wide, batches of whole panels, and layers that favour either
    // transpose.
    for (int rows : new int[] {1, 3, 16, 21, 64, 70}) {
      products(rows, 40, 256, 0);
      products(rows, 256, 20, 16);
      products(rows, 130, 7, 2);
      softmax(rows, 256);
    }
    for (int in : INPUTS) {
      for (int columns = 32; columns < 256; columns += 16) {
        reluPair(in, columns, 1 + in % 2);
      }
    }
    // Sums of more terms than a tile takes at once.
    products(9, 530, 97, 1);
    products(20, 50, 530, 0);
    products(530, 10, 80, 2);
    // Input gradients in lanes: around their threshold, their tiles and their panels of rows.
    for (int rows : new int[] {1, 2, 3, 4, 5, 64, 67, 70}) {
      for (int in : new int[] {1, 7, 8, 15, 16, 17, 33}) {
        products(rows, in, 112, 0);
        products(rows, in, 113, 1);
        products(rows, in, 144, 2);
      }
      products(rows, 21, 512, 0);
    }
    for (int columns : new int[] {1, 2, 3, 4, 7, 8, 9, 15, 16, 21}) {
      scaling(1, columns, SPECIAL);
      scaling(9, columns, SPECIAL);
      scaling(400, columns, new float[] {Float.NaN, 1e30f, -1e30f});
    }
    for (int tiles : new int[] {0, 1, 2, 3, 8}) {
      distances(tiles, 1);
      distances(tiles, 9);
    }
    for (int outputs : new int[] {1, 2, 3, 10, 33}) {
      ferns(16, 1, outputs);
      ferns(48, 6, outputs);
    }
    for (int rows : ROWS) {
      for (int width : WIDTHS) {
        softmax(rows, width);
        layers(rows, width);
        for (int in : new int[] {1, 3, 8, 17, 33}) {
          products(rows, in, width, in % 2);
        }
      }
      for (int in : INPUTS) {
        for (int out = 1; out <= Kernels.NARROW; out++) {
          products(rows, in, out, Kernels.NARROW, in % 2);
        }
        for (int out = 1; out <= Kernels.PAIR; out++) {
          products(rows, in, out, Kernels.PAIR, in % 2);
        }
      }
    }
    return compared;
  }

  private float[] numbers(int length, double scale) {
    float[] numbers = new float[length];
    for (int i = 0; i < length; i++) {
      numbers[i] = (float) (random.nextGaussian() * scale);
    }
    return numbers;
  }

  private float[] withSpecials(int length) {
    float[] numbers = numbers(length, 5);
    for (int i = 0; i < length; i++) {
      if (random.nextInt(4) == 0) {
        numbers[i] = SPECIAL[random.nextInt(SPECIAL.length)];
      }
    }
    return numbers;
  }

  private void elementWise(int length, int offset) {
    float[] a = withSpecials(length + offset + 20);
    float[] b = withSpecials(length + offset + 20);
    inPlace("sigmoid", a, (k, x) -> k.sigmoid(x, offset, length));
    inPlace("tanh", a, (k, x) -> k.tanh(x, offset, length));
    inPlace("relu", a, (k, x) -> k.relu(x, offset, length));
    inPlace("selu", a, (k, x) -> k.selu(x, offset, length));
    activations(a, b, offset, length);
    inPlace("scale", a, (k, x) -> k.scale(x, offset, length, 0.37f));
    inPlace("sigmoidGradient", a, (k, x) -> k.sigmoidGradient(b, 3, x, offset, length));
    inPlace("tanhGradient", a, (k, x) -> k.tanhGradient(b, 3, x, offset, length));
    inPlace("reluGradient", a, (k, x) -> k.reluGradient(b, 3, x, offset, length));
    inPlace("seluGradient", a, (k, x) -> k.seluGradient(b, 3, x, offset, length));
    inPlace("regularize", a, (k, x) -> k.regularize(b, x, offset, length, 0.1f, 0.01f));
  }

  private void activations(float[] a, float[] b, int offset, int length) {
    ActivationKernels plain = new ScalarActivations();
    inPlace("leakyRelu", a, (k, x) -> with(k, plain).leakyRelu(x, offset, length));
    inPlace("elu", a, (k, x) -> with(k, plain).elu(x, offset, length));
    inPlace("gelu", a, (k, x) -> with(k, plain).gelu(b, x, offset, length));
    inPlace("silu", a, (k, x) -> with(k, plain).silu(b, x, offset, length));
    inPlace("softplus", a, (k, x) -> with(k, plain).softplus(b, x, offset, length));
    inPlace(
        "leakyReluGradient",
        a,
        (k, x) -> with(k, plain).leakyReluGradient(b, 3, x, offset, length));
    inPlace("eluGradient", a, (k, x) -> with(k, plain).eluGradient(b, 3, x, offset, length));
    inPlace(
        "geluGradient",
        a,
        (k, x) -> with(k, plain).geluGradient(b, new float[b.length], x, offset, length));
    inPlace(
        "siluGradient",
        a,
        (k, x) -> with(k, plain).siluGradient(b, new float[b.length], x, offset, length));
    inPlace(
        "softplusGradient",
        a,
        (k, x) -> with(k, plain).softplusGradient(b, new float[b.length], x, offset, length));
  }

  private ActivationKernels with(Kernels kernels, ActivationKernels plain) {
    return kernels == scalar ? plain : activations;
  }

  private void greatest(int length, int offset) {
    float[] a = numbers(length + offset, 3);
    float[] special = withSpecials(length + offset);
    inPlace("absMax", a, (k, x) -> store(x, k.absMax(a, offset, length)));
    inPlace("absMax of specials", a, (k, x) -> store(x, k.absMax(special, offset, length)));
  }

  private void sumOfSquares(int length, int offset) {
    float[] a = numbers(length + offset, 3);
    inPlace("sumOfSquares", a, (k, x) -> store(x, k.sumOfSquares(a, offset, length)));
  }

  private static void store(float[] to, float result) {
    if (to.length > 0) {
      to[0] = result;
    }
  }

  private void optimizers(int length) {
    // The part from 16 on of what is kept; the gradient starts with it.
    int all = 2 * Kernels.LANES + length;
    float[] w = numbers(all, 1);
    float[] m = numbers(all, 0.1);
    float[] v = numbers(all, 0.1);
    for (int i = 0; i < all; i++) {
      v[i] = Math.abs(v[i]);
    }
    float[] g = numbers(length, 1);
    float[] state = concat(w, m, v);
    inPlace("sgd", w, (k, x) -> k.sgd(x, g, 16, length, 0.02f));
    inSlots("momentum", state, all, (k, s) -> k.momentum(s[0], s[1], g, 16, length, 0.02f, 0.9f));
    inSlots(
        "rmsProp",
        state,
        all,
        (k, s) -> k.rmsProp(s[0], s[2], g, 16, length, 0.005f, 0.99f, 1e-8f, 1.7f));
    inSlots(
        "adam",
        state,
        all,
        (k, s) -> k.adam(s[0], s[1], s[2], g, 16, length, 0.01f, 0.9f, 0.999f, 1e-8f, 3f));
    updates(state, all, g, length);
    mixtures(length);
  }

  private void updates(float[] state, int all, float[] g, int length) {
    inSlots(
        "nesterov", state, all, (k, s) -> with(k).nesterov(s[0], s[1], g, 16, length, 0.02f, 0.9f));
    inSlots(
        "adagrad",
        state,
        all,
        (k, s) -> with(k).adagrad(s[0], s[2], g, 16, length, 0.02f, 0.1f, 1e-10f));
    inSlots(
        "ftrl",
        state,
        all,
        (k, s) -> with(k).ftrl(s[0], s[1], s[2], g, 16, length, 0.1f, 1f, 0.05f, 0.01f));
    for (int in : new int[] {1, 2, 7}) {
      adamOneRow(in, g, length);
    }
    inPlace("clamp", withSpecials(length), (k, x) -> with(k).clamp(x, length, 0.7f));
    for (int rows : new int[] {1, 3, 17}) {
      for (int columns : new int[] {Kernels.PAIR, Kernels.NARROW, length}) {
        float[] w = numbers(rows * Kernels.stride(columns) + 3, 1);
        inPlace(
            "limitColumns",
            w,
            (k, x) ->
                with(k).limitColumns(LayerShape.of(rows, rows, columns, columns, 3), x, 1.1f));
      }
    }
  }

  private void adamOneRow(int in, float[] delta, int columns) {
    LayerShape layer = LayerShape.of(in, in, columns, columns, 16);
    int all = layer.biasOffset();
    float[] x = numbers(in + 3, 1);
    float[] state = numbers(3 * all, 1);
    for (int i = 2 * all; i < state.length; i++) {
      state[i] = Math.abs(state[i]);
    }
    inSlots(
        "adamOneRow",
        state,
        all,
        (k, s) ->
            with(k)
                .adamOneRow(
                    layer, x, 3, delta, 0, s[0], s[1], s[2], 0.01f, 0.9f, 0.999f, 1e-8f, 3f));
  }

  private void mixtures(int length) {
    float[] a = numbers(16 + length, 1);
    float[] b = numbers(16 + length, 1);
    float[] turns = numbers(16 + length, 30);
    inPlace("cosine", a, (k, x) -> mixtures(k).cosine(turns, 16, x, 0, length, 1.4f));
    int stride = Kernels.stride(length);
    for (int width : new int[] {1, Kernels.NARROW, length}) {
      float[] ps = new float[3 * stride];
      for (int i = 0; i < ps.length; i++) {
        ps[i] = i % 3 == 0 ? 0f : Math.abs((float) random.nextGaussian());
      }
      inPlace(
          "flooredLog",
          new float[3 * stride],
          (k, x) -> mixtures(k).flooredLog(ps, stride, x, stride, 3, width, 0.9f, 1e-30f));
    }
    float[] state = numbers(3 * (16 + length), 1);
    for (int i = 16 + length; i < 2 * (16 + length); i++) {
      state[i] = Math.abs(state[i]);
    }
    inSlots(
        "averagedRmsProp",
        state,
        16 + length,
        (k, s) ->
            mixtures(k)
                .averagedRmsProp(s[0], s[1], s[2], b, 16, length, 0.01f, 0.999f, 1e-8f, 3f, 0.01f));
  }

  /** Distances from every second tile, and the first one below each of them. */
  private void distances(int tiles, int columns) {
    int stride = 2 * (columns + 3) * DistanceKernels.TILE;
    float[] rows = withSpecials(tiles * stride);
    float[] means = numbers(columns, 1);
    float[] inverses = numbers(columns, 1);
    float[] z = numbers(columns, 1);
    float[] found = new float[tiles * DistanceKernels.TILE + 1];
    inPlace(
        "distances",
        found,
        (k, x) -> distances(k).distances(rows, stride, tiles, columns, means, inverses, z, 4f, x));
    new ScalarDistances().distances(rows, stride, tiles, columns, means, inverses, z, 4f, found);
    for (int from = 0; from < found.length; from += 5) {
      int start = from;
      float bound = found[found.length - 1 - from];
      inPlace(
          "firstBelow",
          new float[1],
          (k, x) -> x[0] = distances(k).firstBelow(found, start, found.length, bound));
    }
  }

  private DistanceKernels distances(Kernels kernels) {
    return kernels == scalar ? new ScalarDistances() : distances;
  }

  private void ferns(int count, int depth, int outputs) {
    int inputs = 21;
    float[] row = withSpecials(3 + inputs + 1);
    row[3 + inputs] = 1 + random.nextInt(2); // a code
    int[] columns = random.ints((long) count * depth, 0, inputs).toArray();
    float[] thresholds = numbers(count * depth, 1);
    int[] expected = new int[count];
    int[] cells = new int[count];
    new ScalarFerns().select(row, 3, columns, thresholds, count, depth, outputs, expected);
    ferns.select(row, 3, columns, thresholds, count, depth, outputs, cells);
    requireEqual(expected, cells, count, depth);
    float[] bases = new float[count * depth];
    Arrays.fill(bases, 2f);
    for (int q = 1; q < count * depth; q += 3) {
      columns[q] = inputs;
      thresholds[q] = Float.NaN;
      bases[q] = 3f;
    }
    new ScalarFerns()
        .selectByCodes(row, 3, columns, thresholds, bases, count, depth, outputs, expected);
    ferns.selectByCodes(row, 3, columns, thresholds, bases, count, depth, outputs, cells);
    requireEqual(expected, cells, count, depth);
    float[] w = numbers(Arrays.stream(cells).max().orElseThrow() + outputs, 1);
    inPlace(
        "addCells",
        numbers(2 + outputs, 1),
        (k, y) -> ferns(k).addCells(w, cells, count, outputs, y, 2));
    float[] steps = numbers(outputs, 1);
    inPlace("step", w, (k, x) -> ferns(k).step(x, cells, count, outputs, steps));
  }

  private static void requireEqual(int[] expected, int[] cells, int count, int depth) {
    if (!Arrays.equals(expected, cells)) {
      throw new AssertionError("cells of %d ferns of depth %d differ".formatted(count, depth));
    }
  }

  private FernKernels ferns(Kernels kernels) {
    return kernels == scalar ? new ScalarFerns() : ferns;
  }

  private MixtureKernels mixtures(Kernels kernels) {
    return kernels == scalar ? new ScalarMixtures() : mixtures;
  }

  private UpdateKernels with(Kernels kernels) {
    return kernels == scalar ? new ScalarUpdates() : updates;
  }

  private static float[] concat(float[]... parts) {
    float[] all = new float[parts.length * parts[0].length];
    for (int p = 0; p < parts.length; p++) {
      System.arraycopy(parts[p], 0, all, p * parts[p].length, parts[p].length);
    }
    return all;
  }

  private void inSlots(
      String name, float[] state, int length, BiConsumer<Kernels, float[][]> kernel) {
    inPlace(
        name,
        state,
        (k, x) -> {
          float[][] slots = new float[3][length];
          for (int s = 0; s < 3; s++) {
            System.arraycopy(x, s * length, slots[s], 0, length);
          }
          kernel.accept(k, slots);
          System.arraycopy(concat(slots), 0, x, 0, x.length);
        });
  }

  private void softmax(int rows, int width) {
    int columns = Kernels.padded(width);
    int stride = Kernels.stride(columns);
    float[] a = numbers(rows * stride + 5, 20);
    inPlace("softmax", a, (k, x) -> k.softmax(x, 5, rows, width, columns));
    float[] large = numbers(rows * stride, 1e4);
    inPlace("softmax of large", large, (k, x) -> k.softmax(x, 0, rows, width, columns));
    float[] special = withSpecials(rows * stride);
    inPlace("softmax of specials", special, (k, x) -> k.softmax(x, 0, rows, width, columns));
    inPlace("softmaxGradient", a, (k, x) -> k.softmaxGradient(large, 0, x, 5, rows, columns));
  }

  /** Columns of different units, every fifth constant, with some special values. */
  private void scaling(int rows, int columns, float[] specials) {
    double[] x = new double[rows * columns];
    for (int i = 0; i < x.length; i++) {
      int column = i % columns;
      double unit = column % 5 == 4 ? 0 : Math.pow(10, column % 7 - 3);
      x[i] = (float) (unit * random.nextGaussian() + column);
      if (random.nextInt(40) == 0) {
        x[i] = specials[random.nextInt(specials.length)];
      }
    }
    double[] expected = standardized(new ScalarScaling(), x, rows, columns);
    double[] actual = standardized(scaling, x, rows, columns);
    if (!Arrays.equals(expected, actual)) {
      throw new AssertionError("standardize of " + rows + " x " + columns + " differs");
    }
    compared++;
  }

  /** What becomes of the rows and then of the statistics, in two calls. */
  private static double[] standardized(ScalingKernels kernels, double[] x, int rows, int columns) {
    double[] statistics = new double[3 * columns];
    int some = rows / 3 * columns;
    double[] first = Arrays.copyOf(x, some);
    double[] second = Arrays.copyOfRange(x, some, x.length);
    kernels.standardize(statistics, first, rows / 3, columns, 0.999, 2.5);
    kernels.standardize(statistics, second, rows - rows / 3, columns, 0.999, 2.5);
    double[] all = Arrays.copyOf(first, x.length + statistics.length);
    System.arraycopy(second, 0, all, some, second.length);
    System.arraycopy(statistics, 0, all, x.length, statistics.length);
    return all;
  }

  private void layers(int rows, int width) {
    int columns = Kernels.padded(width);
    int stride = Kernels.stride(columns);
    float[] a = new float[rows * stride + 5];
    LayerShape layer = LayerShape.of(0, 0, width, columns, 1);
    float[] p = new float[2 * stride + columns + 1];
    for (int c = 0; c < width; c++) {
      p[1 + stride + c] = (float) random.nextGaussian();
      p[1 + 2 * stride + c] = (float) random.nextGaussian();
      for (int r = 0; r < rows; r++) {
        a[5 + r * stride + c] = (float) random.nextGaussian();
      }
    }
    int length = rows * stride + 5;
    float[] three = concat(a, a, numbers(length, 1));
    inPlace(
        "layerNorm",
        three,
        (k, x) -> {
          float[] y = Arrays.copyOf(x, length);
          float[] normalized = new float[length];
          float[] inverses = new float[rows + 1];
          layer(k).layerNorm(layer, y, 5, rows, p, normalized, inverses, 1);
          System.arraycopy(y, 0, x, 0, length);
          System.arraycopy(normalized, 0, x, length, length);
          System.arraycopy(inverses, 0, x, 2 * length, rows + 1);
        });
    float[] inverses = numbers(rows + 1, 1);
    float[] gradients = concat(a, new float[length], new float[length], new float[length]);
    inPlace(
        "layerNormGradient",
        gradients,
        (k, x) -> {
          float[] delta = Arrays.copyOf(x, length);
          float[] g = new float[2 * stride + columns + 1];
          layer(k).layerNormGradient(layer, delta, 5, rows, p, a, inverses, 1, g);
          System.arraycopy(delta, 0, x, 0, length);
          System.arraycopy(g, 0, x, length, g.length);
        });
    int key = random.nextInt();
    inPlace("dropout", a, (k, x) -> layer(k).dropout(x, 5, rows * stride, key, ~key, 1 << 22, 3f));
  }

  private LayerKernels layer(Kernels kernels) {
    return kernels == scalar ? new ScalarLayers() : layers;
  }

  private void products(int rows, int in, int out, int pad) {
    products(rows, in, out, Kernels.padded(out), pad);
  }

  private void products(int rows, int in, int out, int columns, int pad) {
    int stride = Kernels.stride(columns);
    int outputStride = Kernels.outputStride(columns);
    int bias = in * stride;
    int xStride = in + pad;
    float[] x = numbers(rows * xStride + 4, 1);
    float[] w = numbers(bias + columns + Kernels.paddingAfterBias(columns), 1);
    Arrays.fill(w, bias + columns, w.length, 0f);
    float[] y = numbers(rows * outputStride + 2, 1);
    LayerShape layer = LayerShape.of(in, xStride, out, columns, 0);
    inPlace("dense", y, (k, r) -> k.dense(layer, x, 3, rows, w, r, 2));
    float[] delta = numbers(rows * outputStride + 1, 1);
    delta[0] = -0f;
    delta[1] = -0f;
    x[3] = 0f;
    inPlace("weightGradient", w, (k, r) -> k.weightGradient(layer, x, 3, rows, delta, 1, r));
    inPlace("biasGradient", w, (k, r) -> k.biasGradient(delta, 1, rows, columns, r, bias));
    inPlace("sgdOneRow", w, (k, r) -> k.sgdOneRow(layer, x, 3, delta, 1, r, 0.02f));
    float[] special = withSpecials(outputStride + 1);
    inPlace(
        "sgdOneRow along specials", w, (k, r) -> k.sgdOneRow(layer, x, 3, special, 1, r, 0.02f));
    float[] dx = numbers(rows * Kernels.stride(Kernels.padded(in)) + 1, 1);
    float[] transposed = new float[Kernels.transposedLength(out)];
    inPlace(
        "inputGradient", dx, (k, r) -> k.inputGradient(layer, delta, 1, rows, w, r, 1, transposed));
  }

  private void reluPair(int in, int columns, int out) {
    LayerShape hidden = LayerShape.of(in, in, columns, columns, 0);
    LayerShape last = LayerShape.of(columns, columns, out, Kernels.PAIR, (in + 1) * columns);
    float[] x = numbers(in + 3, 1);
    float[] w = numbers(last.biasOffset() + Kernels.LANES, 1);
    Arrays.fill(w, last.biasOffset() + out, w.length, 0f);
    int h = 1;
    int y = h + columns;
    float[] a = numbers(y + Kernels.LANES, 1);
    inPlace("forwardReluPair", a, (k, r) -> k.forwardReluPair(hidden, last, x, 3, w, r, h, y));
    float[] delta = numbers(y + Kernels.LANES, 1);
    Arrays.fill(delta, y + out, delta.length, 0f);
    delta[h + 1] = -0f;
    a[h] = 0f;
    inPlace("backwardReluPair", delta, (k, r) -> k.backwardReluPair(hidden, last, r, h, y, w, a));
    float[] special = withSpecials(delta.length);
    for (float[] d : new float[][] {delta, special}) {
      inPlace("sgdReluPair", w, (k, r) -> k.sgdReluPair(hidden, last, x, 3, r, a, d, h, y, 0.02f));
    }
  }

  private void inPlace(String name, float[] data, BiConsumer<Kernels, float[]> kernel) {
    float[] expected = data.clone();
    float[] actual = data.clone();
    kernel.accept(scalar, expected);
    kernel.accept(kernels, actual);
    for (int i = 0; i < expected.length; i++) {
      // floatToIntBits, because the payload of NaN is not defined.
      if (Float.floatToIntBits(expected[i]) != Float.floatToIntBits(actual[i])) {
        throw new AssertionError(
            name
                + " of "
                + data.length
                + " differs at "
                + i
                + ": scalar "
                + expected[i]
                + ", "
                + kernels.description()
                + " "
                + actual[i]);
      }
    }
    compared++;
  }
}
