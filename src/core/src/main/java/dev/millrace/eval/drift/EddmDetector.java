package dev.millrace.eval.drift;

import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * Early drift detection method (Baena-García et al., Early Drift Detection Method, 2006): a drift
 * is when the distance between two errors, mean + 2 deviations, falls below a share of the largest
 * it ever had.
 */
final class EddmDetector implements DriftDetector {

  private static final int MIN_EXAMPLES = 30;

  private final DriftSpec.Eddm spec;
  private long examples;
  private long errors;
  private long lastError;
  private double meanDistance;
  private double squaredDeviations;
  private double largest;
  // A warning lasts until the next error.
  private boolean warned;

  EddmDetector(DriftSpec.Eddm spec) {
    this.spec = spec;
  }

  /** {@inheritDoc} Any number but 0 counts as an error. */
  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    if (value != 0) {
      warned = false;
      if (addError()) {
        reset();
        return DriftSignal.DRIFT;
      }
    }
    return warned ? DriftSignal.WARNING : DriftSignal.NONE;
  }

  /** Adds an error; returns true if it is a drift. */
  private boolean addError() {
    errors++;
    double distance = examples - lastError;
    lastError = examples;
    double before = distance - meanDistance;
    meanDistance += before / errors;
    squaredDeviations += (distance - meanDistance) * before;
    if (examples < MIN_EXAMPLES) {
      return false;
    }
    double level = meanDistance + 2 * Math.sqrt(squaredDeviations / errors);
    if (level > largest) {
      largest = level;
      return false;
    }
    if (errors <= spec.minErrors()) {
      return false;
    }
    double share = level / largest;
    warned = share < spec.warning();
    return share < spec.drift();
  }

  private void reset() {
    examples = 0;
    errors = 0;
    lastError = 0;
    meanDistance = 0;
    squaredDeviations = 0;
    largest = 0;
    warned = false;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    examples = v.number(examples);
    errors = v.number(errors);
    lastError = v.number(lastError);
    meanDistance = v.number(meanDistance);
    squaredDeviations = v.number(squaredDeviations);
    largest = v.number(largest);
    warned = v.flag(warned);
  }
}
