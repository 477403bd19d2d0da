package dev.millrace.bench.streams;

import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.auto.Models;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** Runs a tier of {@code model: auto} over a stream, without Kafka and Flink. */
final class MillraceLearner {
  private static final double GIBIBYTE = 1L << 30;
  private static final double SECONDS_PER_HOUR = 3_600;

  private MillraceLearner() {}

  /** Predicts each row, then learns it. */
  static Result run(StreamRows rows, AutoSpec.Tier tier, Result.Run run) {
    ModelSpec spec =
        ModelSpec.auto(run.seed(), AutoSpec.of(tier), ClassWeights.NONE)
            .withIndicators(rows.indicators());
    OnlineModel model =
        Models.create(spec, rows.task(), rows.width(), rows.classes().size(), run.seed());
    float[] out = new float[Math.max(2, model.outputs())];
    int count = rows.rows();
    Scores scores = new Scores(count, rows.isOfClasses());
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    double ramHours = 0;
    long start = clock.getCurrentThreadCpuTime();
    long last = start;
    for (int row = 0; row < count; row++) {
      if (rows.isOfClasses()) {
        int label = (int) rows.labels()[row];
        model.learnClass(rows.features()[row], 0, label, 1, out);
        scores.addClass(first(out, rows.classes().size()), label, out[label]);
      } else {
        model.learnValue(rows.features()[row], 0, rows.labels()[row], 1, out);
        scores.addValue(Float.isNaN(out[0]) ? 0 : out[0], rows.labels()[row]);
      }
      if ((row + 1) % Math.max(1, count / Scores.CURVE_POINTS) == 0 || row == count - 1) {
        long now = clock.getCurrentThreadCpuTime();
        ramHours += model.memoryBytes() / GIBIBYTE * (now - last) / 1e9 / SECONDS_PER_HOUR;
        last = now;
      }
    }
    return scores.result(run, (last - start) / 1e9, (double) model.memoryBytes(), ramHours);
  }

  private static int first(float[] probabilities, int classes) {
    int max = 0;
    for (int c = 1; c < classes; c++) {
      if (probabilities[c] > probabilities[max]) {
        max = c;
      }
    }
    return max;
  }
}
