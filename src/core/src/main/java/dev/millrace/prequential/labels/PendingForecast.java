package dev.millrace.prequential.labels;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.Task;
import dev.millrace.eval.KnownValues;
import dev.millrace.nn.PredictedValue;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * A forecast whose value is still to come.
 *
 * @param features with what the model said
 * @param target position of the value in the series
 * @param known forecasts of the baselines
 */
public record PendingForecast(PendingFeatures features, long target, KnownValues known) {
  // Of the objects and their references.
  private static final int OBJECT_BYTES = 200;

  /** Returns the value that was forecast; NaN before the model's first label. */
  public double value() {
    return PredictedValue.read(features.scores(), 0);
  }

  public long memoryBytes() {
    return OBJECT_BYTES + features.arrayBytes() + (long) known.seasonal().length * Double.BYTES;
  }

  public void write(DataOutput out) throws IOException {
    features.write(out);
    out.writeLong(target);
    out.writeDouble(known.lastValue());
    out.writeDouble(known.mean());
    out.writeInt(known.seasonal().length);
    for (double value : known.seasonal()) {
      out.writeDouble(value);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param baselines number of seasonal baselines
   */
  public static PendingForecast read(DataInput in, int outputs, int baselines) throws IOException {
    PendingFeatures features = PendingFeatures.read(in, Task.REGRESSION, outputs);
    long target = in.readLong();
    double lastValue = in.readDouble();
    double mean = in.readDouble();
    SizeChecks.require("seasonal baselines of a forecast", in.readInt(), baselines);
    double[] seasonal = new double[baselines];
    for (int b = 0; b < baselines; b++) {
      seasonal[b] = in.readDouble();
    }
    return new PendingForecast(features, target, new KnownValues(lastValue, mean, seasonal));
  }
}
