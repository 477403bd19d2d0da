package dev.millrace.nn.auto.members;

import dev.millrace.nn.Layout;
import dev.millrace.nn.Network;
import dev.millrace.nn.WeakCache;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.ReplayBuffer;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.nn.auto.rows.Scaler;
import dev.millrace.nn.spec.Initializer;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.simd.MixtureKernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network: parameters, their moving averages if it has some, mean squares of gradients.
 *
 * <p>It takes one step a record, along (weight·g + ρ·Σ weight·g of replayed records) / (1 +
 * number·ρ), all gradients at the same parameters.
 */
final class NetworkMember implements Member {

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final MixtureKernels MIXTURES = KernelProvider.mixtures();

  private static final long DOMAIN = 0x6D656D626572L;
  private static final float EPSILON = 1e-8f;
  private static final float MIN_SHARE = 0.01f;

  /** Above, the square of a gradient may not fit a float. */
  private static final float MAX_GRADIENT = 1e15f;

  /** The network and random features that all mixtures of a kind share. */
  static final class Plan implements MemberPlan {
    private final MixtureKind kind;
    private final MemberKind member;
    private @Nullable Network network;
    private @Nullable FourierFeatures fourier;

    Plan(MixtureKind kind, MemberKind member) {
      this.kind = kind;
      this.member = member;
    }

    @Override
    public List<String> names() {
      return member.averaged ? List.of(member.id(), member.id() + "-ema") : List.of(member.id());
    }

    /** Networks learn slowly from log-odds of few records. */
    @Override
    public Start start() {
      return kind.hasIds() && kind.isClassification() ? Start.SHARED : Start.EQUAL;
    }

    @Override
    public int replays() {
      return member.replays;
    }

    @Override
    public long memoryBytes() {
      return (long) network().layout().length() * floatsEach() * Float.BYTES;
    }

    @Override
    public long storedBytes() {
      return Layout.values(inputs(), layers()) * floatsEach() * Float.BYTES;
    }

    /** Floats kept of each parameter: itself, its mean square, and perhaps its average. */
    private int floatsEach() {
      return member.averaged ? 3 : 2;
    }

    private int inputs() {
      return kind.inputs() + (member.fourier ? FourierFeatures.COUNT : 0);
    }

    private List<LayerSpec> layers() {
      return member.layers(kind.isClassification(), kind.outputs());
    }

    private Network network() {
      Network made = network;
      if (made == null) {
        made = new Network(new Layout(inputs(), layers()));
        network = made;
      }
      return made;
    }

    private FourierFeatures fourier(Scratch scratch) {
      FourierFeatures made = fourier;
      if (made == null) {
        made =
            scratch.projections.get(
                new Projection(kind.seed(), kind.inputs()),
                one -> new FourierFeatures(one.seed(), one.inputs()));
        fourier = made;
      }
      return made;
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new NetworkMember(this, parts, place);
    }
  }

  private record Projection(long seed, int inputs) {}

  /** The new record first, then those replayed. */
  private static final class Scratch {
    // Scaled features; and the same followed by Fourier features, if the network uses them.
    float[] x = {};
    float[] wide = {};
    float[] turns = {};
    float[] targets = {};
    float[] weights = {};
    final WeakCache<Projection, FourierFeatures> projections = new WeakCache<>();

    void fit(int rows, int stride) {
      x = Row.grown(x, rows * stride);
      targets = Row.grown(targets, rows);
      weights = Row.grown(weights, rows);
    }

    void fitWide(int rows, int stride) {
      wide = Row.grown(wide, rows * stride);
      turns = Row.grown(turns, rows * FourierFeatures.COUNT);
    }
  }

  private final MemberKind kind;
  private final MixtureParts parts;
  private final MemberPlan.Place place;
  private Plan plan;
  private Network network;
  // Placed as the layout of the network says; averages are empty if it has none.
  private float[] parameters;
  private float[] averages;
  private float[] meanSquares;
  private long steps;
  // beta2^steps
  private double power = 1;

  private NetworkMember(Plan plan, MixtureParts parts, MemberPlan.Place place) {
    this.plan = plan;
    this.parts = parts;
    this.place = place;
    kind = plan.member;
    network = plan.network();
    int length = network.layout().length();
    parameters = new float[length];
    averages = new float[kind.averaged ? length : 0];
    meanSquares = new float[length];
  }

  @Override
  public void begin() {
    if (!kind.isLinear()) {
      parameters = network.initialParameters(draws());
      averages = kind.averaged ? parameters.clone() : averages;
    }
  }

  private WeightInitializer draws() {
    long domain = WeightInitializer.mix(DOMAIN + kind.ordinal());
    long seed = parts.kind().seed() ^ domain;
    return new WeightInitializer(Initializer.LECUN_NORMAL, seed, parts.keySeed());
  }

  @Override
  public void use(MemberPlan shared, Workspace workspace) {
    plan = (Plan) shared;
    network = plan.network();
  }

  @Override
  public void predict(Row row) {
    forward(kind.fourier ? widened(row.scaled, 1, scratch(row)) : row.scaled, 1, row);
  }

  @Override
  public void learn(Row row) {
    Scratch scratch = scratch(row);
    int rows = parts.buffer().size() > 0 ? 1 + kind.replays : 1;
    float[] x = input(rows, scratch, row);
    forward(x, rows, row);
    row.hasSkipped |= !step(x, rows, scratch, row.workspace);
  }

  private static Scratch scratch(Row row) {
    return row.workspace.shared(Scratch.class, Scratch::new);
  }

  /** Returns the record and those that are replayed with it, as the network sees them. */
  private float[] input(int rows, Scratch scratch, Row row) {
    int inputs = parts.kind().inputs();
    int stride = Kernels.stride(inputs);
    scratch.fit(rows, stride);
    scratch.targets[0] = row.scaledTarget;
    scratch.weights[0] = row.weight;
    float[] x = rows == 1 ? row.scaled : scratch.x;
    if (rows > 1) {
      System.arraycopy(row.scaled, 0, x, 0, inputs);
    }
    ReplayBuffer buffer = parts.buffer();
    for (int r = 1; r < rows; r++) {
      int record = row.draws.replayed(place.draw() + r);
      int from = buffer.offset(record);
      parts.scaler().transform(buffer.rows(), from, buffer.step(), Scaler.CLIP, x, r * stride);
      scratch.targets[r] = parts.target().scaled(buffer.target(record));
      scratch.weights[r] = buffer.weight(record);
    }
    return kind.fourier ? widened(x, rows, scratch) : x;
  }

  private float[] widened(float[] x, int rows, Scratch scratch) {
    int stride = Kernels.stride(parts.kind().inputs() + FourierFeatures.COUNT);
    scratch.fitWide(rows, stride);
    plan.fourier(scratch).write(x, rows, scratch.turns, scratch.wide, stride);
    return scratch.wide;
  }

  /** Leaves the outputs for the rows in the workspace, and predictions for the first in the row. */
  private void forward(float[] x, int rows, Row row) {
    if (kind.averaged) {
      network.forward(averages, x, 0, 1, row.workspace);
      keep(1, place.prediction() + 1, row);
    }
    network.forward(parameters, x, 0, rows, row.workspace);
    keep(rows, place.prediction(), row);
  }

  /** Copies the outputs for the first row to a prediction's place. */
  private void keep(int rows, int prediction, Row row) {
    float[] activations = Network.activations(row.workspace);
    int outputs = network.layout().outputs();
    int from = network.layout().outputOffset(rows, 0);
    if (!row.isClassification) {
      row.setScaled(prediction, activations[from]);
    } else if (outputs > Kernels.NARROW) {
      System.arraycopy(activations, from, row.predictions, row.at(prediction), row.stride);
    } else {
      // One by one as they were written: a wide load would wait for single stores.
      for (int o = 0; o < outputs; o++) {
        row.predictions[row.at(prediction) + o] = activations[from + o];
      }
    }
  }

  private boolean step(float[] x, int rows, Scratch scratch, Workspace workspace) {
    int length = network.layout().length();
    network.fitBackward(rows, workspace);
    writeOutputGradient(rows, scratch, workspace);
    network.backward(parameters, x, rows, workspace);
    float[] gradient = Network.gradient(workspace);
    // Written so that NaN fails too.
    if (!(KERNELS.absMax(gradient, 0, length) <= MAX_GRADIENT)) {
      return false;
    }
    steps++;
    power *= kind.beta2;
    float correction = (float) (1 / (1 - power));
    if (kind.averaged) {
      MIXTURES.averagedRmsProp(
          parameters,
          meanSquares,
          averages,
          gradient,
          0,
          length,
          kind.learningRate,
          kind.beta2,
          EPSILON,
          correction,
          Math.max(MIN_SHARE, 1f / (steps + 1)));
    } else {
      KERNELS.rmsProp(
          parameters,
          meanSquares,
          gradient,
          0,
          length,
          kind.learningRate,
          kind.beta2,
          EPSILON,
          correction);
    }
    return true;
  }

  private void writeOutputGradient(int rows, Scratch scratch, Workspace workspace) {
    Layout layout = network.layout();
    int columns = layout.stride(layout.layers() - 1);
    float[] outputs = Network.activations(workspace);
    float[] deltas = Network.deltas(workspace);
    float scale = 1f / (1f + (rows - 1) * kind.replayWeight);
    for (int r = 0; r < rows; r++) {
      int at = layout.outputOffset(rows, r);
      float factor = scratch.weights[r] * (r == 0 ? scale : scale * kind.replayWeight);
      if (parts.kind().isClassification()) {
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

  /** Adds a class: its weights are drawn, its mean squares are the mean of the others. */
  @Override
  public void addClass(MixtureKind grown, MemberPlan other) {
    Layout from = network.layout();
    plan = (Plan) other;
    network = plan.network();
    Layout to = network.layout();
    if (to.outputs() == from.outputs()) {
      return;
    }
    parameters = grown(parameters, from);
    if (kind.averaged) {
      averages = grown(averages, from);
    }
    meanSquares = to.expanded(meanSquares, from);
    spread(to, meanSquares, from.outputs());
  }

  private float[] grown(float[] values, Layout from) {
    return kind.isLinear()
        ? network.layout().expanded(values, from)
        : network.expanded(values, from, draws());
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
    Layout layout = network.layout();
    layout.visit(parameters, v);
    layout.visit(meanSquares, v);
    if (kind.averaged) {
      layout.visit(averages, v);
    }
    steps = v.number(steps);
    power = v.number(power);
  }
}
