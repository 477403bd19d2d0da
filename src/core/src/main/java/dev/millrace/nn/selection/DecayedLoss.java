package dev.millrace.nn.selection;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** Decayed means of a model's loss and accuracy, weighted by the examples. */
final class DecayedLoss {

  private double weight;
  private double loss;
  private double hits;

  /** Returns the mean loss; NaN before the first example. */
  double loss() {
    return loss / weight;
  }

  /** Returns the share of the examples whose class was predicted; NaN before the first. */
  double accuracy() {
    return hits / weight;
  }

  void update(double exampleWeight, double exampleLoss, boolean hit, double keep) {
    weight = weight * keep + exampleWeight;
    loss = loss * keep + exampleWeight * exampleLoss;
    hits = hits * keep + (hit ? exampleWeight : 0);
  }

  DecayedLoss copy() {
    DecayedLoss copy = new DecayedLoss();
    copy.weight = weight;
    copy.loss = loss;
    copy.hits = hits;
    return copy;
  }

  void write(DataOutput out) throws IOException {
    out.writeDouble(weight);
    out.writeDouble(loss);
    out.writeDouble(hits);
  }

  static DecayedLoss read(DataInput in) throws IOException {
    DecayedLoss read = new DecayedLoss();
    read.weight = in.readDouble();
    read.loss = in.readDouble();
    read.hits = in.readDouble();
    return read;
  }
}
