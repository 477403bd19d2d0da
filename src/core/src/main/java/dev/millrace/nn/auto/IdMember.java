package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.Embeddings;
import dev.millrace.nn.Learner;
import dev.millrace.nn.LearnerSpec;
import dev.millrace.nn.ModelSpec;
import dev.millrace.nn.PagedPart;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The predictions of a mixture that are made from ids; see {@link IdLearner}. */
final class IdMember {

  private static final Kernels KERNELS = KernelProvider.kernels();

  /** Name of the prediction of the linear model, if it is the only one. */
  private static final List<String> LINEAR = List.of("ids");

  /** The same, and with pairs of fields. */
  private static final List<String> PAIRS = List.of("ids", "id-pairs");

  /** The same, and a network that learns vectors of ids. */
  private static final List<String> NETWORK = List.of("ids", "id-network");

  /** Errors of scaled values are cut to plus or minus this. */
  private static final float MAX_ERROR = 3f;

  private final IdLayout layout;
  private final IdLearner learner;
  // Null unless there are several classes.
  private @Nullable Learner network;
  // [linear models], of the record at hand.
  private float[] errors;

  IdMember(IdLayout layout, AutoShape shape, long keySeed) {
    this.layout = layout;
    learner = new IdLearner(layout, shape.classes(), shape.kind().seed() ^ keySeed);
    errors = new float[outputs(shape)];
  }

  /** Makes it usable, unless it is read. */
  void begin(AutoShape shape, long keySeed, AutoScratch own) {
    if (hasNetwork(layout)) {
      network =
          new Learner(
              spec(layout, shape.kind().seed()),
              layout.task,
              layout.width,
              shape.classes(),
              keySeed,
              (columns, dimension, seed) -> learner.embeddings());
      network.use(own.networks);
    }
  }

  private static boolean hasNetwork(IdLayout layout) {
    return layout.task == Task.MULTICLASS;
  }

  private static LearnerSpec spec(IdLayout layout, long seed) {
    return ModelSpec.single(seed).withIndicators(layout.row).forTask(layout.task);
  }

  /** Returns the bytes in memory of what is kept besides the table of ids. */
  static long bytes(AutoShape.Kind kind) {
    IdLayout layout = kind.ids();
    return layout == null || !hasNetwork(layout)
        ? 0
        : spec(layout, kind.seed())
            .modelBytes(layout.task, layout.width, Math.max(1, kind.classes()));
  }

  private static int outputs(AutoShape shape) {
    return shape.kind().task() == Task.MULTICLASS ? shape.outputs() : 1;
  }

  /** Uses scratch that other models of the thread share. */
  void use(Workspace networks) {
    if (network != null) {
      network.use(networks);
    }
  }

  /** Returns the names of the predictions, in their order. */
  static List<String> names(@Nullable IdLayout layout) {
    if (layout == null) {
      return List.of();
    }
    return hasNetwork(layout) ? NETWORK : layout.hasPairs() ? PAIRS : LINEAR;
  }

  /** Looks up the ids of a row; returns what the networks see of it. */
  float[] encode(AutoScratch own, AutoShape shape) {
    boolean hasOdds = shape.kind().task() == Task.BINARY && shape.classes() == 2;
    float logOdds = hasOdds ? own.logFrequencies[1] - own.logFrequencies[0] : 0f;
    learner.encode(own.row, own.rowOffset, logOdds, own.ids);
    return own.ids.inputs();
  }

  /**
   * Writes the probabilities of the classes from {@code at} on.
   *
   * @param columns padded number of classes; the padding becomes 0
   */
  void predictClasses(AutoScratch own, AutoShape shape, int at, int columns) {
    int classes = shape.classes();
    if (network != null) {
      predictByNetwork(network, own, classes, at + Kernels.stride(columns), columns);
    }
    for (int p = 0; p <= (layout.hasPairs() ? 1 : 0); p++) {
      int from = at + p * Kernels.stride(columns);
      System.arraycopy(own.logFrequencies, 0, own.predictions, from, classes);
      Arrays.fill(own.predictions, from + classes, from + columns, 0f);
      if (errors.length > 1) {
        for (int k = 0; k < classes; k++) {
          own.predictions[from + k] += learner.linear(k, own.ids);
        }
      } else {
        float pairs = p == 0 ? 0f : learner.pairs(own.ids);
        own.predictions[from + classes - 1] += learner.linear(0, own.ids) + pairs;
      }
      KERNELS.softmax(own.predictions, from, 1, classes, columns);
    }
  }

  private static void predictByNetwork(
      Learner network, AutoScratch own, int classes, int at, int columns) {
    Arrays.fill(own.predictions, at, at + columns, 0f);
    if (classes > 0) {
      network.predict(own.row, own.rowOffset, own.ofNetwork);
      System.arraycopy(own.ofNetwork, 0, own.predictions, at, classes);
    }
  }

  /** Writes the scaled values to {@code at} and {@code at + stride}. */
  void predictValue(AutoScratch own, int at, int stride) {
    float linear = learner.linear(0, own.ids);
    own.predictions[at] = linear;
    if (layout.hasPairs()) {
      own.predictions[at + stride] = linear + learner.pairs(own.ids);
    }
  }

  /** Learns the class of a record from the probabilities that were predicted for it. */
  void learnClass(AutoScratch own, AutoShape shape, int at, int stride, int label, float weight) {
    float target = 0f;
    float errorWithPairs = 0f;
    if (shape.classes() == 1) {
      errors[0] = 0f; // nothing to tell apart yet
    } else if (network != null) {
      network.learnClass(own.row, own.rowOffset, label, weight, own.ofNetwork);
      for (int k = 0; k < errors.length; k++) {
        errors[k] = own.predictions[at + k] - (k == label ? 1f : 0f);
      }
    } else {
      target = label;
      errors[0] = own.predictions[at + 1] - target;
      errorWithPairs = layout.hasPairs() ? own.predictions[at + stride + 1] - target : 0f;
    }
    learn(own, target, errorWithPairs, weight);
  }

  /** Learns the scaled value of a record. */
  void learnValue(AutoScratch own, float target, float weight) {
    float linear = learner.linear(0, own.ids);
    errors[0] = cut(linear - target);
    learn(own, cut(target), cut(linear + learner.pairs(own.ids) - target), weight);
  }

  private void learn(AutoScratch own, float target, float errorWithPairs, float weight) {
    learner.learn(own.row, own.rowOffset, target, errors, errorWithPairs, weight, own.ids);
  }

  private static float cut(float error) {
    return Math.max(-MAX_ERROR, Math.min(MAX_ERROR, error));
  }

  void addClass(AutoShape shape) {
    errors = new float[outputs(shape)];
    learner.addClass(shape.classes());
    if (network != null) {
      network.addClass();
    }
  }

  PagedPart table() {
    return learner.table();
  }

  boolean isFinite() {
    return learner.isFinite() && (network == null || network.isFinite());
  }

  long memoryBytes() {
    return learner.memoryBytes() + (network == null ? 0 : network.memoryBytes());
  }

  /**
   * Visits what was learned.
   *
   * @param scratch of a member that is read
   */
  void visit(StateVisitor v, AutoShape shape, Supplier<AutoScratch> scratch) throws IOException {
    learner.visit(v);
    if (hasNetwork(layout)) {
      Embeddings.Factory vectors = (columns, dimension, seed) -> learner.embeddings();
      LearnerSpec spec = spec(layout, shape.kind().seed());
      network =
          v.custom(
              network,
              Learner::write,
              in -> Learner.read(in, spec, layout.task, scratch.get().networks, vectors),
              other -> other.copy(vectors));
    }
  }
}
