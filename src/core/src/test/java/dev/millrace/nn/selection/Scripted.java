package dev.millrace.nn.selection;

import dev.millrace.data.BoundedDataInput;
import dev.millrace.data.Task;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PerExampleModel;
import dev.millrace.nn.RowVariants;
import dev.millrace.nn.Workspace;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.nn.spec.SelectionSpec;
import dev.millrace.nn.spec.SelectionSpec.NamedModel;
import dev.millrace.nn.spec.SelectionSpec.OnChange;
import dev.millrace.nn.spec.SelectionSpec.Promotion;
import java.io.DataOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * A model that says what it was told to: the features of an example are what each of the models
 * predicts for it, the probability of class 0 or the value.
 */
final class Scripted extends PerExampleModel {

  private final int place;
  private final boolean classes;
  private long examples;

  private Scripted(int place, boolean classes) {
    this.place = place;
    this.classes = classes;
  }

  /** A selection of scripted models {@code m0}, {@code m1} and so on. */
  static ChampionChallenger selection(int models, Task task, Promotion promotion) {
    List<NamedModel> entrants = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      entrants.add(new NamedModel("m" + i, ModelSpec.single(i)));
    }
    SelectionSpec spec = new SelectionSpec(entrants, "m0", false, promotion, OnChange.REJECT);
    return ChampionChallenger.create(
        spec,
        task,
        models,
        2,
        7,
        new ModelFactory() {
          @Override
          public OnlineModel create(
              ModelSpec own, Task ofTask, int inputs, int known, long keySeed) {
            return new Scripted((int) own.seed(), ofTask.isClassification());
          }

          @Override
          public OnlineModel read(
              BoundedDataInput in, ModelSpec own, Task ofTask, Workspace shared) {
            throw new UnsupportedOperationException();
          }
        });
  }

  @Override
  public Indicators indicators() {
    return Indicators.NONE;
  }

  @Override
  public void predict(float[] features, int offset, float[] out) {
    float said = features[offset + place];
    out[0] = said;
    if (classes) {
      out[1] = 1 - said;
    }
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int classIndex, float weight, float[] out, int outOffset) {
    predict(features, offset, out);
    examples++;
    return 0f;
  }

  @Override
  protected float learnValue(
      float[] features, int offset, double target, float weight, float[] out, int outOffset) {
    return learnClass(features, offset, 0, weight, out, outOffset);
  }

  @Override
  public void predictNext(float[] features, int offset, float[] out) {
    predict(features, offset, out);
  }

  @Override
  public void predictVariants(
      float[] features, int offset, int count, RowVariants variants, float[] out) {
    float[] prediction = new float[outputs()];
    for (int i = 0; i < count; i++) {
      predict(variants.row(i), 0, prediction);
      System.arraycopy(prediction, 0, out, i * outputs(), outputs());
    }
  }

  @Override
  public int inputs() {
    return 1;
  }

  @Override
  public int outputs() {
    return classes ? 2 : 1;
  }

  @Override
  public int classes() {
    return classes ? 2 : 0;
  }

  @Override
  public long steps() {
    return examples;
  }

  @Override
  public long examples() {
    return examples;
  }

  @Override
  public long skippedSteps() {
    return 0;
  }

  @Override
  public long clippedSteps() {
    return 0;
  }

  @Override
  public long rollbacks() {
    return 0;
  }

  @Override
  public long keySeed() {
    return 0;
  }

  @Override
  public float learningRate() {
    return 0;
  }

  @Override
  public void use(Workspace shared) {}

  @Override
  public void addClass() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public OnlineModel copy() {
    Scripted copy = new Scripted(place, classes);
    copy.examples = examples;
    return copy;
  }

  @Override
  public void write(DataOutput out) {
    throw new UnsupportedOperationException();
  }
}
