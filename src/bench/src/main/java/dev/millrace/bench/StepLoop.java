package dev.millrace.bench;

import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.Activation;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.LayerSpec;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.NetworkSpec;
import dev.millrace.nn.spec.Optimizer;
import dev.millrace.simd.FmaPeak;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One measurement of {@link StepBench}, the main class of a JVM of its own: trains on a small pool
 * of random examples and prints examples per second and the peak of this core.
 */
final class StepLoop {
  // Max inputs (about 8 MB) and examples in the pool.
  private static final int MAX_POOL_FLOATS = 2 << 20;

  private static final int MAX_POOL_EXAMPLES = 1 << 16;
  private static final int MIN_BATCHES = 4;

  // Models learn in an order that no prefetcher predicts.
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

  /** {@code layers} from the inputs to the classes. */
  private StepLoop(int[] layers, int batch, ModelSpec spec, int modelCount) {
    this.batch = batch;
    inputs = layers[0];
    int classes = layers[layers.length - 1];
    int batches = Math.min(MAX_POOL_EXAMPLES / batch, MAX_POOL_FLOATS / inputs / batch);
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

  private static NetworkSpec network(
      int[] layers, Activation activation, int batch, Optimizer optimizer) {
    List<LayerSpec> hidden = new ArrayList<>();
    for (int l = 1; l < layers.length - 1; l++) {
      hidden.add(new LayerSpec(layers[l], activation));
    }
    return NetworkSpec.of(optimizer)
        .with(
            to -> {
              to.hidden = hidden;
              to.batchSize = batch;
              to.seed = 1;
            });
  }

  /** Optimizers with PyTorch's default settings. */
  enum Algorithm {
    SGD(new Optimizer.Sgd(0.01f, 0f)),
    MOMENTUM(new Optimizer.Sgd(0.01f, 0.9f)),
    RMSPROP(new Optimizer.RmsProp(0.001f, 0.99f, 1e-8f, false)),
    ADAM(new Optimizer.Adam(0.001f, 0.9f, 0.999f, 1e-8f));

    private final Optimizer optimizer;

    Algorithm(Optimizer optimizer) {
      this.optimizer = optimizer;
    }
  }

  /**
   * Measures with the arguments layers, activation, batch, optimizer or tier, models, seconds of
   * warm-up, seconds.
   */
  public static void main(String[] args) {
    int[] layers = Arrays.stream(args[0].split(",")).mapToInt(Integer::parseInt).toArray();
    int batch = Integer.parseInt(args[2]);
    ModelSpec spec =
        Arrays.stream(AutoSpec.Tier.values())
            .filter(tier -> tier.name().equals(args[3]))
            .findFirst()
            .<ModelSpec>map(tier -> ModelSpec.auto(1, AutoSpec.of(tier), ClassWeights.NONE))
            .orElseGet(
                () ->
                    network(
                        layers,
                        Activation.valueOf(args[1]),
                        batch,
                        Algorithm.valueOf(args[3]).optimizer));
    StepLoop loop = new StepLoop(layers, batch, spec, Integer.parseInt(args[4]));
    loop.slices(Double.parseDouble(args[5]));
    double[] rates = loop.slices(Double.parseDouble(args[6]));
    System.out.println(
        "examples_per_s=" + rates[rates.length / 2] + " peak_flops=" + FmaPeak.flopsPerSecond());
  }

  /**
   * Returns sorted rates in examples per second, one for each tenth of a second of this thread's
   * processor time, which other threads on the core do not change.
   */
  private double[] slices(double seconds) {
    double[] rates = new double[(int) Math.max(1, Math.ceil(seconds * 1e9 / SLICE_NANOS))];
    for (int s = 0; s < rates.length; s++) {
      long begun = THREADS.getCurrentThreadCpuTime();
      long examples = 0;
      long took = 0;
      while (took < SLICE_NANOS) {
        examples += learn();
        took = THREADS.getCurrentThreadCpuTime() - begun;
      }
      rates[s] = examples * 1e9 / took;
    }
    Arrays.sort(rates);
    return rates;
  }

  private int learn() {
    int steps = Math.max(1, pool / 8);
    for (int s = 0; s < steps; s++) {
      OnlineModel model = models[turns[turn]];
      turn = (turn + 1) % TURNS;
      int offset = position * batch * inputs;
      if (batch == 1) {
        model.learnClass(features, offset, labels[position][0], 1f, predictions);
      } else {
        model.learnClasses(features, offset, batch, labels[position], weights, predictions, losses);
      }
      position = (position + 1) % pool;
    }
    return steps * batch;
  }
}
