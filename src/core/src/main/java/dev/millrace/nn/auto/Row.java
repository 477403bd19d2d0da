package dev.millrace.nn.auto;

import dev.millrace.nn.Workspace;
import dev.millrace.simd.Kernels;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A record as the parts of a mixture see it, and what its members predict. All mixtures of a thread
 * share one; no number outlives a call, and none changes its meaning within one.
 */
final class Row {

  private static final float[] EMPTY = {};

  /** Scratch of the thread; members keep theirs there. */
  final Workspace workspace;

  final ReplaySampler draws = new ReplaySampler();

  // Learned before this record.
  long examples;
  boolean isClassification;
  // Known ones; 0 of values.
  int classes;
  int predictionCount;
  // Padded number of outputs, and floats from one prediction to the next.
  int columns;
  int stride;

  // The record as it came; columns that predict the target are relative to their base.
  float[] features = EMPTY;
  int offset;
  // What members see, NaN is missing; then the codes of nominal columns.
  float[] encoded = EMPTY;
  // The same without codes, scaled and padded to whole lanes.
  float[] scaled = EMPTY;

  // Of classes without features, [classes], and their logarithms.
  float[] frequencies = EMPTY;
  float[] logFrequencies = EMPTY;
  // Index of the previous class, -1 before the first: now, and when the features came.
  int previous;
  int previousThen;
  // Of values so far, on the scale that the mixture learns.
  double mean;
  double deviation;
  // The last value that was known when the features came, NaN if none: of the target, and on the
  // scale that the mixture learns, NaN there if it is not to be used.
  double last;
  double scaledLast;

  // [predictions x stride]: probabilities of classes, or values on the scale of the members.
  float[] predictions = EMPTY;
  // [predictions], on the scale that the mixture learns.
  double[] values = {};
  // [classes]: the mixture of the predictions.
  float[] mixed = EMPTY;

  // Index of the class, or the value on the scale that the mixture learns; as members learn it.
  double target;
  float scaledTarget;
  float weight;
  // True if a network skipped its step.
  boolean hasSkipped;
  // What was remembered when the features came; null if they came with the label.
  float @Nullable [] memory;
  int memoryAt;
  // The same predictions, when the features came.
  private @Nullable Row then;

  private Row(Workspace workspace) {
    this.workspace = workspace;
  }

  /** Returns the one that mixtures share as they share the workspace. */
  static Row of(Workspace workspace) {
    return workspace.shared(Row.class, () -> new Row(workspace));
  }

  /** Makes room for a mixture of a kind. */
  void fit(MixtureKind kind, int count) {
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

  static float[] grown(float[] array, int length) {
    return array.length < length ? new float[length] : array;
  }

  /**
   * Begins a record.
   *
   * @param count number of the members' predictions
   * @param remembered when the features came, null if they came with the label or have none yet
   */
  void begin(
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

  boolean isLate() {
    return memory != null;
  }

  int label() {
    return (int) target;
  }

  /** Returns where a prediction begins. */
  int at(int prediction) {
    return prediction * stride;
  }

  /** Sets a value that is predicted on the scale of the members. */
  void setScaled(int prediction, float value) {
    predictions[prediction * stride] = value;
    values[prediction] = mean + deviation * value;
  }

  /** Returns a row for what was predicted of this record when its features came. */
  Row then() {
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
