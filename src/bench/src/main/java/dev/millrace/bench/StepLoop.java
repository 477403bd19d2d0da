package dev.millrace.bench;

import dev.millrace.data.Task;
import dev.millrace.nn.Activation;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.LayerSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.NetworkModelSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Optimizer;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.simd.FmaPeak;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One measurement of {@link StepBench}, the main class of a JVM of its own: trains on a small pool
 * of random examples and prints examples per second and the peak of this core.
 */
final class StepLoop {
  /** At most so many inputs in the pool, about 8 MB, and so many examples. */
  private static final int POOL_FLOATS = 2 << 20;

  private static final int POOL_EXAMPLES = 1 << 16;
  private static final int MIN_BATCHES = 4;

  /** Models take turns in an order that no prefetcher guesses. */
  private static final int TURNS = 1 << 16;

  private static final long SLICE_NANOS = 100_000_000L;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final int batch;
  private final int inputs;
  private final int pool;
  private final float[] features;
  private final int[][] labels;
  private final float[] weights;
  private final float[] predictions;
  private final float[] losses;
  private final OnlineModel[] models;
  private final int[] turns;
  private int position;
  private int turn;

  /** How a step is trained; {@code layers} from the inputs to the classes. */
  private StepLoop(int[] layers, int batch, ModelSpec spec, int modelCount) {
    this.batch = batch;
    inputs = layers[0];
    int classes = layers[layers.length - 1];
    int batches = Math.min(POOL_EXAMPLES / batch, POOL_FLOATS / inputs / batch);
    pool = Math.max(MIN_BATCHES, Math.min(1024, batches));
    SplittableRandom random = new SplittableRandom(1);
    features = new float[pool * batch * inputs];
    for (int i = 0; i < features.length; i++) {
      // The sum of three has nearly the variance and the shape of a standard normal number.
      features[i] =
          (float) (2 * (random.nextDouble() + random.nextDouble() + random.nextDouble()) - 3);
    }
    labels = new int[pool][batch];
    for (int[] row : labels) {
      Arrays.setAll(row, r -> random.nextInt(classes));
    }
    weights = new float[batch];
    Arrays.fill(weights, 1f);
    predictions = new float[batch * classes];
    losses = new float[batch];
    Workspace shared = new Workspace();
    models = new OnlineModel[modelCount];
    for (int m = 0; m < modelCount; m++) {
      models[m] = Models.create(spec, Task.MULTICLASS, inputs, classes, m);
      models[m].use(shared);
    }
    turns = new int[TURNS];
    Arrays.setAll(turns, t -> random.nextInt(modelCount));
  }

  /** A network with an optimizer of that name, or the mixture of a tier of that name. */
  private static ModelSpec spec(int[] layers, Activation activation, int batch, String name) {
    for (AutoSpec.Tier tier : AutoSpec.Tier.values()) {
      if (tier.id().equals(name)) {
        AutoSpec auto = new AutoSpec(tier, Set.of(), AutoSpec.DEFAULT_BUFFER);
        return ModelSpec.auto(1, auto, ClassWeights.NONE);
      }
    }
    return network(layers, activation, batch, optimizer(name));
  }

  private static NetworkModelSpec network(
      int[] layers, Activation activation, int batch, Optimizer optimizer) {
    List<LayerSpec> hidden = new ArrayList<>();
    for (int l = 1; l < layers.length - 1; l++) {
      hidden.add(new LayerSpec(layers[l], activation));
    }
    return NetworkModelSpec.builder(optimizer).hidden(hidden).batchSize(batch).seed(1).build();
  }

  /** PyTorch's default settings. */
  static Optimizer optimizer(String name) {
    return switch (name) {
      case "sgd" -> new Optimizer.Sgd(0.01f, 0f);
      case "momentum" -> new Optimizer.Sgd(0.01f, 0.9f);
      case "rmsprop" -> new Optimizer.RmsProp(0.001f, 0.99f, 1e-8f, false);
      case "adam" -> new Optimizer.Adam(0.001f, 0.9f, 0.999f, 1e-8f);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /**
   * Arguments: layers, activation, batch, optimizer or tier, models, together, seconds of warm-up,
   * seconds.
   */
  public static void main(String[] args) {
    int[] layers = Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
    int batch = Integer.parseInt(args[2]);
    ModelSpec spec = spec(layers, Activation.valueOf(args[1]), batch, args[3]);
    StepLoop loop = new StepLoop(layers, batch, spec, Integer.parseInt(args[4]));
    boolean together = Boolean.parseBoolean(args[5]);
    loop.slices(Double.parseDouble(args[6]), together);
    double[] rates = loop.slices(Double.parseDouble(args[7]), together);
    System.out.println(
        "examples_per_s=" + rates[rates.length / 2] + " peak_flops=" + FmaPeak.flopsPerSecond());
  }

  /**
   * Examples per second of each tenth of a second, sorted; of this thread's processor time, which
   * others on the same core leave alone.
   */
  private double[] slices(double seconds, boolean together) {
    double[] rates = new double[(int) Math.max(1, Math.ceil(seconds * 1e9 / SLICE_NANOS))];
    for (int s = 0; s < rates.length; s++) {
      long begun = THREADS.getCurrentThreadCpuTime();
      long examples = 0;
      long took = 0;
      while (took < SLICE_NANOS) {
        examples += together ? learnTogether() : learnOneByOne();
        took = THREADS.getCurrentThreadCpuTime() - begun;
      }
      rates[s] = examples * 1e9 / took;
    }
    Arrays.sort(rates);
    return rates;
  }

  private int learnTogether() {
    int steps = Math.max(1, pool / 8);
    for (int s = 0; s < steps; s++) {
      OnlineModel model = models[turns[turn]];
      turn = (turn + 1) % TURNS;
      int offset = position * batch * inputs;
      model.learnClasses(features, offset, batch, labels[position], weights, predictions, losses);
      position = (position + 1) % pool;
    }
    return steps * batch;
  }

  private int learnOneByOne() {
    int steps = Math.max(1, pool / 8);
    for (int s = 0; s < steps; s++) {
      OnlineModel model = models[turns[turn]];
      turn = (turn + 1) % TURNS;
      for (int r = 0; r < batch; r++) {
        int offset = (position * batch + r) * inputs;
        model.learnClass(features, offset, labels[position][r], 1f, predictions);
      }
      position = (position + 1) % pool;
    }
    return steps * batch;
  }
}
