package dev.millrace.codec;

import static dev.millrace.codec.JsonLine.number;
import static dev.millrace.codec.JsonLine.time;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.data.MetricsReport;
import dev.millrace.data.MetricsReport.ClassScores;
import dev.millrace.data.MetricsReport.ClassificationBaseline;
import dev.millrace.data.MetricsReport.ClassificationBlock;
import dev.millrace.data.MetricsReport.ClassificationScores;
import dev.millrace.data.MetricsReport.Confusion;
import dev.millrace.data.MetricsReport.Context;
import dev.millrace.data.MetricsReport.Member;
import dev.millrace.data.MetricsReport.Members;
import dev.millrace.data.MetricsReport.Offsets;
import dev.millrace.data.MetricsReport.RegressionBaseline;
import dev.millrace.data.MetricsReport.RegressionBlock;
import dev.millrace.data.MetricsReport.RegressionScores;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * Writes metrics reports as JSON, one compact line each; equal reports give equal bytes on every
 * JDK. A number that does not exist is null. Not thread-safe.
 */
public final class MetricsJson {

  private final JsonLine line = new JsonLine(1024);

  /** The report in UTF-8, without a line end. */
  public byte[] encode(MetricsReport report) {
    return line.encode(json -> write(json, report));
  }

  private static void write(JsonGenerator json, MetricsReport report) throws IOException {
    Context context = report.context();
    json.writeStartObject();
    json.writeStringField("pipeline", context.pipeline());
    json.writeStringField("key", context.key());
    json.writeNumberField("seq", context.seq());
    json.writeStringField("task", report.task().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("examples", context.examples());
    json.writeNumberField("model_version", context.modelVersion());
    time(json, "event_time", context.eventTime());
    if (report.scores() instanceof ClassificationScores scores) {
      writeScores(json, context.classes(), scores);
    } else if (report.scores() instanceof RegressionScores scores) {
      writeScores(json, scores);
    }
    number(json, "learning_rate", context.learningRate());
    json.writeNumberField("skipped_steps", context.skippedSteps());
    if (context.members() != null) {
      writeMembers(json, context.members());
    }
    writeInput(json, context.input());
    json.writeStringField("config", context.config());
    json.writeEndObject();
  }

  private static void writeScores(
      JsonGenerator json, List<String> classes, ClassificationScores scores) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("size", scores.windowSize());
    writeBlock(json, scores.window());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    writeBlock(json, scores.total());
    json.writeEndObject();
    json.writeObjectFieldStart("baseline");
    writeBaseline(json, "no_change", scores.noChange());
    writeBaseline(json, "majority", scores.majority());
    json.writeEndObject();
    if (scores.perClass() != null) {
      writePerClass(json, classes, scores.perClass());
    }
    if (scores.confusion() != null) {
      writeConfusion(json, classes, scores.confusion());
    }
  }

  private static void writeBlock(JsonGenerator json, ClassificationBlock block) throws IOException {
    json.writeNumberField("examples", block.examples());
    number(json, "accuracy", block.accuracy());
    number(json, "precision", block.precision());
    number(json, "recall", block.recall());
    number(json, "f1", block.f1());
    number(json, "kappa", block.kappa());
    number(json, "loss", block.loss());
    number(json, "log_loss", block.logLoss());
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
      json.writeNumberField("support", scores.support());
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

  private static void writeCounts(JsonGenerator json, String name, long[][] rows)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (long[] row : rows) {
      json.writeArray(row, 0, row.length);
    }
    json.writeEndArray();
  }

  private static void writeScores(JsonGenerator json, RegressionScores scores) throws IOException {
    json.writeObjectFieldStart("window");
    json.writeNumberField("size", scores.windowSize());
    writeBlock(json, scores.window());
    json.writeEndObject();
    json.writeObjectFieldStart("total");
    writeBlock(json, scores.total());
    number(json, "label_mean", scores.labelMean());
    number(json, "label_sd", scores.labelSd());
    json.writeEndObject();
    json.writeObjectFieldStart("baseline");
    writeBaseline(json, "last_value", scores.lastValue());
    writeBaseline(json, "mean", scores.mean());
    json.writeEndObject();
  }

  private static void writeBlock(JsonGenerator json, RegressionBlock block) throws IOException {
    json.writeNumberField("examples", block.examples());
    number(json, "mae", block.mae());
    number(json, "rmse", block.rmse());
    number(json, "r2", block.r2());
    number(json, "loss", block.loss());
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

  /** Partitions in ascending order, as they are met in another order after a restart. */
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
