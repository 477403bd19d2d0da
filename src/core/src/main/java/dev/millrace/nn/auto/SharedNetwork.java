package dev.millrace.nn.auto;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.PublicApi;
import dev.millrace.nn.Layout;
import dev.millrace.nn.Network;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.Initializer;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.stored.ModelHeader;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.State;
import dev.millrace.state.StateReader;
import dev.millrace.state.StateVisitor;
import dev.millrace.state.StateWriter;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A hidden layer that several outputs share, learned from the labels of all of them (hard parameter
 * sharing; Caruana, 1997): what one output needs to know of the features helps the others. Its
 * units are additional features of each output's own model.
 *
 * <p>Each output has neurons on top of the hidden layer: one for a value or for the positive of two
 * classes, one a class for more. A record may have the labels of some outputs alone; the neurons of
 * the others have no gradient then. Trained with RMSprop, one step a call. Not thread-safe.
 */
@PublicApi
public final class SharedNetwork {
  /** Units of the hidden layer, -1 to 1 each. */
  public static final int UNITS = 16;

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final String SHAPE = "shared hidden layer of " + UNITS + " tanh";
  private static final int MAX_NEURONS = 1 << 20;
  private static final long DOMAIN = 0x736861726564L;
  private static final float LEARNING_RATE = 0.005f;
  private static final float BETA2 = 0.99f;
  private static final float EPSILON = 1e-8f;
  private static final float MAX_GRADIENT = 1e15f;

  /** Scratch that the networks of one thread share. */
  private static final class Scratch {
    float[] x = {};
    float[] numbers = {};
    final float[] probability = new float[Kernels.LANES];
  }

  private final int inputs;
  private final Indicators indicators;
  // Columns of a row that are no ids; empty if all are numbers.
  private final int[] columns;
  private final Scaler scaler;
  private final WeightInitializer initializer;
  // Scale of the labels of each neuron of a value; null for those of classes.
  private final List<@Nullable Scaler> targets;
  private Network network;
  private float[] parameters;
  private float[] meanSquares;
  private double power = 1;
  private long steps;

  /**
   * Creates a network without outputs.
   *
   * @param inputs features of a row, at least 1
   * @param indicators features that are not scaled, and ids, which are not read
   * @param seed of the pipeline
   * @param keySeed makes the initial weights differ from those of other keys
   */
  public SharedNetwork(int inputs, Indicators indicators, long seed, long keySeed) {
    this(
        inputs,
        indicators,
        new WeightInitializer(
            Initializer.LECUN_NORMAL, seed ^ WeightInitializer.mix(DOMAIN), keySeed));
    parameters = network.initialParameters(initializer);
  }

  // Without initial weights, which a copy replaces.

  private SharedNetwork(int inputs, Indicators indicators, WeightInitializer initializer) {
    this.inputs = inputs;
    this.indicators = indicators;
    this.initializer = initializer;
    columns = indicators.ids().isEmpty() ? new int[0] : indicators.ids().numbers(inputs);
    scaler = new Scaler(width(), Scaler.DECAY, indicators.ofNumbers(inputs));
    targets = new ArrayList<>();
    network = network(1);
    parameters = new float[network.layout().length()];
    meanSquares = new float[parameters.length];
  }

  /** Returns an independent copy. */
  public SharedNetwork copy() {
    SharedNetwork copy = new SharedNetwork(inputs, indicators, initializer);
    State.copy(this::visit, copy::visit);
    return copy;
  }

  private int width() {
    return columns.length == 0 ? inputs : columns.length;
  }

  private Network network(int neurons) {
    return new Network(new Layout(width(), layers(neurons)));
  }

  private static List<LayerSpec> layers(int neurons) {
    return List.of(
        new LayerSpec(UNITS, Activation.TANH), new LayerSpec(neurons, Activation.LINEAR));
  }

  /** Returns the number of features of a row. */
  public int inputs() {
    return inputs;
  }

  /** Returns the number of neurons of all outputs. */
  public int neurons() {
    return targets.size();
  }

  /** Returns the number of steps taken. */
  public long steps() {
    return steps;
  }

  /**
   * Adds a neuron, whose weights are initial ones.
   *
   * @param isValue true for one that predicts a value; false for a class that an example has or not
   * @return its number
   */
  public int addNeuron(boolean isValue) {
    targets.add(isValue ? Scaler.ofTarget(Scaler.DECAY) : null);
    int neurons = targets.size();
    if (neurons > 1) {
      Network grown = network(neurons);
      parameters = grown.expanded(parameters, network.layout(), initializer);
      meanSquares = grown.layout().expanded(meanSquares, network.layout());
      network = grown;
    }
    return neurons - 1;
  }

  /**
   * Writes the units' outputs for a row.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param out receives {@link #UNITS} numbers from {@code at} on
   */
  public void predict(float[] features, int offset, float[] out, int at, Workspace workspace) {
    forward(features, offset, workspace);
    float[] activations = Network.activations(workspace);
    int from = network.layout().activationOffset(0, 1);
    System.arraycopy(activations, from, out, at, UNITS);
  }

  /**
   * Writes a row with the units among its features.
   *
   * @param features [inputs], NaN is missing
   * @param at place of the units, before the features that are there
   * @param row receives [inputs + {@link #UNITS}]
   */
  public void addUnits(float[] features, int at, float[] row, Workspace workspace) {
    System.arraycopy(features, 0, row, 0, at);
    predict(features, 0, row, at, workspace);
    System.arraycopy(features, at, row, at + UNITS, inputs - at);
  }

  /** Writes the features of a row that {@link #addUnits} wrote. */
  public void removeUnits(float[] row, int at, float[] features) {
    System.arraycopy(row, 0, features, 0, at);
    System.arraycopy(row, at + UNITS, features, at, inputs - at);
  }

  private Scratch forward(float[] features, int offset, Workspace workspace) {
    Scratch scratch = workspace.shared(Scratch.class, Scratch::new);
    int stride = Kernels.stride(width());
    if (scratch.x.length < stride) {
      scratch.x = new float[stride];
    }
    scaler.transform(
        numbers(features, offset, scratch),
        columns.length == 0 ? offset : 0,
        Scaler.CLIP,
        scratch.x,
        0);
    Arrays.fill(scratch.x, width(), stride, 0f);
    network.forward(parameters, scratch.x, 0, 1, workspace);
    return scratch;
  }

  /** Returns the features that are no ids, from the place 0 on if there are ids. */
  private float[] numbers(float[] features, int offset, Scratch scratch) {
    if (columns.length == 0) {
      return features;
    }
    if (scratch.numbers.length < columns.length) {
      scratch.numbers = new float[columns.length];
    }
    for (int c = 0; c < columns.length; c++) {
      scratch.numbers[c] = features[offset + columns[c]];
    }
    return scratch.numbers;
  }

  /**
   * Learns labels of a row, in one step.
   *
   * @param features [inputs] from {@code offset}, NaN is missing
   * @param neurons [count] that have a label
   * @param labels [count]: the value, or 1 for a class that the example has and 0 for another
   * @param weight of the gradient, finite, at least 0
   */
  public void learn(
      float[] features,
      int offset,
      int[] neurons,
      double[] labels,
      int count,
      float weight,
      Workspace workspace) {
    Scratch scratch = workspace.shared(Scratch.class, Scratch::new);
    scaler.update(numbers(features, offset, scratch), columns.length == 0 ? offset : 0);
    forward(features, offset, workspace);
    network.fitBackward(1, workspace);
    writeOutputGradient(neurons, labels, count, weight, scratch, workspace);
    network.backward(parameters, scratch.x, 1, workspace);
    float[] gradient = Network.gradient(workspace);
    int length = network.layout().length();
    // Written so that NaN fails too.
    if (!(KERNELS.absMax(gradient, 0, length) <= MAX_GRADIENT)) {
      return;
    }
    steps++;
    power *= BETA2;
    KERNELS.rmsProp(
        parameters,
        meanSquares,
        gradient,
        0,
        length,
        LEARNING_RATE,
        BETA2,
        EPSILON,
        (float) (1 / (1 - power)));
  }

  private void writeOutputGradient(
      int[] neurons,
      double[] labels,
      int count,
      float weight,
      Scratch scratch,
      Workspace workspace) {
    Layout layout = network.layout();
    int at = layout.outputOffset(1, 0);
    float[] outputs = Network.activations(workspace);
    float[] deltas = Network.deltas(workspace);
    Arrays.fill(deltas, at, at + layout.stride(layout.layers() - 1), 0f);
    for (int i = 0; i < count; i++) {
      int neuron = neurons[i];
      Scaler target = targets.get(neuron);
      float error;
      if (target == null) {
        Arrays.fill(scratch.probability, 0f);
        scratch.probability[0] = outputs[at + neuron];
        KERNELS.sigmoid(scratch.probability, 0, scratch.probability.length);
        error = scratch.probability[0] - (float) labels[i];
      } else {
        target.update(0, labels[i]);
        float difference = outputs[at + neuron] - (float) target.scaled(0, labels[i]);
        error = Math.max(-1f, Math.min(1f, difference));
      }
      deltas[at + neuron] = error * weight;
    }
  }

  /** Returns the bytes of the arrays that are not shared. */
  public long memoryBytes() {
    return bytes(inputs, Math.max(1, targets.size()));
  }

  /** Returns the bytes in memory of a network with that number of inputs and neurons. */
  public static long bytes(int inputs, int neurons) {
    long floats = Layout.values(inputs, layers(neurons));
    return 2 * floats * Float.BYTES + 4L * (inputs + neurons) * Double.BYTES;
  }

  /** Writes everything that is needed to continue bit for bit. */
  public void write(DataOutput out) throws IOException {
    new ModelHeader(SHAPE, inputs, 0, indicators).write(out);
    visit(new StateWriter(out));
  }

  void visit(StateVisitor v) throws IOException {
    scaler.visit(v);
    int neurons = v.count("neurons of the shared network", targets.size(), MAX_NEURONS, 1);
    for (int n = 0; n < neurons; n++) {
      Scaler target = v.isFilling() ? null : targets.get(n);
      target = v.nullable(target, () -> Scaler.ofTarget(Scaler.DECAY));
      if (v.isFilling()) {
        targets.add(target);
      }
    }
    long floats = 2 * Layout.values(width(), layers(Math.max(1, neurons)));
    v.requireBytes("weights of the shared network", floats * Float.BYTES);
    if (v.isFilling()) {
      network = network(Math.max(1, neurons));
      parameters = new float[network.layout().length()];
      meanSquares = new float[parameters.length];
    }
    network.layout().visit(parameters, v);
    network.layout().visit(meanSquares, v);
    power = v.number(power);
    steps = v.number(steps);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param configured features that are not scaled
   * @param seed of the pipeline
   * @throws dev.millrace.nn.stored.ModelMismatchException if other features are not scaled, naming
   *     them
   * @throws IOException if the bytes are damaged or of a newer version
   */
  public static SharedNetwork read(
      BoundedDataInput in, Indicators configured, long seed, long keySeed) throws IOException {
    ModelHeader header = ModelHeader.read(in, SHAPE, configured);
    SharedNetwork read = new SharedNetwork(header.inputs(), header.indicators(), seed, keySeed);
    read.visit(new StateReader(in));
    return read;
  }
}
