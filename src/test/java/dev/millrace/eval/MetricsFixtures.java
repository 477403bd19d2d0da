package dev.millrace.eval;

import dev.millrace.data.MetricsReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.SplittableRandom;

/** What the tests of metrics share. */
final class MetricsFixtures {

  private MetricsFixtures() {}

  static MetricsSpec spec(int window) {
    return spec(window, null);
  }

  static MetricsSpec spec(int window, String positive) {
    return new MetricsSpec(window, 1000, 0, true, true, positive);
  }

  static MetricsReport.Context context(List<String> classes) {
    MetricsReport.Offsets input =
        new MetricsReport.Offsets(
            "millrace.examples.v1", new int[] {0}, new long[] {10}, new long[] {20});
    return new MetricsReport.Context(
        "fraud", "shop-17", 11, 11, 11, 0, classes, 0.02, 0, input, "");
  }

  /** Adds one random example of 5 classes, or one random number. */
  static void addRandom(RollingMetrics metrics, SplittableRandom random) {
    if (metrics instanceof ClassificationMetrics classification) {
      int actual = random.nextInt(5);
      int predicted = random.nextInt(5);
      classification.update(actual, predicted, random.nextDouble(), random.nextDouble());
    } else if (metrics instanceof RegressionMetrics regression) {
      regression.update(random.nextDouble(), random.nextDouble(), random.nextDouble());
    }
  }

  static byte[] bytes(RollingMetrics metrics) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      metrics.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static RollingMetrics read(byte[] bytes, MetricsSpec spec) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    RollingMetrics metrics = RollingMetrics.read(in, spec);
    if (in.available() > 0) {
      throw new AssertionError(in.available() + " bytes are left over");
    }
    return metrics;
  }
}
