package dev.millrace.eval.drift;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Page-Hinkley test (Page, Continuous Inspection Schemes, Biometrika 41, 1954) for a rise of the
 * mean, with forgetting: a drift is Σ alpha<sup>t-i</sup> (x<sub>i</sub> - mean<sub>i</sub> -
 * delta) above the threshold.
 */
final class PageHinkley implements DriftDetector {

  private final DriftSpec.PageHinkley spec;
  private long examples;
  private double mean;
  private double sum;

  PageHinkley(DriftSpec.PageHinkley spec) {
    this.spec = spec;
  }

  private PageHinkley(PageHinkley other) {
    spec = other.spec;
    examples = other.examples;
    mean = other.mean;
    sum = other.sum;
  }

  @Override
  public DriftSignal update(double value) {
    if (!Double.isFinite(value)) {
      return DriftSignal.NONE;
    }
    examples++;
    mean += (value - mean) / examples;
    sum = spec.alpha() * sum + (value - mean - spec.delta());
    if (examples + 1 < spec.minExamples() || sum <= spec.threshold()) {
      return DriftSignal.NONE;
    }
    examples = 0;
    mean = 0;
    sum = 0;
    return DriftSignal.DRIFT;
  }

  @Override
  public long memoryBytes() {
    return 0;
  }

  @Override
  public PageHinkley copy() {
    return new PageHinkley(this);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeLong(examples);
    out.writeDouble(mean);
    out.writeDouble(sum);
  }

  @Override
  public void read(DataInput in) throws IOException {
    examples = in.readLong();
    mean = in.readDouble();
    sum = in.readDouble();
  }
}
