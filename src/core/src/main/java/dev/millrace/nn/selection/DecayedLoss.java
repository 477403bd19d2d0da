package dev.millrace.nn.selection;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/** Decayed means of a model's loss and accuracy, weighted by the examples. */
final class DecayedLoss implements State {

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

  @Override
  public void visit(StateVisitor v) throws IOException {
    weight = v.number(weight);
    loss = v.number(loss);
    hits = v.number(hits);
  }
}
