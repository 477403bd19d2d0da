package dev.millrace.nn.auto;

import dev.millrace.nn.AutoSpec.Extra;
import dev.millrace.nn.Indicators;
import dev.millrace.nn.Loss;
import dev.millrace.simd.Kernels;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/** The mixture that predicts classes. */
final class AutoClassifier extends AutoLearner {

  private final ClassFrequencies frequencies;
  private final ClassMixer mixer;

  AutoClassifier(
      AutoShape shape, Indicators indicators, long keySeed, AutoScratch scratch, Members members) {
    super(shape, indicators, keySeed, scratch, members);
    frequencies = new ClassFrequencies(shape.classes());
    mixer = new ClassMixer(weights, shape.classes());
  }

  private AutoClassifier(AutoClassifier other, long keySeed) {
    super(other, keySeed);
    frequencies = other.frequencies.copy();
    mixer = other.mixer.copy(weights);
  }

  @Override
  AutoClassifier copy(long otherKeySeed) {
    return new AutoClassifier(this, otherKeySeed);
  }

  @Override
  public boolean isFinite() {
    return super.isFinite() && frequencies.isFinite() && mixer.isFinite();
  }

  @Override
  public int outputs() {
    return classes();
  }

  @Override
  float scaledTarget(double label) {
    return (float) label;
  }

  @Override
  void mix(AutoScratch own, float[] out) {
    predictByOthers(own);
    mix(own, out, 0);
  }

  private void mix(AutoScratch own, float[] out, int outOffset) {
    if (classes() == 1) {
      out[outOffset] = 1f;
      return;
    }
    mixer.mix(own, columns());
    int at = linearAt();
    for (int j = 0; j < classes(); j++) {
      out[outOffset + j] =
          (float) answer.average(own.mixed[j], own.predictions[at + j], own.frequencies[j]);
    }
  }

  /** Writes the predictions of all members but the networks to the scratch. */
  private void predictByOthers(AutoScratch own) {
    int stride = Kernels.stride(columns());
    int at = linearAt();
    predictBaseline(own);
    linear.predictClasses(scaled(own), own.logFrequencies, own.predictions, at, columns());
    at += stride;
    ferns.predictClasses(own, at, columns());
    at += stride;
    if (ids != null) {
      ids.predictClasses(own, shape(), at, columns());
      at += shape().kind().idPredictions() * stride;
    }
    if (shape().has(Extra.KNN)) {
      own.neighbours.find(own.encoded, own.encodedOffset, scaler, CLIP, buffer);
      Arrays.fill(own.predictions, at, at + stride, 0f);
      own.neighbours.vote(buffer, own.predictions, at, classes());
      at += stride;
    }
    if (previousLabel != null) {
      Arrays.fill(own.predictions, at, at + stride, 0f);
      previousLabel.predict(own.predictions, at);
    }
  }

  @Override
  protected float learnClass(
      float[] features, int offset, int label, float weight, float[] out, int outOffset) {
    AutoScratch own = scratch();
    float limited = limited(weight);
    boolean replays = prepare(features, offset, limited, own);
    float loss = 0f;
    if (classes() == 1) {
      out[outOffset] = 1f; // nothing to tell apart yet
    } else {
      learnMembers(label, replays, own);
      predictByOthers(own);
      mix(own, out, outOffset);
      loss = Loss.negativeLogLikelihood(out[outOffset + label]);
      learnAnswer(label, limited, own);
      mixer.learn(own, label, limited, examples());
      linear.learnClass(scaled(own), own.predictions, linearAt(), label, limited);
      ferns.learnClass(own, fernsAt(), label, limited);
    }
    if (ids != null) {
      int stride = Kernels.stride(columns());
      ids.learnClass(own, shape(), fernsAt() + stride, stride, label, limited);
    }
    frequencies.learn(label, limited);
    keep(label, limited, own);
    return loss;
  }

  @Override
  void predictBaseline(AutoScratch own) {
    frequencies.predict(own.frequencies, own.logFrequencies);
  }

  private void learnAnswer(int label, float weight, AutoScratch own) {
    float ofBaseline = -own.logFrequencies[label];
    answer.learn(
        Loss.negativeLogLikelihood(own.mixed[label]),
        Loss.negativeLogLikelihood(own.predictions[linearAt() + label]),
        ofBaseline,
        weight,
        examples());
    weights.addLoss(weights.predictions, ofBaseline);
  }

  @Override
  public void addClass() {
    super.addClass();
    mixer.addClass();
    frequencies.addClass();
  }

  @Override
  void writeMixer(DataOutput out) throws IOException {
    mixer.write(out);
    frequencies.write(out);
  }

  @Override
  void readMixer(DataInput in) throws IOException {
    mixer.read(in);
    frequencies.read(in);
  }
}
