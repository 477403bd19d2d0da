package dev.millrace.nn.auto;

import dev.millrace.nn.Initializer;
import dev.millrace.nn.Layout;
import dev.millrace.nn.Network;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.MixtureKernels;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * The networks of one mixture: parameters, their moving averages, mean squares of gradients.
 *
 * <p>Each member takes one step a record, along (weight·g + ρ·Σ weight·g of replayed records) / (1
 * + number·ρ), all gradients at the same parameters.
 */
final class Members implements State {

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final MixtureKernels MIXTURES = KernelProvider.mixtures();

  private static final long DOMAIN = 0x6D656D626572L;
  private static final float EPSILON = 1e-8f;
  private static final float MIN_SHARE = 0.01f;

  /** Above, the square of a gradient may not fit a float. */
  private static final float MAX_GRADIENT = 1e15f;

  private AutoShape shape;
  // Of each member, placed as the layout of its network says; averages are empty if it has none.
  private final float[][] parameters;
  private final float[][] averages;
  private final float[][] meanSquares;
  private final long[] steps;
  // beta2^steps
  private final double[] powers;

  /** Members without parameters. */
  Members(AutoShape shape) {
    this.shape = shape;
    parameters = new float[shape.members()][];
    averages = new float[shape.members()][];
    meanSquares = new float[shape.members()][];
    for (int m = 0; m < shape.members(); m++) {
      int length = shape.network(m).layout().length();
      parameters[m] = new float[length];
      averages[m] = new float[shape.member(m).averaged ? length : 0];
      meanSquares[m] = new float[length];
    }
    steps = new long[shape.members()];
    powers = new double[shape.members()];
    Arrays.fill(powers, 1);
  }

  /** Creates members that have learned nothing. */
  static Members initial(AutoShape shape, long keySeed) {
    Members members = new Members(shape);
    for (int m = 0; m < shape.members(); m++) {
      if (!shape.member(m).isLinear()) {
        members.parameters[m] = shape.network(m).initialParameters(draws(shape, m, keySeed));
        if (shape.member(m).averaged) {
          members.averages[m] = members.parameters[m].clone();
        }
      }
    }
    return members;
  }

  private static WeightInitializer draws(AutoShape shape, int m, long keySeed) {
    long domain = WeightInitializer.mix(DOMAIN + shape.member(m).ordinal());
    long seed = shape.kind().seed() ^ domain;
    return new WeightInitializer(Initializer.LECUN_NORMAL, seed, keySeed);
  }

  /**
   * Predicts the record in the first row, and writes probabilities of classes or scaled values to
   * {@code scratch.predictions}.
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
   * @param replays true if there are records in the next rows
   * @return false if a member skipped its step
   */
  boolean learn(boolean replays, AutoScratch scratch) {
    boolean allStepped = true;
    int prediction = 0;
    for (int m = 0; m < shape.members(); m++) {
      int rows = replays ? 1 + shape.member(m).replays : 1;
      prediction = forward(m, rows, prediction, scratch);
      allStepped &= step(m, rows, scratch);
    }
    return allStepped;
  }

  private float[] input(int m, AutoScratch scratch) {
    MemberBatch rows = scratch.rows.get(shape.rowsOf(m));
    return shape.member(m).fourier ? rows.wide : rows.x;
  }

  /**
   * Leaves a member's outputs for the rows in the workspace, and its predictions for the first row
   * from {@code prediction} on; returns which is the next prediction.
   */
  private int forward(int m, int rows, int prediction, AutoScratch scratch) {
    Network network = shape.network(m);
    float[] x = input(m, scratch);
    int next = prediction + 1;
    if (shape.member(m).averaged) {
      network.forward(averages[m], x, 0, 1, scratch.networks);
      keep(network.layout(), 1, next, scratch);
      next++;
    }
    network.forward(parameters[m], x, 0, rows, scratch.networks);
    keep(network.layout(), rows, prediction, scratch);
    return next;
  }

  /** Copies the outputs for the first row to a prediction's place. */
  private void keep(Layout layout, int rows, int prediction, AutoScratch scratch) {
    float[] activations = Network.activations(scratch.networks);
    int outputs = layout.outputs();
    int stride = layout.stride(layout.layers() - 1);
    int from = layout.outputOffset(rows, 0);
    int to = prediction * stride;
    if (outputs > Kernels.NARROW) {
      System.arraycopy(activations, from, scratch.predictions, to, stride);
      return;
    }
    // One by one as they were written: a wide load would wait for single stores.
    for (int o = 0; o < outputs; o++) {
      scratch.predictions[to + o] = activations[from + o];
    }
  }

  private boolean step(int m, int rows, AutoScratch scratch) {
    MemberKind member = shape.member(m);
    Network network = shape.network(m);
    Workspace workspace = scratch.networks;
    int length = network.layout().length();
    network.fitBackward(rows, workspace);
    writeOutputGradient(m, rows, scratch);
    network.backward(parameters[m], input(m, scratch), rows, workspace);
    float[] gradient = Network.gradient(workspace);
    // Written so that NaN fails too.
    if (!(KERNELS.absMax(gradient, 0, length) <= MAX_GRADIENT)) {
      return false;
    }
    steps[m]++;
    powers[m] *= member.beta2;
    float correction = (float) (1 / (1 - powers[m]));
    if (member.averaged) {
      MIXTURES.averagedRmsProp(
          parameters[m],
          meanSquares[m],
          averages[m],
          gradient,
          0,
          length,
          member.learningRate,
          member.beta2,
          EPSILON,
          correction,
          Math.max(MIN_SHARE, 1f / (steps[m] + 1)));
    } else {
      KERNELS.rmsProp(
          parameters[m],
          meanSquares[m],
          gradient,
          0,
          length,
          member.learningRate,
          member.beta2,
          EPSILON,
          correction);
    }
    return true;
  }

  private void writeOutputGradient(int m, int rows, AutoScratch scratch) {
    Layout layout = shape.network(m).layout();
    MemberKind member = shape.member(m);
    MemberBatch learned = scratch.rows.get(shape.rowsOf(m));
    int columns = layout.stride(layout.layers() - 1);
    float[] outputs = Network.activations(scratch.networks);
    float[] deltas = Network.deltas(scratch.networks);
    float scale = 1f / (1f + (rows - 1) * member.replayWeight);
    for (int r = 0; r < rows; r++) {
      int at = layout.outputOffset(rows, r);
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

  /** Adds a class: its weights are drawn, its mean squares are the mean of the others. */
  void grow(AutoShape grown, long keySeed) {
    AutoShape before = shape;
    shape = grown;
    if (grown.outputs() == before.outputs()) {
      return;
    }
    for (int m = 0; m < shape.members(); m++) {
      Layout from = before.network(m).layout();
      Layout to = shape.network(m).layout();
      parameters[m] = grown(m, parameters[m], from, keySeed);
      if (shape.member(m).averaged) {
        averages[m] = grown(m, averages[m], from, keySeed);
      }
      meanSquares[m] = to.expanded(meanSquares[m], from);
      spread(to, meanSquares[m], from.outputs());
    }
  }

  private float[] grown(int m, float[] values, Layout from, long keySeed) {
    Network network = shape.network(m);
    return shape.member(m).isLinear()
        ? network.layout().expanded(values, from)
        : network.expanded(values, from, draws(shape, m, keySeed));
  }

  /** Gives the output neurons from {@code first} on the mean of the others' values. */
  private static void spread(Layout layout, float[] values, int first) {
    int last = layout.layers() - 1;
    // The bias is the last row.
    for (int i = 0; i <= layout.inputs(last); i++) {
      int row = layout.weightOffset(last) + i * layout.weightStride(last);
      float sum = 0f;
      for (int o = 0; o < first; o++) {
        sum += values[row + o];
      }
      Arrays.fill(values, row + first, row + layout.outputs(), sum / first);
    }
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    for (int m = 0; m < shape.members(); m++) {
      Layout layout = shape.network(m).layout();
      layout.visit(parameters[m], v);
      layout.visit(meanSquares[m], v);
      if (shape.member(m).averaged) {
        layout.visit(averages[m], v);
      }
      steps[m] = v.number(steps[m]);
      powers[m] = v.number(powers[m]);
    }
  }
}
