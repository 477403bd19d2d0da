package dev.millrace.codec.json;

import static dev.millrace.codec.json.JsonLine.number;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.OutputReport;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the scores of several outputs into an open object. */
final class OutputsJson {
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
}
