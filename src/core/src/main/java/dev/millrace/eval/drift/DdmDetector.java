package dev.millrace.eval.drift;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Drift detection method (Gama et al., Learning with Drift Detection, SBIA 2004): with the error
 * rate p and its deviation s = √(p(1 - p) / n), a drift is p + s above p<sub>min</sub> + 3
 * s<sub>min</sub>, taken where p + s was lowest.
 */
final class DdmDetector implements DriftDetector {

  private final DriftSpec.Ddm spec;
  private long examples;
  // Starts at 1, as if an error had been seen before the first example.
  private double errorRate = 1;
  private double lowestRate = Double.MAX_VALUE;
  private double lowestDeviation = Double.MAX_VALUE;

  DdmDetector(DriftSpec.Ddm spec) {
    this.spec = spec;
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    errorRate += (value - errorRate) / examples;
    double deviation = Math.sqrt(Math.max(0, errorRate * (1 - errorRate)) / examples);
    if (examples + 1 < spec.minExamples()) {
      return DriftSignal.NONE;
    }
    double level = errorRate + deviation;
    if (level <= lowestRate + lowestDeviation) {
      lowestRate = errorRate;
      lowestDeviation = deviation;
    }
    if (examples + 1 > spec.minExamples()) {
      if (level > lowestRate + spec.drift() * lowestDeviation) {
        reset();
        return DriftSignal.DRIFT;
      }
      if (level > lowestRate + spec.warning() * lowestDeviation) {
        return DriftSignal.WARNING;
      }
    }
    return DriftSignal.NONE;
  }

  private void reset() {
    examples = 0;
    errorRate = 1;
    lowestRate = Double.MAX_VALUE;
    lowestDeviation = Double.MAX_VALUE;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    errorRate = v.number(errorRate);
    lowestRate = v.number(lowestRate);
    lowestDeviation = v.number(lowestDeviation);
  }
}
