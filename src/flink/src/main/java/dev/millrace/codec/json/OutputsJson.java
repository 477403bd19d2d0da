package dev.millrace.codec.json;

import static dev.millrace.codec.json.JsonLine.number;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.OutputBlock;
import dev.millrace.data.MetricsReport.OutputReport;
import dev.millrace.data.MetricsReport.OutputScores;
import dev.millrace.data.MetricsReport.RegressionBlock;
import dev.millrace.data.MetricsReport.RegressionScores;
import dev.millrace.data.Prediction.NamedOutcome;
import dev.millrace.data.Prediction.OfClass;
import dev.millrace.data.Prediction.OfOutputs;
import java.io.IOException;
import java.util.List;

/** Writes the scores and predictions of several outputs into an open object. */
final class OutputsJson {
  private static final String IN_SET = "1";

  private OutputsJson() {}

  /** Writes the fields {@code window}, {@code total} and {@code outputs}. */
  static void write(JsonGenerator json, OutputScores scores) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("size", scores.windowSize());
    write(json, scores.window());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    write(json, scores.total());
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

  static void write(JsonGenerator json, OutputBlock block) throws IOException {
    json.writeNumberField("examples", block.examples());
    number(json, "precision", block.precision());
    number(json, "recall", block.recall());
    number(json, "f1", block.f1());
    number(json, "macro_f1", block.macroF1());
    number(json, "jaccard", block.jaccard());
    number(json, "jaccard_samples", block.jaccardSamples());
    number(json, "hamming_loss", block.hammingLoss());
    number(json, "exact_match", block.exactMatch());
  }

  private static void write(JsonGenerator json, OutputReport output) throws IOException {
    json.writeStringField("task", output.task().id());
    json.writeNumberField("examples", output.examples());
    if (output.scores() instanceof ClassificationScores scores) {
      json.writeObjectFieldStart("window");
      write(json, scores.window());
      json.writeEndObject();
      json.writeObjectFieldStart("total");
      write(json, scores.total());
      json.writeEndObject();
      if (Double.isFinite(scores.threshold())) {
        number(json, "threshold", scores.threshold());
      }
    } else if (output.scores() instanceof RegressionScores scores) {
      json.writeObjectFieldStart("window");
      write(json, scores.window(), scores.mean().windowMae());
      json.writeEndObject();
      json.writeObjectFieldStart("total");
      write(json, scores.total(), scores.mean().totalMae());
      json.writeEndObject();
    }
  }

  private static void write(JsonGenerator json, ClassificationBlock block) throws IOException {
    number(json, "accuracy", block.accuracy());
    number(json, "f1", block.f1());
    number(json, "log_loss", block.logLoss());
    number(json, "log_loss_baseline", block.logLossBaseline());
    MetricsJson.betterThanBaseline(json, block.betterThanBaseline());
  }

  private static void write(JsonGenerator json, RegressionBlock block, double baseline)
      throws IOException {
    number(json, "mae", block.mae());
    number(json, "rmse", block.rmse());
    number(json, "r2", block.r2());
    number(json, "mae_baseline", baseline);
    MetricsJson.betterThanBaseline(json, block.betterThanBaseline());
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
