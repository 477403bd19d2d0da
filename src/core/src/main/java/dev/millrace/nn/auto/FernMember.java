package dev.millrace.nn.auto;

import dev.millrace.nn.WeightInitializer;
import dev.millrace.nn.ferns.Ferns;
import dev.millrace.nn.nominal.NominalColumns;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * The prediction of random ferns, which find borders along single columns and nominal values. They
 * draw their questions from the first records in the buffer, and learn those first.
 *
 * <p>Classes: p = softmax(ln f + Σ w) with f the running class frequencies. Values: Σ w on the
 * scale of the standardised target, with the error cut to ±1.
 */
final class FernMember {

  static final String NAME = "ferns";

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final long DOMAIN = 0x6665726E73L;

  /** Max part of the error of a value that a step corrects, and max step of a class's sum. */
  private static final float MAX_VALUE_RATE = 1f;

  private static final float MAX_CLASS_RATE = 8f;

  private final Ferns ferns;
  // [outputs]
  private float[] steps;

  FernMember(AutoShape shape, long keySeed) {
    ferns = new Ferns(size(shape.kind()), shape.inputs(), shape.outputs(), seed(shape, keySeed));
    steps = new float[shape.outputs()];
  }

  private static long seed(AutoShape shape, long keySeed) {
    long seed = WeightInitializer.mix(shape.kind().seed() ^ DOMAIN);
    return WeightInitializer.mix(seed ^ keySeed);
  }

  static Ferns.Size size(AutoShape.Kind kind) {
    // Three nominal columns of five values need 125 cells.
    int depth = kind.indicators() > 0 ? 7 : 6;
    return switch (kind.spec().tier()) {
      case FAST -> new Ferns.Size(32, depth);
      case BALANCED -> new Ferns.Size(128, depth);
      case ACCURATE -> new Ferns.Size(256, 7);
    };
  }

  /** Draws the questions and learns the first records once there are enough. */
  void startIfReady(AutoLearner learner, AutoScratch own) {
    ReplayBuffer buffer = learner.buffer;
    if (ferns.hasStarted() || !buffer.has(AutoLearner.FIRST_RECORDS)) {
      return;
    }
    int records = buffer.size();
    learner.predictBaseline(own); // frequencies of now, not those that a late label recalled
    NominalColumns nominal = learner.nominal();
    ferns.start(records, buffer::feature, nominal);
    float[] row = new float[buffer.inputs() + nominal.count()];
    for (int record = 0; record < records; record++) {
      buffer.copyFeatures(record, row);
      nominal.addCodes(row, buffer.inputs());
      ferns.select(row, 0, own.cells);
      learnRecord(learner, buffer.target(record), buffer.weight(record), own);
    }
  }

  private void learnRecord(AutoLearner learner, double target, float weight, AutoScratch own) {
    if (!learner.shape().isClassification()) {
      own.fernValue[0] = 0f;
      ferns.addSums(own.cells, own.fernValue, 0);
      learnValue(own, learner.scaledTarget(target), weight);
    } else if (learner.classes() > 1) {
      predictClasses(own, own.predictions, 0, learner.columns());
      learnClass(own, 0, (int) target, weight);
    }
  }

  /**
   * Writes the probability of each class from {@code at} on: the class frequencies before the
   * start.
   *
   * @param columns padded number of classes; the padding becomes 0
   */
  void predictClasses(AutoScratch own, int at, int columns) {
    if (ferns.hasStarted()) {
      ferns.select(own.encoded, own.encodedOffset, own.cells);
      predictClasses(own, own.predictions, at, columns);
    } else {
      Arrays.fill(own.predictions, at, at + columns, 0f);
      System.arraycopy(own.frequencies, 0, own.predictions, at, steps.length);
    }
  }

  private void predictClasses(AutoScratch own, float[] out, int at, int columns) {
    Arrays.fill(out, at, at + columns, 0f);
    System.arraycopy(own.logFrequencies, 0, out, at, steps.length);
    ferns.addSums(own.cells, out, at);
    KERNELS.softmax(out, at, 1, steps.length, columns);
  }

  /** Learns the class of the row that was predicted at {@code at}. */
  void learnClass(AutoScratch own, int at, int label, float weight) {
    if (!ferns.hasStarted()) {
      return;
    }
    float rate =
        Math.min(MixtureConstant.FERN_CLASS_RATE.value * weight, MAX_CLASS_RATE) / ferns.count();
    for (int o = 0; o < steps.length; o++) {
      float error = o == label ? own.predictions[at + o] - 1f : own.predictions[at + o];
      steps[o] = rate * error;
    }
    ferns.step(own.cells, steps);
  }

  /** Returns the scaled value: 0, the mean, before the start. */
  float predictValue(AutoScratch own) {
    own.fernValue[0] = 0f;
    if (ferns.hasStarted()) {
      ferns.select(own.encoded, own.encodedOffset, own.cells);
      ferns.addSums(own.cells, own.fernValue, 0);
    }
    return own.fernValue[0];
  }

  /** Learns the scaled value of the row that was predicted last. */
  void learnValue(AutoScratch own, float target, float weight) {
    if (ferns.hasStarted()) {
      float error = Math.max(-1f, Math.min(1f, own.fernValue[0] - target));
      steps[0] =
          Math.min(MixtureConstant.FERN_VALUE_RATE.value * weight, MAX_VALUE_RATE)
              / ferns.count()
              * error;
      ferns.step(own.cells, steps);
    }
  }

  void widen(int outputs) {
    ferns.widen(outputs);
    steps = new float[outputs];
  }

  /** Bytes in memory once started. */
  static long bytes(AutoShape.Kind kind, int outputs) {
    return size(kind).bytes(outputs);
  }

  long memoryBytes() {
    return ferns.memoryBytes();
  }

  void visit(StateVisitor v, NominalColumns nominal) throws IOException {
    ferns.visit(v, nominal);
  }
}
