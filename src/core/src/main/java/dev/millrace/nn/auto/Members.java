package dev.millrace.nn.auto;

import dev.millrace.nn.WeightInitializer;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.MixtureKernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/**
 * The networks of one mixture: parameters, their moving averages, the optimizer's mean squares.
 *
 * <p>Each member takes one step a record, along (weight·g + ρ·Σ weight·g of replayed records) / (1
 * + number·ρ), all gradients at the same parameters.
 */
final class Members {

  private static final Kernels KERNELS = Kernels.best();
  private static final MixtureKernels MIXTURES = MixtureKernels.best();

  private static final long DOMAIN = 0x6D656D626572L;
  private static final float EPSILON = 1e-8f;
  private static final float MIN_SHARE = 0.01f;

  /** Above, the square of a gradient may not fit a float. */
  private static final float MAX_GRADIENT = 1e15f;

  private AutoShape shape;
  private float[] parameters;
  private float[] averages;
  private float[] meanSquares;
  private final long[] steps;
  // beta2^steps
  private final double[] powers;

  /** Members without parameters. */
  Members(AutoShape shape) {
    this.shape = shape;
    parameters = new float[shape.length()];
    averages = new float[shape.averagedLength()];
    meanSquares = new float[shape.length()];
    steps = new long[shape.members()];
    powers = new double[shape.members()];
    Arrays.fill(powers, 1);
  }

  /** Members that have learned nothing. */
  static Members initial(AutoShape shape, long keySeed) {
    Members members = new Members(shape);
    members.initialize(members.parameters, 0, keySeed);
    System.arraycopy(members.parameters, 0, members.averages, 0, members.averages.length);
    return members;
  }

  private Members(Members other) {
    shape = other.shape;
    parameters = other.parameters.clone();
    averages = other.averages.clone();
    meanSquares = other.meanSquares.clone();
    steps = other.steps.clone();
    powers = other.powers.clone();
  }

  Members copy() {
    return new Members(this);
  }

  /** Whether all of it are numbers. */
  boolean isFinite() {
    return areFinite(parameters) && areFinite(averages) && areFinite(meanSquares);
  }

  static boolean areFinite(float[] values) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  static boolean areFinite(double[] values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        return false;
      }
    }
    return true;
  }

  /** The linear members start at 0. */
  private void initialize(float[] values, int firstOutput, long keySeed) {
    for (int m = 0; m < shape.members(); m++) {
      MemberKind member = shape.member(m);
      if (member.hidden.length > 0 && shape.network(m).offset() < values.length) {
        long seed = shape.kind().seed() ^ WeightInitializer.mix(DOMAIN + member.ordinal());
        shape.network(m).initialize(values, firstOutput, seed, keySeed);
      }
    }
  }

  /**
   * Predicts the record in the first row; probabilities of classes, or scaled values, go to {@code
   * scratch.predictions}.
   */
  void predict(AutoScratch scratch) {
    int prediction = 0;
    for (int m = 0; m < shape.members(); m++) {
      prediction = forward(m, 1, prediction, scratch);
    }
  }

  /**
   * Predicts the record in the first row of each member and learns it with those in the next rows.
   *
   * @param replays whether there are any
   * @return whether all members could take their step
   */
  boolean learn(boolean replays, AutoScratch scratch) {
    boolean taken = true;
    int prediction = 0;
    for (int m = 0; m < shape.members(); m++) {
      int rows = replays ? 1 + shape.member(m).replays : 1;
      prediction = forward(m, rows, prediction, scratch);
      taken &= step(m, rows, scratch);
    }
    return taken;
  }

  private float[] input(int m, AutoScratch scratch) {
    MemberBatch rows = scratch.rows.get(shape.rowsOf(m));
    return shape.member(m).fourier ? rows.wide : rows.x;
  }

  private int inputStride(int m) {
    return shape.member(m).fourier ? shape.fourierStride() : shape.stride();
  }

  /** Rows of outputs of a member: its moving average predicts the first record too. */
  private int outputRows(int m, int rows) {
    return shape.member(m).averaged ? rows + 1 : rows;
  }

  /**
   * Leaves a member's outputs for the rows in the scratch, and its predictions for the first row
   * from {@code prediction} on; returns which is the next prediction.
   */
  private int forward(int m, int rows, int prediction, AutoScratch scratch) {
    Mlp network = shape.network(m);
    boolean averaged = shape.member(m).averaged;
    network.forward(
        parameters,
        averaged ? averages : null,
        input(m, scratch),
        inputStride(m),
        rows,
        scratch.activations);
    int all = outputRows(m, rows);
    if (shape.isClassification()) {
      KERNELS.softmax(
          scratch.activations,
          network.outputOffset(all, 0),
          all,
          network.outputs(),
          network.outputColumns());
    }
    keep(network, all, 0, prediction, scratch);
    if (averaged) {
      keep(network, all, rows, prediction + 1, scratch);
    }
    return prediction + (averaged ? 2 : 1);
  }

  private void keep(Mlp network, int all, int row, int prediction, AutoScratch scratch) {
    int outputs = network.outputs();
    int from = network.outputOffset(all, row);
    int to = prediction * network.outputStride();
    if (outputs > Kernels.NARROW) {
      System.arraycopy(scratch.activations, from, scratch.predictions, to, network.outputStride());
      return;
    }
    // One by one as they were written: a wide load would wait for single stores.
    for (int o = 0; o < outputs; o++) {
      scratch.predictions[to + o] = scratch.activations[from + o];
    }
  }

  private boolean step(int m, int rows, AutoScratch scratch) {
    MemberKind member = shape.member(m);
    Mlp network = shape.network(m);
    int all = outputRows(m, rows);
    writeOutputGradient(m, rows, all, scratch);
    network.backward(
        parameters,
        input(m, scratch),
        inputStride(m),
        rows,
        all,
        scratch.activations,
        scratch.deltas,
        scratch.gradient,
        scratch.transposed);
    int length = network.length();
    // Written so that NaN fails too.
    if (!(KERNELS.absMax(scratch.gradient, 0, length) <= MAX_GRADIENT)) {
      return false;
    }
    steps[m]++;
    powers[m] *= member.beta2;
    float correction = (float) (1 / (1 - powers[m]));
    if (member.averaged) {
      MIXTURES.averagedRmsProp(
          parameters,
          meanSquares,
          averages,
          scratch.gradient,
          network.offset(),
          length,
          member.learningRate,
          member.beta2,
          EPSILON,
          correction,
          Math.max(MIN_SHARE, 1f / (steps[m] + 1)));
    } else {
      KERNELS.rmsProp(
          parameters,
          meanSquares,
          scratch.gradient,
          network.offset(),
          length,
          member.learningRate,
          member.beta2,
          EPSILON,
          correction);
    }
    return true;
  }

  private void writeOutputGradient(int m, int rows, int all, AutoScratch scratch) {
    Mlp network = shape.network(m);
    MemberKind member = shape.member(m);
    MemberBatch learned = scratch.rows.get(shape.rowsOf(m));
    int columns = network.outputStride();
    float[] outputs = scratch.activations;
    float[] deltas = scratch.deltas;
    float scale = 1f / (1f + (rows - 1) * member.replayWeight);
    for (int r = 0; r < rows; r++) {
      int at = network.outputOffset(all, r);
      float factor = learned.weights[r] * (r == 0 ? scale : scale * member.replayWeight);
      if (shape.isClassification()) {
        for (int o = at; o < at + columns; o++) {
          deltas[o] = outputs[o] * factor;
        }
        deltas[at + (int) learned.targets[r]] -= factor;
      } else {
        Arrays.fill(deltas, at, at + columns, 0f);
        float error = outputs[at] - learned.targets[r];
        deltas[at] = Math.max(-1f, Math.min(1f, error)) * factor;
      }
    }
  }

  /** Makes room for one more class; its weights are drawn, its mean squares those of the others. */
  void grow(AutoShape grown, long keySeed) {
    AutoShape before = shape;
    shape = grown;
    if (grown.outputs() == before.outputs()) {
      return;
    }
    parameters = grown(before, parameters);
    averages = grown(before, averages);
    meanSquares = grown(before, meanSquares);
    initialize(parameters, before.outputs(), keySeed);
    initialize(averages, before.outputs(), keySeed);
    for (int m = 0; m < shape.members(); m++) {
      shape.network(m).spread(meanSquares, before.outputs());
    }
  }

  private float[] grown(AutoShape before, float[] values) {
    boolean all = values.length == before.length();
    float[] grown = new float[all ? shape.length() : shape.averagedLength()];
    for (int m = 0; m < shape.members(); m++) {
      if (all || shape.member(m).averaged) {
        shape.network(m).grow(before.network(m), values, grown);
      }
    }
    return grown;
  }

  long floats() {
    return (long) parameters.length + averages.length + meanSquares.length;
  }

  void write(DataOutput out) throws IOException {
    for (int m = 0; m < shape.members(); m++) {
      Mlp network = shape.network(m);
      network.write(parameters, out);
      network.write(meanSquares, out);
      if (shape.member(m).averaged) {
        network.write(averages, out);
      }
      out.writeLong(steps[m]);
      out.writeDouble(powers[m]);
    }
  }

  void read(DataInput in) throws IOException {
    for (int m = 0; m < shape.members(); m++) {
      Mlp network = shape.network(m);
      network.read(in, parameters);
      network.read(in, meanSquares);
      if (shape.member(m).averaged) {
        network.read(in, averages);
      }
      steps[m] = in.readLong();
      powers[m] = in.readDouble();
    }
  }
}
