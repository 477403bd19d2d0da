package dev.millrace.codec.json;

import static dev.millrace.codec.json.JsonLine.number;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.OutputReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Prediction.NamedOutcome;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the scores and predictions of several outputs into an open object. */
final class OutputsJson {
  private static final String IN_SET = "1";
  // Of the scores of an output, whose own record has all.
  private static final Set<Score> SHOWN =
      EnumSet.of(
          Score.ACCURACY,
          Score.F1,
          Score.LOG_LOSS,
          Score.LOG_LOSS_BASELINE,
          Score.MAE,
          Score.RMSE,
          Score.R2);
  private static final Set<Score> BETTER =
      EnumSet.of(Score.BETTER_THAN_BASELINE, Score.VALUE_BETTER_THAN_BASELINE);

  private OutputsJson() {}

  /** Writes the fields {@code window}, {@code total} and {@code outputs}. */
  static void write(JsonGenerator json, OutputScores scores) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("size", scores.windowSize());
    ScoresJson.write(json, scores.window());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    ScoresJson.write(json, scores.total());
    json.writeEndObject();
    if (!scores.outputs().isEmpty()) {
      json.writeObjectFieldStart("outputs");
      for (OutputReport output : scores.outputs()) {
        json.writeObjectFieldStart(output.name());
        write(json, output);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, OutputReport output) throws IOException {
    json.writeStringField("task", output.task().id());
    json.writeNumberField("examples", output.examples());
    if (output.scores() instanceof ClassificationScores scores) {
      write(json, "window", scores.window(), null);
      write(json, "total", scores.total(), null);
      if (Double.isFinite(scores.threshold())) {
        number(json, "threshold", scores.threshold());
      }
    } else if (output.scores() instanceof RegressionScores scores) {
      write(json, "window", scores.window(), scores.mean().windowMae());
      write(json, "total", scores.total(), scores.mean().totalMae());
    }
  }

  private static void write(
      JsonGenerator json, String name, ScoreBlock block, @Nullable Double baseline)
      throws IOException {
    json.writeObjectFieldStart(name);
    ScoresJson.write(json, block, SHOWN);
    if (baseline != null) {
      number(json, "mae_baseline", baseline);
    }
    ScoresJson.write(json, block, BETTER);
    json.writeEndObject();
  }

  /**
   * Writes the fields {@code labels}, {@code actual} and {@code probabilities} of a set of labels,
   * else {@code outputs}.
   */
  static void write(JsonGenerator json, OfOutputs outcome) throws IOException {
    if (outcome.labels() == null) {
      json.writeObjectFieldStart("outputs");
      for (NamedOutcome output : outcome.outputs()) {
        json.writeObjectFieldStart(output.name());
        PredictionJson.write(json, output.outcome());
        RegionJson.write(json, output.region());
        json.writeEndObject();
      }
      json.writeEndObject();
      return;
    }
    write(json, "labels", outcome.labels());
    if (outcome.actual() != null) {
      write(json, "actual", outcome.actual());
    }
    boolean areProbabilities =
        outcome.outputs().stream()
            .allMatch(each -> !(each.outcome() instanceof OfClass of) || of.probabilities());
    json.writeObjectFieldStart(areProbabilities ? "probabilities" : "scores");
    for (NamedOutcome output : outcome.outputs()) {
      if (output.outcome() instanceof OfClass label) {
        JsonLine.number(json, output.name(), scoreInSet(label));
      }
    }
    json.writeEndObject();
  }

  /** Returns the score of being in the set; NaN before the first example, and 0 if none was. */
  private static float scoreInSet(OfClass label) {
    if (label.scores().length == 0) {
      return Float.NaN;
    }
    int place = label.classes().indexOf(IN_SET);
    return place < 0 || place >= label.scores().length ? 0 : label.scores()[place];
  }

  private static void write(JsonGenerator json, String field, List<String> names)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (String name : names) {
      json.writeString(name);
    }
    json.writeEndArray();
  }
}
