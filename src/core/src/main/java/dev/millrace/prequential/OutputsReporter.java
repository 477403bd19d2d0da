package dev.millrace.prequential;

import dev.millrace.data.Task;
import dev.millrace.prequential.OutputsState.Output;
import dev.millrace.prequential.key.KeyCounters;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.OutputSpecs;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.OutputReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Reports the scores of all outputs of a key together. */
final class OutputsReporter {
  private final TrainSpec spec;

  OutputsReporter(TrainSpec spec) {
    this.spec = spec;
  }

  /** Reports a key; it has nothing unreported after it, but for its outputs. */
  void report(OutputsState outputs, String key, EngineListener listener) {
    KeyCounters counters = outputs.counters;
    counters.reported = counters.seq();
    Collection<PrequentialModel> models = outputs.models(key).values();
    long drifts = 0;
    boolean isWarned = false;
    for (PrequentialModel model : models) {
      drifts += model.drift.drifts();
      isWarned |= model.drift.isWarned();
    }
    MetricsReport.Context context =
        new MetricsReport.Context(
            spec.pipeline(),
            key,
            counters.seq(),
            counters.examples,
            outputs.shared.steps(),
            counters.eventTime,
            List.of(),
            models.isEmpty() ? Double.NaN : models.iterator().next().learningRate(),
            0,
            0,
            0,
            null,
            List.of(),
            counters.offsets.report(spec.topic()),
            counters.arrivals.report(),
            spec.configHash());
    listener.report(
        new MetricsReport(context, outputs.task, scores(outputs, key), counters.epoch, null),
        counters.timestamp,
        drifts,
        isWarned);
  }

  private OutputScores scores(OutputsState outputs, String key) {
    List<OutputReport> reports = new ArrayList<>();
    MacroMean ofWindow = new MacroMean();
    MacroMean ofTotal = new MacroMean();
    for (Output output : outputs.active()) {
      PrequentialModel model = output.begun().model();
      MetricsReport report =
          model.metrics.report(model.context(spec, OutputSpecs.key(key, output.name)));
      Task task = model.task.isClassification() ? report.task() : Task.REGRESSION;
      reports.add(new OutputReport(output.name, task, model.counters.examples, report.scores()));
      if (task == Task.BINARY
          && report.scores() instanceof MetricsReport.ClassificationScores scores) {
        ofWindow.add(scores.window().get(Score.F1));
        ofTotal.add(scores.total().get(Score.F1));
      }
    }
    return new OutputScores(
        outputs.scores.windowSize(),
        outputs.scores.window(ofWindow.mean()),
        outputs.scores.total(ofTotal.mean()),
        reports);
  }

  /** The mean of the scores that are not NaN. */
  private static final class MacroMean {
    private double sum;
    private int count;

    void add(double score) {
      if (!Double.isNaN(score)) {
        sum += score;
        count++;
      }
    }

    double mean() {
      return sum / count;
    }
  }
}
