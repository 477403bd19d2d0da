package dev.millrace.nn;

/** A model that learns several examples one after the other. */
public abstract class PerExampleModel implements OnlineModel {

  /** Called before the model learns a number of examples. */
  protected void expect(int examples) {}

  /** Learns a known class, see {@link #learnClass(float[], int, int, float, float[])}. */
  protected abstract float learnClass(
      float[] features, int offset, int classIndex, float weight, float[] out, int outOffset);

  /** Learns a value, see {@link #learnValue(float[], int, double, float, float[])}. */
  protected abstract float learnValue(
      float[] features, int offset, double target, float weight, float[] out, int outOffset);

  @Override
  public final float learnClass(
      float[] features, int offset, int classIndex, float weight, float[] out) {
    Labels.requireClass(classIndex, classes(), this);
    Labels.requireWeight(weight);
    expect(1);
    return learnClass(features, offset, classIndex, weight, out, 0);
  }

  @Override
  public final void learnClasses(
      float[] features,
      int offset,
      int rows,
      int[] classIndexes,
      float[] weights,
      float[] out,
      float[] losses) {
    for (int r = 0; r < rows; r++) {
      Labels.requireClass(classIndexes[r], classes(), this);
      Labels.requireWeight(weights[r]);
    }
    expect(rows);
    int at = offset;
    for (int r = 0; r < rows; r++, at += inputs()) {
      losses[r] = learnClass(features, at, classIndexes[r], weights[r], out, r * classes());
    }
  }

  @Override
  public final float learnValue(
      float[] features, int offset, double target, float weight, float[] out) {
    Labels.requireValues(this);
    Labels.requireTarget(target);
    Labels.requireWeight(weight);
    expect(1);
    return learnValue(features, offset, target, weight, out, 0);
  }

  @Override
  public final void learnValues(
      float[] features,
      int offset,
      int rows,
      double[] targets,
      float[] weights,
      float[] out,
      float[] losses) {
    Labels.requireValues(this);
    for (int r = 0; r < rows; r++) {
      Labels.requireTarget(targets[r]);
      Labels.requireWeight(weights[r]);
    }
    expect(rows);
    int at = offset;
    for (int r = 0; r < rows; r++, at += inputs()) {
      losses[r] = learnValue(features, at, targets[r], weights[r], out, PredictedValue.FLOATS * r);
    }
  }
}
