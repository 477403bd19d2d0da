package dev.millrace.eval.drift;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Page-Hinkley test (Page, Continuous Inspection Schemes, Biometrika 41, 1954) for a rise of the
 * mean, with forgetting: a drift is when the sum of x<sub>i</sub> - mean<sub>i</sub> - delta lies
 * above its running minimum by more than the threshold.
 *
 * <p>The sum and its minimum are multiplied by alpha at each number, so their difference is max(0,
 * alpha * difference + x<sub>i</sub> - mean<sub>i</sub> - delta). With alpha 1 that is Page's test
 * and River's. With a smaller one River forgets the sum alone: after errors became fewer it returns
 * from far below zero, which looks like a rise.
 */
final class PageHinkleyDetector implements DriftDetector {

  private final DriftSpec.PageHinkley spec;
  private long examples;
  private double mean;
  private double aboveMinimum;

  PageHinkleyDetector(DriftSpec.PageHinkley spec) {
    this.spec = spec;
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    mean += (value - mean) / examples;
    aboveMinimum = Math.max(0, spec.alpha() * aboveMinimum + (value - mean - spec.delta()));
    if (examples < spec.minExamples() || aboveMinimum <= spec.threshold()) {
      return DriftSignal.NONE;
    }
    examples = 0;
    mean = 0;
    aboveMinimum = 0;
    return DriftSignal.DRIFT;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    mean = v.number(mean);
    aboveMinimum = v.number(aboveMinimum);
  }
}
