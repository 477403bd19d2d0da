package dev.millrace.cli.predictions;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.NumberOutput;
import dev.millrace.codec.json.AnswerJson;
import dev.millrace.data.Printable;
import dev.millrace.nn.PredictedValue;
import dev.millrace.report.ModelAnswer;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfClass;
import dev.millrace.report.Prediction.OfOutputs;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Prediction.Outcome;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** Formats predictions of the rows of a file, one line each. */
public final class AnswerLines {
  private static final JsonFactory JSON = new JsonFactory();

  private final boolean json;
  private final RegionColumns regions;
  private final ReasonsColumn reasons;

  public AnswerLines(boolean json, RegionColumns regions, ReasonsColumn reasons) {
    this.json = json;
    this.regions = regions;
    this.reasons = reasons;
  }

  /** Returns the names of the columns of CSV lines. */
  public String header() {
    return "row,key,prediction,probability,"
        + regions.header()
        + reasons.header()
        + "model_version";
  }

  /**
   * Formats a prediction.
   *
   * @param row number in the file, from 1
   */
  public String line(long row, ModelAnswer answer) {
    return json
        ? json(row, generator -> AnswerJson.writeFields(generator, answer))
        : csv(row, answer);
  }

  /**
   * Formats a row without a prediction, in JSON with the reason.
   *
   * @param code of the reason, such as {@code unknown-key}
   */
  public String line(long row, String key, String code, String message) {
    return json
        ? json(
            row,
            generator -> {
              generator.writeStringField("key", key);
              AnswerJson.writeError(generator, code, message);
            })
        : row + "," + CsvCells.quoted(key) + ",,," + regions.unknown() + reasons.unknown();
  }

  private interface Fields {
    void write(JsonGenerator generator) throws IOException;
  }

  private static String json(long row, Fields fields) {
    StringWriter line = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(line)) {
      generator.writeStartObject();
      generator.writeNumberField("row", row);
      fields.write(generator);
      generator.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a StringWriter does not throw it
    }
    return Printable.json(line.toString());
  }

  private String csv(long row, ModelAnswer answer) {
    float[] scores = answer.scores();
    String prediction;
    String probability = "";
    if (answer.outputs() != null) {
      prediction = CsvCells.quoted(text(answer.outputs()));
    } else if (answer.task().isClassification()) {
      int best = Prediction.best(scores);
      prediction = best < 0 ? "" : CsvCells.quoted(answer.classes().get(best));
      probability = best < 0 || !answer.probabilities() ? "" : number(scores[best]);
    } else {
      double value = PredictedValue.read(scores, 0);
      prediction = value == (float) value ? number((float) value) : Double.toString(value);
    }
    return String.join(
        ",",
        Long.toString(row),
        CsvCells.quoted(answer.key()),
        prediction,
        probability,
        regions.cells(answer.region()) + reasons.cell(answer.reasons()) + answer.modelVersion());
  }

  /** Returns the labels of a set, or the class or value of each target, separated by bars. */
  private static String text(OfOutputs outputs) {
    if (outputs.labels() != null) {
      return String.join("|", outputs.labels());
    }
    return outputs.outputs().stream()
        .map(output -> output.name() + "=" + text(output.outcome()))
        .collect(Collectors.joining("|"));
  }

  private static String text(Outcome outcome) {
    if (outcome instanceof OfClass one) {
      return one.predicted() < 0 ? "" : one.classes().get(one.predicted());
    }
    return outcome instanceof OfValue one && !Double.isNaN(one.value())
        ? Double.toString(one.value())
        : "";
  }

  private static String number(float value) {
    return Float.isFinite(value) ? NumberOutput.toString(value, true) : "";
  }
}
