package dev.millrace.eval.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Drift detection method (Gama et al., Learning with Drift Detection, SBIA 2004): with the error
 * rate p and its deviation s = √(p(1 - p) / n), a drift is p + s above p<sub>min</sub> + 3
 * s<sub>min</sub>, taken where p + s was lowest.
 */
final class Ddm implements DriftDetector {

  private final DriftSpec.Ddm spec;
  private long examples;
  // Starts at 1, as if an error had been seen before the first example.
  private double errorRate = 1;
  private double lowest = Double.MAX_VALUE;
  private double lowestRate = Double.MAX_VALUE;
  private double lowestDeviation = Double.MAX_VALUE;

  Ddm(DriftSpec.Ddm spec) {
    this.spec = spec;
  }

  private Ddm(Ddm other) {
    spec = other.spec;
    examples = other.examples;
    errorRate = other.errorRate;
    lowest = other.lowest;
    lowestRate = other.lowestRate;
    lowestDeviation = other.lowestDeviation;
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
    if (level <= lowest) {
      lowest = level;
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
    lowest = Double.MAX_VALUE;
    lowestRate = Double.MAX_VALUE;
    lowestDeviation = Double.MAX_VALUE;
  }

  @Override
  public Ddm copy() {
    return new Ddm(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeLong(examples);
    out.writeDouble(errorRate);
    out.writeDouble(lowestRate);
    out.writeDouble(lowestDeviation);
  }

  @Override
  public void read(DataInput in) throws IOException {
    examples = in.readLong();
    errorRate = in.readDouble();
    lowestRate = in.readDouble();
    lowestDeviation = in.readDouble();
    lowest = lowestRate + lowestDeviation;
  }
}
