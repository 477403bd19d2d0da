package dev.millrace.nn.auto.rows;

import dev.millrace.nn.Workspace;
import dev.millrace.nn.experts.ExpertScratch;
import dev.millrace.nn.ids.IdLearner;
import dev.millrace.simd.Kernels;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record as the parts of a mixture see it, and what its members predict. All mixtures of a thread
 * share one; no number outlives a call, and none changes its meaning within one.
 */
public final class Row {

  private static final float[] EMPTY = {};

  /** Scratch of the thread; members keep theirs there. */
  public final Workspace workspace;

  /** The records to replay, and the place where this one will be kept. */
  public final ReplaySampler draws = new ReplaySampler();

  /** The ids that the row names, as they were looked up. */
  public final IdLearner.Scratch ids = new IdLearner.Scratch();

  /** What the columns that predict the target say of this record. */
  final ExpertScratch experts = new ExpertScratch();

  /** Number of examples learned before this one. */
  public long examples;

  /** True if the target is a class. */
  public boolean isClassification;

  /** Number of known classes, 0 of values. */
  public int classes;

  /** Padded number of outputs. */
  public int columns;

  /** Floats from one prediction to the next. */
  public int stride;

  int predictionCount;

  /** The record as it came; columns that predict the target are relative to their base. */
  public float[] features = EMPTY;

  /** Where the record starts in {@link #features}. */
  public int offset;

  /** What members see, NaN is missing; then the codes of nominal columns. */
  public float[] encoded = EMPTY;

  /** {@link #encoded} without the codes, scaled and padded to whole lanes. */
  public float[] scaled = EMPTY;

  /** Probabilities of the classes without features, [classes]. */
  public float[] frequencies = EMPTY;

  /** The logarithms of the {@link #frequencies}. */
  public float[] logFrequencies = EMPTY;

  /** Index of the previous class, -1 before the first. */
  public int previous;

  /** Index of the class that was the previous one when the features came, -1 before the first. */
  public int previousThen;

  /** Mean of the values so far, on the scale that the mixture learns. */
  public double mean;

  double deviation;

  // The last value that was known when the features came, NaN if none.
  double last;

  /** The last value on the scale that the mixture learns, NaN if it is not to be used. */
  public double scaledLast;

  /** Predictions, [predictions x stride]: probabilities, or values on the scale of the members. */
  public float[] predictions = EMPTY;

  /** Predicted values on the scale that the mixture learns, [predictions]. */
  public double[] values = {};

  /** The mixture of the predictions, [classes]. */
  public float[] mixed = EMPTY;

  /** Index of the class, or the value on the scale that the mixture learns. */
  public double target;

  /** The target as members learn it. */
  public float scaledTarget;

  /** Weight of the example. */
  public float weight;

  /** True if a network skipped its step. */
  public boolean hasSkipped;

  /** What was remembered when the features came; null if they came with the label. */
  public float @Nullable [] memory;

  /** Where the numbers of this record start in {@link #memory}. */
  public int memoryAt;

  // The same predictions, when the features came.
  private @Nullable Row then;

  private Row(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Returns the one that mixtures share as they share the workspace. */
  public static Row of(Workspace workspace) {
    return workspace.shared(Row.class, () -> new Row(workspace));
  }

  /** Makes room for a mixture of a kind. */
  public void fit(MixtureKind kind, int count) {
    // No more nominal columns than inputs.
    encoded = grown(encoded, 2 * kind.inputs());
    scaled = grown(scaled, Kernels.stride(kind.inputs()));
    if (values.length < count) {
      values = new double[count];
    }
    fit(count, kind.outputs());
    then = then == null ? new Row(workspace) : then;
    then.fit(count, kind.outputs());
  }

  private void fit(int count, int outputs) {
    int outputStride = Kernels.stride(Kernels.padded(outputs));
    predictions = grown(predictions, (count + 1) * outputStride);
    mixed = grown(mixed, 2 * outputStride);
    frequencies = grown(frequencies, outputs);
    logFrequencies = grown(logFrequencies, outputs);
  }

  /** Returns the array, or a longer one if it is too short. */
  public static float[] grown(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }

  /**
   * Begins a record.
   *
   * @param count number of the members' predictions
   * @param remembered when the features came, null if they came with the label or have none yet
   */
  public void begin(
      MixtureKind kind,
      int count,
      long number,
      float[] from,
      int at,
      float @Nullable [] remembered,
      int rememberedAt) {
    examples = number;
    isClassification = kind.isClassification();
    classes = kind.classes();
    predictionCount = count;
    columns = Kernels.padded(kind.outputs());
    stride = Kernels.stride(columns);
    features = from;
    offset = at;
    memory = remembered;
    memoryAt = rememberedAt;
  }

  /** Returns true if the label comes later than the features. */
  public boolean isLate() {
    return memory != null;
  }

  /** Returns the index of the class. */
  public int label() {
    return (int) target;
  }

  /** Returns where a prediction begins. */
  public int at(int prediction) {
    return prediction * stride;
  }

  /** Sets a value that is predicted on the scale of the members. */
  public void setScaled(int prediction, float value) {
    predictions[prediction * stride] = value;
    values[prediction] = mean + deviation * value;
  }

  /** Returns a row for what was predicted of this record when its features came. */
  public Row then() {
    Row row = Objects.requireNonNull(then);
    row.begin(this);
    return row;
  }

  private void begin(Row other) {
    examples = other.examples;
    isClassification = other.isClassification;
    classes = other.classes;
    predictionCount = other.predictionCount;
    columns = other.columns;
    stride = other.stride;
    target = other.target;
    weight = other.weight;
  }
}
