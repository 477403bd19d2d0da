package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.data.OutputRecord;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A CSV file of what the models said about each row of another file before they learned from it, if
 * they did. A row's place is its offset. Not thread-safe.
 */
final class PredictionsFile implements AutoCloseable {
  private static final String HEADER =
      "row,epoch,key,actual,prediction,probability,model_version,held_out\n";

  private final ObjectMapper json = new ObjectMapper();
  private final Path file;
  private final long rows;
  private final Writer out;

  /**
   * @param rows of the file that is predicted, in one epoch
   * @throws CliError if the file cannot be written
   */
  PredictionsFile(Path file, long rows) {
    this.file = file;
    this.rows = rows;
    try {
      out = Files.newBufferedWriter(file);
      out.write(HEADER);
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  /** Takes a record of the predictions topic. */
  void accept(OutputRecord prediction) {
    try {
      out.write(line(json.readTree(prediction.value())));
    } catch (IOException e) {
      throw OutputFile.failure(file, e); // which fails the job
    }
  }

  private String line(JsonNode prediction) {
    long offset = prediction.path("offset").asLong();
    JsonNode said = prediction.has("value") ? prediction.path("value") : prediction.path("class");
    return String.join(
            ",",
            Long.toString(offset % rows + 1),
            Long.toString(offset / rows + 1),
            AnswerLines.quoted(prediction.path("key").asText()),
            text(prediction.path("actual")),
            text(said),
            text(prediction.path("probabilities").path(said.asText())),
            prediction.path("model_version").asText(),
            Boolean.toString(prediction.path("held_out").asBoolean()))
        + "\n";
  }

  /** What is null, or not there, is empty. */
  private static String text(JsonNode value) {
    return value.isNull() ? "" : AnswerLines.quoted(value.asText());
  }

  @Override
  public void close() {
    try {
      out.close();
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }
}
