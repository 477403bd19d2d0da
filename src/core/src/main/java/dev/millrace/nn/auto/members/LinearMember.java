package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A linear model in which each weight has a learning rate of its own, by the squares of its
 * gradients. If all of them are summed up (AdaGrad, Duchi et al., 2011), a feature that is rarely
 * other than 0 keeps long steps, as the id of a user needs them. If old ones are forgotten, all
 * steps stay long enough to follow a change.
 *
 * <p>Classes: p = softmax(ln f + b + Σ x_i·w_i) with f the running class frequencies, so it
 * predicts those until it has learned more. Values: b + Σ x_i·w_i on the scale of the standardised
 * target, with the error cut to ±1. A feature that is 0 costs one comparison.
 */
final class LinearMember implements Member {

  private static final Kernels KERNELS = KernelProvider.kernels();

  /** One such member of each mixture. */
  record Plan(MixtureKind kind) implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of("linear");
    }

    @Override
    public Start start() {
      return kind.hasIds() ? Start.EQUAL : Start.NONE;
    }

    @Override
    public Part share() {
      return Part.LINEAR;
    }

    @Override
    public long memoryBytes() {
      return floats(kind.inputs(), kind.outputs()) * Float.BYTES;
    }

    /** Squares of ids and of what comes with them are not forgotten. */
    @Override
    public Member create(MixtureParts parts, Place place) {
      return new LinearMember(kind.inputs(), kind.outputs(), !kind.hasIds(), place);
    }
  }

  private final int prediction;
  private final int inputs;
  // Share of old squares.
  private final float keptInTime;
  private int outputs;
  // [inputs + 1 x outputs], the last row is the bias.
  private float[] weights;
  // Sums of squared gradients.
  private float[] squares;

  /**
   * Creates a member that has learned nothing.
   *
   * @param forgets true if old squares are forgotten
   */
  LinearMember(int inputs, int outputs, boolean forgets, MemberPlan.Place place) {
    prediction = place.prediction();
    this.inputs = inputs;
    keptInTime = forgets ? 1f - 1f / Math.max(1f, MixtureConstant.LINEAR_MEMORY.value) : 1f;
    this.outputs = outputs;
    weights = new float[(inputs + 1) * outputs];
    squares = new float[(inputs + 1) * outputs];
  }

  /** Number of weights and sums of squares. */
  private static long floats(long inputs, long outputs) {
    return 2 * (inputs + 1) * outputs;
  }

  @Override
  public void predict(Row row) {
    int at = row.at(prediction);
    if (row.isClassification) {
      predictClasses(row.scaled, row.logFrequencies, row.predictions, at, row.columns);
    } else {
      predictValue(row.scaled, row.predictions, at);
      row.setScaled(prediction, row.predictions[at]);
    }
  }

  @Override
  public void learn(Row row) {
    predict(row);
    int at = row.at(prediction);
    float weight = row.weight;
    if (row.isClassification) {
      learnClass(row.scaled, row.predictions, at, row.label(), weight, row.isLate());
    } else {
      float predicted = row.predictions[at];
      learnValue(row.scaled, predicted, row.scaledTarget, weight, row.isLate());
    }
  }

  /** Adds b + Σ x_i·w_i to the outputs from {@code at} on. */
  private void addSums(float[] x, float[] out, int at) {
    for (int o = 0; o < outputs; o++) {
      out[at + o] += weights[inputs * outputs + o];
    }
    for (int i = 0; i < inputs; i++) {
      float value = x[i];
      if (value != 0f) {
        int row = i * outputs;
        for (int o = 0; o < outputs; o++) {
          out[at + o] += value * weights[row + o];
        }
      }
    }
  }

  /** Writes the scaled value at {@code at}. */
  void predictValue(float[] x, float[] out, int at) {
    out[at] = 0f;
    addSums(x, out, at);
  }

  /**
   * Writes the probability of each class from {@code at} on.
   *
   * @param logFrequencies of the classes
   * @param columns padded number of classes; the padding becomes 0
   */
  void predictClasses(float[] x, float[] logFrequencies, float[] out, int at, int columns) {
    System.arraycopy(logFrequencies, 0, out, at, outputs);
    Arrays.fill(out, at + outputs, at + columns, 0f);
    addSums(x, out, at);
    KERNELS.softmax(out, at, 1, outputs, columns);
  }

  /**
   * Learns the class of the features from the probabilities that were predicted for them.
   *
   * @param isLate true if the label came later than the features: nothing is forgotten for it
   */
  void learnClass(float[] x, float[] predicted, int at, int label, float weight, boolean isLate) {
    float rate = rate(x);
    float kept = isLate ? 1f : keptInTime;
    for (int i = 0; i <= inputs; i++) {
      float value = i < inputs ? x[i] : 1f;
      if (value != 0f) {
        for (int o = 0; o < outputs; o++) {
          float error = o == label ? predicted[at + o] - 1f : predicted[at + o];
          step(i * outputs + o, error * value * weight, rate, kept);
        }
      }
    }
  }

  /**
   * Learns the scaled value of the features from the one that was predicted for them.
   *
   * @param isLate as of a class
   */
  void learnValue(float[] x, float predicted, float target, float weight, boolean isLate) {
    float rate = rate(x);
    float kept = isLate ? 1f : keptInTime;
    float error = Math.max(-1f, Math.min(1f, predicted - target)) * weight;
    step(inputs, error, rate, kept);
    for (int i = 0; i < inputs; i++) {
      if (x[i] != 0f) {
        step(i, error * x[i], rate, kept);
      }
    }
  }

  private float rate(float[] x) {
    float squared = 1f;
    for (int i = 0; i < inputs; i++) {
      squared += x[i] * x[i];
    }
    return MixtureConstant.LINEAR_RATE.value / (float) Math.sqrt(squared);
  }

  private void step(int at, float gradient, float rate, float kept) {
    squares[at] = kept * squares[at] + gradient * gradient;
    weights[at] -= rate * gradient / (1f + (float) Math.sqrt(squares[at]));
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    widen(grown.outputs());
  }

  /**
   * Makes room for more classes, whose weights start at 0.
   *
   * @param all number of outputs, old and new
   */
  void widen(int all) {
    weights = widened(weights, all);
    squares = widened(squares, all);
    outputs = all;
  }

  private float[] widened(float[] values, int more) {
    float[] wider = new float[(inputs + 1) * more];
    for (int i = 0; i <= inputs; i++) {
      System.arraycopy(values, i * outputs, wider, i * more, outputs);
    }
    return wider;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.alternating(weights, squares);
  }
}
