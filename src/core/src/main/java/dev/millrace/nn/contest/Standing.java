package dev.millrace.nn.contest;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** How a model of a contest did of late: fading means, weighted by the examples. */
final class Standing {

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

  Standing copy() {
    Standing copy = new Standing();
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

  static Standing read(DataInput in) throws IOException {
    Standing standing = new Standing();
    standing.weight = in.readDouble();
    standing.loss = in.readDouble();
    standing.hits = in.readDouble();
    return standing;
  }
}
