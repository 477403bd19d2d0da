package dev.millrace.codec.json;

import static dev.millrace.codec.json.JsonLine.number;
import static dev.millrace.codec.json.JsonLine.time;
import static dev.millrace.codec.json.JsonLine.weight;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.Task;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.CandidateReport;
import dev.millrace.report.MetricsReport.ClassScores;
import dev.millrace.report.MetricsReport.ClassificationBaseline;
import dev.millrace.report.MetricsReport.ClassificationScores;
import dev.millrace.report.MetricsReport.Confusion;
import dev.millrace.report.MetricsReport.Context;
import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.MetricsReport.Decaying;
import dev.millrace.report.MetricsReport.Forecast;
import dev.millrace.report.MetricsReport.ForecastBaselines;
import dev.millrace.report.MetricsReport.Importance;
import dev.millrace.report.MetricsReport.Member;
import dev.millrace.report.MetricsReport.Members;
import dev.millrace.report.MetricsReport.Offsets;
import dev.millrace.report.MetricsReport.OutputScores;
import dev.millrace.report.MetricsReport.RegressionBaseline;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.MetricsReport.Scores;
import dev.millrace.report.MetricsReport.SeasonScores;
import dev.millrace.report.MetricsReport.Segment;
import dev.millrace.report.MetricsReport.SegmentScores;
import dev.millrace.report.MetricsReport.Validation;
import dev.millrace.report.Prediction;
import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes metrics reports as JSON, one compact line each; equal reports give equal bytes on every
 * JDK. A missing number is null. Not thread-safe.
 */
public final class MetricsJson {

  private final JsonLine line = new JsonLine(4096);

  /** Returns the report in UTF-8, without a line end. */
  public byte[] encode(MetricsReport report) {
    return line.encode(json -> write(json, report));
  }

  private static void write(JsonGenerator json, MetricsReport report) throws IOException {
    Context context = report.context();
    json.writeStartObject();
    json.writeStringField("pipeline", context.pipeline());
    json.writeStringField("key", context.key());
    if (report.forecast() != null) {
      json.writeStringField("series", report.forecast().series());
      json.writeStringField("horizon", report.forecast().horizon());
    }
    json.writeNumberField("seq", context.seq());
    json.writeStringField("task", report.task().id());
    json.writeNumberField("examples", context.examples());
    json.writeNumberField("model_version", context.modelVersion());
    time(json, "event_time", context.eventTime());
    if (report.epoch() > 0) {
      json.writeNumberField("epoch", report.epoch());
    }
    if (report.scores() instanceof ClassificationScores scores) {
      writeScores(json, context.classes(), scores, report.coverage());
    } else if (report.scores() instanceof RegressionScores scores) {
      writeScores(json, scores, report.coverage());
    } else if (report.scores() instanceof OutputScores scores) {
      OutputsJson.write(json, scores);
    }
    writeParts(json, report);
    writeCounters(json, context);
    if (!context.models().isEmpty()) {
      writeModels(json, context.models(), report.task());
    }
    writeInput(json, context.input());
    json.writeStringField("config_hash", context.config());
    json.writeEndObject();
  }

  /** Writes the blocks that a report has besides its scores. */
  private static void writeParts(JsonGenerator json, MetricsReport report) throws IOException {
    if (report.validation() != null) {
      writeValidation(json, report.validation());
    }
    if (report.labels() != null) {
      RecordJson.write(json, "labels", report.labels());
    }
    if (report.estimate() != null) {
      RecordJson.write(json, "estimate", report.estimate());
    }
    if (report.inputDrift() != null) {
      RecordJson.write(json, "input_drift", report.inputDrift());
    }
    if (!report.importance().isEmpty()) {
      writeImportance(json, report.importance());
    }
    if (report.forecast() != null) {
      writeForecast(json, report.forecast());
    }
  }

  private static void writeCounters(JsonGenerator json, Context context) throws IOException {
    number(json, "learning_rate", context.learningRate());
    json.writeNumberField("skipped_steps", context.skippedSteps());
    json.writeNumberField("clipped_steps", context.clippedSteps());
    json.writeNumberField("rollbacks", context.rollbacks());
    json.writeNumberField("out_of_order", context.arrivals().outOfOrder());
    if (context.arrivals().duplicates() != null) {
      json.writeNumberField("duplicates", context.arrivals().duplicates());
    }
    if (context.members() != null) {
      writeMembers(json, context.members());
    }
  }

  private static void writeScores(
      JsonGenerator json,
      List<String> classes,
      ClassificationScores scores,
      @Nullable Coverage coverage)
      throws IOException {
    startWindow(json, scores.windowSize(), scores.windowMillis());
    writeBlock(
        json,
        scores.window(),
        Score.MACRO_PRECISION,
        () -> {
          writeGroups(json, scores);
          RegionJson.write(json, coverage, Coverage::window, true);
        });
    json.writeObjectFieldStart("total");
    writeBlock(
        json,
        scores.total(),
        Score.MACRO_PRECISION,
        () -> RegionJson.write(json, coverage, Coverage::total, true));
    writeDecaying(json, scores.decayed());
    json.writeObjectFieldStart("baseline");
    writeBaseline(json, "no_change", scores.noChange());
    writeBaseline(json, "majority", scores.majority());
    json.writeEndObject();
    if (Double.isFinite(scores.threshold())) {
      number(json, "threshold", scores.threshold());
    }
    if (scores.perClass() != null) {
      writePerClass(json, classes, scores.perClass());
    }
    if (scores.confusion() != null) {
      writeConfusion(json, classes, scores.confusion());
    }
  }

  private static void writeGroups(JsonGenerator json, ClassificationScores scores)
      throws IOException {
    if (scores.groups() != null) {
      RecordJson.write(json, "groups", scores.groups());
    }
    if (scores.segments() != null) {
      writeSegments(json, scores.segments());
    }
  }

  private static void writeSegments(JsonGenerator json, SegmentScores scores) throws IOException {
    json.writeObjectFieldStart("segments");
    json.writeStringField("column", scores.column());
    json.writeArrayFieldStart("values");
    for (Segment segment : scores.segments()) {
      json.writeStartObject();
      json.writeStringField("value", segment.value());
      json.writeNumberField("examples", segment.examples());
      number(json, Score.MEAN_PREDICTED.field(), segment.calibration().predicted());
      number(json, Score.OBSERVED_SHARE.field(), segment.calibration().observed());
      number(json, Score.CALIBRATION_RATIO.field(), segment.calibration().ratio());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeValidation(JsonGenerator json, Validation validation)
      throws IOException {
    json.writeObjectFieldStart("validation");
    json.writeNumberField("best_epoch", validation.bestEpoch());
    number(json, "best_loss", validation.bestLoss());
    json.writeBooleanField("stopped", validation.stopped());
    if (validation.scores() instanceof ClassificationScores scores) {
      startWindow(json, scores.windowSize(), scores.windowMillis());
      writeHeldOut(json, scores, Score.BETTER_THAN_BASELINE);
    } else if (validation.scores() instanceof RegressionScores scores) {
      startWindow(json, scores.windowSize(), scores.windowMillis());
      writeHeldOut(json, scores, Score.VALUE_BETTER_THAN_BASELINE);
    } else if (validation.scores() instanceof OutputScores scores) {
      startWindow(json, scores.windowSize(), 0);
      writeHeldOut(json, scores, Score.EXACT_MATCH);
    }
    json.writeEndObject();
  }

  private static void writeHeldOut(JsonGenerator json, Scores scores, Score last)
      throws IOException {
    ScoresJson.write(json, scores.window().upTo(last));
    json.writeEndObject();
    json.writeObjectFieldStart("epoch");
    ScoresJson.write(json, scores.total().upTo(last));
    json.writeEndObject();
  }

  private static void writeImportance(JsonGenerator json, List<Importance> columns)
      throws IOException {
    json.writeObjectFieldStart("importance");
    for (Importance column : columns) {
      number(json, column.column(), column.share());
    }
    json.writeEndObject();
  }

  private static void startWindow(JsonGenerator json, int size, long millis) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("size", size);
    if (millis > 0) {
      json.writeNumberField("millis", millis);
    }
  }

  private static void writeDecaying(JsonGenerator json, @Nullable Decaying decayed)
      throws IOException {
    if (decayed != null) {
      json.writeObjectFieldStart("decayed");
      number(json, "factor", decayed.factor());
      number(json, "weight", decayed.weight());
      ScoresJson.write(json, decayed.block(), decayed.block().scores().keySet());
      json.writeEndObject();
    }
  }

  /** Writes the rest of an object that has been opened. */
  private interface Rest {
    void write() throws IOException;
  }

  /**
   * Writes a block and ends it.
   *
   * @param last first of the scores that are behind {@code parts}
   */
  private static void writeBlock(JsonGenerator json, ScoreBlock block, Score last, Rest parts)
      throws IOException {
    Set<Score> scores = block.scores().keySet();
    ScoresJson.writeCounts(json, block);
    ScoresJson.write(json, block, scores.stream().filter(s -> s.compareTo(last) < 0).toList());
    parts.write();
    ScoresJson.write(json, block, scores.stream().filter(s -> s.compareTo(last) >= 0).toList());
    json.writeEndObject();
  }

  private static void fBeta(JsonGenerator json, double value) throws IOException {
    if (Double.isFinite(value)) {
      number(json, "f_beta", value);
    }
  }

  private static void writeBaseline(
      JsonGenerator json, String name, ClassificationBaseline baseline) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeObjectFieldStart("window");
    number(json, "accuracy", baseline.windowAccuracy());
    number(json, "f1", baseline.windowF1());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    number(json, "accuracy", baseline.totalAccuracy());
    number(json, "f1", baseline.totalF1());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writePerClass(
      JsonGenerator json, List<String> classes, List<ClassScores> perClass) throws IOException {
    json.writeArrayFieldStart("per_class");
    for (int c = 0; c < perClass.size(); c++) {
      ClassScores scores = perClass.get(c);
      json.writeStartObject();
      json.writeStringField("class", classes.get(c));
      number(json, "precision", scores.precision());
      number(json, "recall", scores.recall());
      number(json, "f1", scores.f1());
      fBeta(json, scores.fBeta());
      json.writeFieldName("support");
      weight(json, scores.support());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeConfusion(JsonGenerator json, List<String> classes, Confusion confusion)
      throws IOException {
    json.writeObjectFieldStart("confusion_matrix");
    json.writeStringField("rows", "actual");
    json.writeArrayFieldStart("labels");
    for (String name : classes) {
      json.writeString(name);
    }
    json.writeEndArray();
    writeCounts(json, "counts", confusion.window());
    writeCounts(json, "total_counts", confusion.total());
    json.writeEndObject();
  }

  private static void writeCounts(JsonGenerator json, String name, double[][] rows)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (double[] row : rows) {
      json.writeStartArray();
      for (double cell : row) {
        weight(json, cell);
      }
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  private static void writeScores(
      JsonGenerator json, RegressionScores scores, @Nullable Coverage coverage) throws IOException {
    startWindow(json, scores.windowSize(), scores.windowMillis());
    writeBlock(
        json,
        scores.window(),
        Score.LABEL_MEAN,
        () -> RegionJson.write(json, coverage, Coverage::window, false));
    json.writeObjectFieldStart("total");
    writeBlock(
        json,
        scores.total(),
        Score.LABEL_MEAN,
        () -> RegionJson.write(json, coverage, Coverage::total, false));
    writeDecaying(json, scores.decayed());
    json.writeObjectFieldStart("baseline");
    writeBaseline(json, "last_value", scores.lastValue());
    writeBaseline(json, "mean", scores.mean());
    if (scores.forecast() != null) {
      writeSeasons(json, scores.forecast());
    }
    json.writeEndObject();
  }

  private static void writeSeasons(JsonGenerator json, ForecastBaselines forecast)
      throws IOException {
    json.writeArrayFieldStart("seasonal");
    for (SeasonScores season : forecast.seasons()) {
      json.writeStartObject();
      json.writeStringField("season", season.season());
      writeBaseline(json, "naive", season.naive());
      writeBaseline(json, "drift", season.drift());
      json.writeEndObject();
    }
    json.writeEndArray();
    number(json, "scale", forecast.scale());
  }

  private static void writeForecast(JsonGenerator json, Forecast forecast) throws IOException {
    json.writeObjectFieldStart("forecast");
    json.writeNumberField("pending", forecast.pending());
    json.writeNumberField("expired", forecast.expired());
    json.writeNumberField("dropped", forecast.dropped());
    json.writeNumberField("missing", forecast.missing());
    json.writeNumberField("late", forecast.late());
    number(json, "value", forecast.value());
    RecordJson.write(json, "last", forecast.last());
    json.writeObjectFieldStart("next");
    RecordJson.writeFields(json, forecast.next());
    if (forecast.targetTime() == Prediction.Forecast.UNKNOWN_TIME) {
      json.writeNullField("target_time");
    } else {
      time(json, "target_time", forecast.targetTime());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeBaseline(JsonGenerator json, String name, RegressionBaseline baseline)
      throws IOException {
    json.writeObjectFieldStart(name);
    json.writeObjectFieldStart("window");
    number(json, "mae", baseline.windowMae());
    number(json, "rmse", baseline.windowRmse());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    number(json, "mae", baseline.totalMae());
    number(json, "rmse", baseline.totalRmse());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeMembers(JsonGenerator json, Members members) throws IOException {
    json.writeObjectFieldStart("members");
    json.writeStringField("leader", members.leader());
    json.writeObjectFieldStart("weights");
    for (Member member : members.members()) {
      number(json, member.name(), member.weight());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("losses");
    for (Member member : members.members()) {
      number(json, member.name(), member.loss());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void writeModels(JsonGenerator json, List<CandidateReport> models, Task task)
      throws IOException {
    json.writeArrayFieldStart("models");
    for (CandidateReport model : models) {
      json.writeStartObject();
      json.writeStringField("name", model.name());
      json.writeStringField("role", model.isChampion() ? "champion" : "challenger");
      if (model.isChampion()) {
        json.writeNumberField("since", model.since());
      }
      json.writeNumberField("examples", model.examples());
      number(json, task.isClassification() ? "log_loss" : "mae", model.loss());
      if (task.isClassification()) {
        number(json, "accuracy", model.accuracy());
      }
      if (!model.isChampion()) {
        json.writeNumberField("lead", model.lead());
        number(json, "p_value", model.pValue());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Writes partitions in ascending order, because their order may change after a restart. */
  private static void writeInput(JsonGenerator json, Offsets input) throws IOException {
    TreeMap<Integer, Integer> places = new TreeMap<>();
    for (int i = 0; i < input.partitions().length; i++) {
      places.put(input.partitions()[i], i);
    }
    json.writeObjectFieldStart("input");
    json.writeObjectFieldStart(input.topic());
    for (var partition : places.entrySet()) {
      json.writeFieldName(Integer.toString(partition.getKey()));
      int place = partition.getValue();
      json.writeArray(new long[] {input.first()[place], input.last()[place]}, 0, 2);
    }
    json.writeEndObject();
    json.writeEndObject();
  }
}
