package dev.millrace.nn.selection;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How a model of a selection did of late: fading means, weighted by the examples. */
final class DecayedLoss {

  private double weight;
  private double loss;
  private double hits;

  /** Mean loss; NaN before the first example. */
  double loss() {
    return loss / weight;
  }

  /** Share of the examples whose class was predicted; NaN before the first. */
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
    DecayedLoss standing = new DecayedLoss();
    standing.weight = in.readDouble();
    standing.loss = in.readDouble();
    standing.hits = in.readDouble();
    return standing;
  }
}
