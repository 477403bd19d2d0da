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
  private static final float LEAST_SHARE = 0.01f;

  /** Above, the square of a gradient may not fit a float. */
  private static final float GREATEST_GRADIENT = 1e15f;

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
      forward(m, parameters, 1, scratch);
      keep(m, 1, prediction++, scratch);
      if (shape.member(m).averaged) {
        forward(m, averages, 1, scratch);
        keep(m, 1, prediction++, scratch);
      }
    }
  }

  /**
   * Predicts the record in the first row and learns it with the replayed ones in the next rows.
   *
   * @param replayed how many there are
   * @return whether all members could take their step
   */
  boolean learn(int replayed, AutoScratch scratch) {
    boolean taken = true;
    int prediction = 0;
    for (int m = 0; m < shape.members(); m++) {
      MemberKind member = shape.member(m);
      int kept = prediction;
      prediction += member.averaged ? 2 : 1;
      if (member.averaged) {
        forward(m, averages, 1, scratch);
        keep(m, 1, kept + 1, scratch);
      }
      int rows = 1 + Math.min(replayed, member.replays);
      forward(m, parameters, rows, scratch);
      keep(m, rows, kept, scratch);
      taken &= step(m, rows, scratch);
    }
    return taken;
  }

  private float[] input(int m, AutoScratch scratch) {
    return shape.member(m).fourier ? scratch.wide : scratch.x;
  }

  private int inputStride(int m) {
    return shape.member(m).fourier ? shape.fourierStride() : shape.stride();
  }

  private void forward(int m, float[] values, int rows, AutoScratch scratch) {
    Mlp network = shape.network(m);
    network.forward(values, input(m, scratch), inputStride(m), rows, scratch.activations);
    if (shape.isClassification()) {
      KERNELS.softmax(
          scratch.activations,
          network.outputOffset(rows, 0),
          rows,
          network.outputs(),
          network.outputColumns());
    }
  }

  private void keep(int m, int rows, int prediction, AutoScratch scratch) {
    Mlp network = shape.network(m);
    int stride = network.outputStride();
    System.arraycopy(
        scratch.activations,
        network.outputOffset(rows, 0),
        scratch.predictions,
        prediction * stride,
        stride);
  }

  private boolean step(int m, int rows, AutoScratch scratch) {
    MemberKind member = shape.member(m);
    Mlp network = shape.network(m);
    writeOutputGradient(network, member, rows, scratch);
    network.backward(
        parameters,
        input(m, scratch),
        inputStride(m),
        rows,
        scratch.activations,
        scratch.deltas,
        scratch.gradient,
        scratch.transposed);
    int length = network.length();
    // Written so that NaN fails too.
    if (!(KERNELS.absMax(scratch.gradient, 0, length) <= GREATEST_GRADIENT)) {
      return false;
    }
    steps[m]++;
    powers[m] *= member.beta2;
    KERNELS.rmsProp(
        parameters,
        meanSquares,
        scratch.gradient,
        network.offset(),
        length,
        member.learningRate,
        member.beta2,
        EPSILON,
        (float) (1 / (1 - powers[m])));
    if (member.averaged) {
      float share = Math.max(LEAST_SHARE, 1f / (steps[m] + 1));
      MIXTURES.average(averages, parameters, network.offset(), length, share);
    }
    return true;
  }

  private void writeOutputGradient(Mlp network, MemberKind member, int rows, AutoScratch scratch) {
    int columns = network.outputStride();
    float[] outputs = scratch.activations;
    float[] deltas = scratch.deltas;
    float scale = 1f / (1f + (rows - 1) * member.replayWeight);
    for (int r = 0; r < rows; r++) {
      int at = network.outputOffset(rows, r);
      float factor = scratch.weights[r] * (r == 0 ? scale : scale * member.replayWeight);
      if (shape.isClassification()) {
        for (int o = at; o < at + columns; o++) {
          deltas[o] = outputs[o] * factor;
        }
        deltas[at + (int) scratch.targets[r]] -= factor;
      } else {
        Arrays.fill(deltas, at, at + columns, 0f);
        float error = outputs[at] - scratch.targets[r];
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
