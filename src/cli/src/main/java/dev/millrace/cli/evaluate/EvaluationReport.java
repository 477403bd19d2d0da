package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.Plural;
import dev.millrace.codec.json.MetricsRecord;
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
    lines.addAll(new CandidateScores(metrics).lines());
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
      new OutputTable(metrics).put(json);
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
    FinalMetrics.Groups groups = metrics.groups();
    if (groups != null) {
      ObjectNode inGroups = json.putObject("groups");
      inGroups.put("at", groups.at());
      inGroups.put("count", groups.count());
      inGroups.put("examples", groups.examples());
      put(inGroups, "auc", groups.auc());
      put(inGroups, "hit_rate", groups.hitRate());
      put(inGroups, "ndcg", groups.ndcg());
    }
    if (metrics.segmentColumn() != null) {
      ObjectNode segments = json.putObject("segments");
      segments.put("column", metrics.segmentColumn());
      ArrayNode values = segments.putArray("values");
      for (MetricsRecord.Segment segment : metrics.segments()) {
        ObjectNode value = values.addObject();
        value.put("value", segment.value());
        value.put("examples", segment.examples());
        put(value, "mean_predicted", segment.meanPredicted());
        put(value, "observed_share", segment.observedShare());
      }
    }
    json.put("predicts_one_class", !metrics.isRegression() && metrics.onlyPredicted() != null);
    put(json, totals, Score.MAE, Score.RMSE, Score.R2);
    FinalForecasts forecasts = metrics.forecasts();
    if (!forecasts.horizons().isEmpty()) {
      new ForecastTable(forecasts).put(json);
    }
    boolean regression = metrics.isRegression();
    Coverage coverage = metrics.coverage();
    if (coverage != null) {
      coverage.put(json);
    }
    ColumnShares importance = metrics.importance();
    if (!importance.isEmpty()) {
      importance.put(json);
    }
    FinalMetrics.Estimate estimate = metrics.estimate();
    if (estimate != null) {
      ObjectNode estimated = json.putObject("estimate");
      estimated.put("predictions", estimate.predictions());
      put(estimated, "accuracy", estimate.accuracy());
      put(estimated, "f1", estimate.f1());
    }
    ObjectNode baseline = json.putObject("baseline");
    put(baseline, regression ? "last_value" : "no_change", totals.firstBaseline());
    put(baseline, regression ? "mean" : "majority", totals.secondBaseline());
    if (!metrics.members().isEmpty()) {
      ObjectNode members = json.putObject("members");
      for (FinalMetrics.Member member : metrics.members()) {
        ObjectNode one = members.putObject(member.name());
        one.put("leads", member.leads());
        put(one, "weight", member.weight());
        put(one, "loss", member.loss());
      }
    }
    new CandidateScores(metrics).put(json);
    putValidation(metrics, json);
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
      ArrayNode stopped = json.putArray("stopped");
      for (FinalMetrics.Stop stop : metrics.stops()) {
        ObjectNode one = stopped.addObject();
        one.put("key", stop.key());
        one.put("epoch", stop.epoch());
        one.put("best_epoch", stop.bestEpoch());
      }
    }
  }

  /** Adds the scores of the held-out rows, if there are any. */
  static void putHeldOut(FinalMetrics metrics, ObjectNode json) {
    if (metrics.heldOut() > 0) {
      ObjectNode validation = json.putObject("validation");
      validation.put("rows", metrics.heldOut());
      put(validation, "loss", metrics.validationLoss());
      put(validation, metrics.mainScore().field(), metrics.validationScore());
    }
  }

  /** Adds totals by the names of records. */
  static void put(ObjectNode json, FinalMetrics.Totals totals, Score... scores) {
    for (Score score : scores) {
      put(json, score.field(), totals.get(score));
    }
  }

  /** Adds a number, null if it is not finite. */
  static void put(ObjectNode json, String name, double value) {
    json.put(name, FinalMetrics.finite(value));
  }
}
