package dev.millrace.nn.auto;

import dev.millrace.data.Task;
import dev.millrace.nn.PagedPart;
import dev.millrace.nn.ids.IdLayout;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** The predictions of a mixture that are made from ids; see {@link IdLearner}. */
final class IdMember {

  private static final Kernels KERNELS = KernelProvider.kernels();

  /** Names of the predictions: the linear model, and the same with pairs of fields. */
  static final List<String> NAMES = List.of("ids", "id-pairs");

  /** Errors of scaled values are cut to plus or minus this. */
  private static final float MAX_ERROR = 3f;

  private final IdLayout layout;
  private final IdLearner learner;
  // [linear models], of the record at hand.
  private float[] errors;

  IdMember(IdLayout layout, AutoShape shape, long keySeed) {
    this(layout, new IdLearner(layout, shape.classes(), seed(shape, keySeed)), outputs(shape));
  }

  private IdMember(IdLayout layout, IdLearner learner, int outputs) {
    this.layout = layout;
    this.learner = learner;
    errors = new float[outputs];
  }

  private static int outputs(AutoShape shape) {
    return shape.kind().task() == Task.MULTICLASS ? shape.outputs() : 1;
  }

  private static long seed(AutoShape shape, long keySeed) {
    return shape.kind().seed() ^ keySeed;
  }

  IdMember copy(AutoShape shape, long keySeed) {
    return new IdMember(layout, learner.copy(seed(shape, keySeed)), errors.length);
  }

  /** Returns the number of predictions. */
  static int predictions(IdLayout layout) {
    return layout.hasPairs() ? 2 : 1;
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
    for (int p = 0; p < predictions(layout); p++) {
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
    } else if (errors.length > 1) {
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
  }

  PagedPart table() {
    return learner.table();
  }

  boolean isFinite() {
    return learner.isFinite();
  }

  long memoryBytes() {
    return learner.memoryBytes();
  }

  void write(DataOutput out) throws IOException {
    learner.write(out);
  }

  void read(DataInput in) throws IOException {
    learner.read(in);
  }
}
