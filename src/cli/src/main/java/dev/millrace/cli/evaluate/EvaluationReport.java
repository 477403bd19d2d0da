package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord;
import dev.millrace.codec.json.RecordMapper;
import dev.millrace.eval.probability.AreaUnderCurve;
import dev.millrace.report.Score;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Report of {@code evaluate}.
 *
 * @param epochs passes over the file
 * @param areas under the curves of the positive class over all rows; null unless binary
 */
record EvaluationReport(Evaluation run, int epochs, @Nullable AreaUnderCurve areas) {
  /**
   * Returns the lines of the report.
   *
   * @param verbose true for the weights and losses of a mixture's members
   */
  List<String> table(boolean verbose) {
    FinalMetrics metrics = run.metrics();
    EpochLines passes = new EpochLines(metrics, epochs);
    List<String> lines = new ArrayList<>(passes.above());
    FinalForecasts forecasts = metrics.forecasts();
    if (metrics.hasOutputs()) {
      lines.addAll(new OutputTable(metrics).lines());
    } else if (forecasts.horizons().isEmpty()) {
      lines.addAll(SummaryTable.lines(metrics, verbose));
      lines.addAll(new BaselineLines(metrics, areas).lines());
    } else {
      lines.addAll(new ForecastTable(forecasts).lines());
    }
    lines.addAll(passes.below());
    if (metrics.outOfOrder() > 0) {
      lines.add(
          "%s out of order: an earlier row of the key has a later time. Sort the file by time."
              .formatted(Plural.of(metrics.outOfOrder(), "row")));
    }
    if (!metrics.classesOfF1().isEmpty()) {
      lines.add(metrics.classesOfF1());
    }
    lines.addAll(new CandidateTotals(metrics).lines());
    lines.add(
        "%s in %.1f s, %s, models %.12s…"
            .formatted(
                Plural.of(metrics.examples(), "example"),
                run.seconds(),
                Plural.of(run.deadLetters().total(), "dead letter"),
                run.models().sha256()));
    return lines;
  }

  /** Returns the report as one line of JSON. */
  String json() {
    FinalMetrics metrics = run.metrics();
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("examples", metrics.examples());
    json.put("keys", metrics.newest().size());
    json.put("prequential", epochs == 1);
    if (metrics.hasOutputs()) {
      putOutputs(metrics, json);
    } else {
      putScores(metrics, json);
    }
    json.put("dead_letters", run.deadLetters().total());
    json.put("out_of_order", metrics.outOfOrder());
    put(json, "seconds", run.seconds());
    put(json, "examples_per_s", metrics.examples() / run.seconds());
    json.put("models_sha256", run.models().sha256());
    return json.toString();
  }

  private void putScores(FinalMetrics metrics, ObjectNode json) {
    FinalMetrics.Totals totals = metrics.totals();
    put(json, totals, Score.ACCURACY, Score.PRECISION, Score.RECALL, Score.F1);
    put(json, "auc", areas == null ? Double.NaN : areas.roc());
    put(json, "pr_auc", areas == null ? Double.NaN : areas.precisionRecall());
    put(json, totals, Score.LOG_LOSS, Score.LOG_LOSS_BASELINE);
    put(json, totals, Score.NORMALIZED_ENTROPY, Score.BRIER);
    put(
        json.putObject("calibration"),
        totals,
        Score.MEAN_PREDICTED,
        Score.OBSERVED_SHARE,
        Score.CALIBRATION_RATIO);
    putRecord(json, "groups", metrics.groups());
    putRecord(json, "segments", metrics.segments());
    json.put("predicts_one_class", !metrics.isRegression() && metrics.onlyPredicted() != null);
    put(json, totals, Score.MAE, Score.RMSE, Score.R2);
    FinalForecasts forecasts = metrics.forecasts();
    if (!forecasts.horizons().isEmpty()) {
      new ForecastTable(forecasts).put(json);
    }
    putCoverage(metrics, json);
    ColumnShares importance = metrics.importance();
    if (!importance.isEmpty()) {
      importance.put(json);
    }
    putRecord(json, "estimate", metrics.estimate());
    putBaselines(metrics, totals, json);
    putMembers(metrics, json);
    new CandidateTotals(metrics).put(json);
    putValidation(metrics, json);
  }

  /** Adds the scores of all outputs together, and of each. */
  static void putOutputs(FinalMetrics metrics, ObjectNode json) {
    for (Score score : Score.of(Score.Kind.SETS)) {
      boolean isMicro = score.compareTo(Score.SET_F1) <= 0;
      put(
          json,
          (isMicro ? "micro_" : "") + score.field(),
          metrics.ofAllOutputs(MetricsRecord::total, score));
    }
    ObjectNode all = json.putObject("outputs");
    for (FinalMetrics.Output output : metrics.outputs()) {
      putOutput(output, all.putObject(output.name()));
    }
  }

  private static void putOutput(FinalMetrics.Output output, ObjectNode json) {
    FinalMetrics metrics = output.metrics();
    FinalMetrics.Totals totals = metrics.totals();
    json.put("task", output.task());
    json.put("examples", totals.examples());
    if (metrics.isRegression()) {
      put(json, totals, Score.MAE, Score.RMSE, Score.R2);
    } else {
      put(json, totals, Score.ACCURACY, Score.PRECISION, Score.RECALL, Score.F1);
      put(json, totals, Score.LOG_LOSS, Score.LOG_LOSS_BASELINE, Score.BRIER);
    }
    putBaselines(metrics, totals, json);
    putCoverage(metrics, json);
    putHeldOut(metrics, json);
  }

  private static void putBaselines(
      FinalMetrics metrics, FinalMetrics.Totals totals, ObjectNode json) {
    boolean regression = metrics.isRegression();
    ObjectNode baseline = json.putObject("baseline");
    put(baseline, regression ? "last_value" : "no_change", totals.firstBaseline());
    put(baseline, regression ? "mean" : "majority", totals.secondBaseline());
  }

  private static void putCoverage(FinalMetrics metrics, ObjectNode json) {
    Coverage coverage = metrics.coverage();
    if (coverage != null) {
      coverage.put(json);
    }
  }

  private static void putRecord(ObjectNode json, String name, @Nullable Object value) {
    if (value != null) {
      json.set(name, RecordMapper.tree(value));
    }
  }

  private static void putMembers(FinalMetrics metrics, ObjectNode json) {
    if (!metrics.members().isEmpty()) {
      ObjectNode members = json.putObject("members");
      for (FinalMetrics.Member member : metrics.members()) {
        ObjectNode one = members.putObject(member.name());
        one.put("leads", member.leads());
        put(one, "weight", member.weight());
        put(one, "loss", member.loss());
      }
    }
  }

  /** Adds scores of the held-out rows, losses by epoch and early stops. */
  private static void putValidation(FinalMetrics metrics, ObjectNode json) {
    putHeldOut(metrics, json);
    if (!metrics.epochs().isEmpty()) {
      ArrayNode passes = json.putArray("epochs");
      for (FinalMetrics.Epoch epoch : metrics.epochs()) {
        ObjectNode one = passes.addObject();
        one.put("epoch", epoch.epoch());
        put(one, "window_loss", epoch.loss());
        put(one, "validation_loss", epoch.validationLoss());
      }
      putRecord(json, "stopped", metrics.stops());
    }
  }

  /** Adds the scores of the held-out rows, if there are any. */
  private static void putHeldOut(FinalMetrics metrics, ObjectNode json) {
    if (metrics.heldOut() > 0) {
      ObjectNode validation = json.putObject("validation");
      validation.put("rows", metrics.heldOut());
      put(validation, "loss", metrics.validationLoss());
      put(validation, metrics.mainScore().field(), metrics.validationScore());
    }
  }

  /** Adds totals by the names of records. */
  private static void put(ObjectNode json, FinalMetrics.Totals totals, Score... scores) {
    for (Score score : scores) {
      put(json, score.field(), totals.get(score));
    }
  }

  /** Adds a number, null if it is not finite. */
  private static void put(ObjectNode json, String name, double value) {
    json.put(name, Finite.orNull(value));
  }
}
