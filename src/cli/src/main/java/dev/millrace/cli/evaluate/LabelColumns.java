package dev.millrace.cli.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.csv.AnswerLines;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The last columns of CSV lines of predicted sets: the probability of each label. Labels are
 * discovered while lines are written, so lines wait in a file of their own until all are known. Not
 * thread-safe.
 */
final class LabelColumns implements AutoCloseable {
  private final List<String> labels;
  private final Path waiting;
  private final DataOutputStream out;
  private long lines;

  /**
   * @param declared labels that are known before the first line
   * @param file that will have the lines, beside which they wait
   */
  LabelColumns(List<String> declared, Path file) throws IOException {
    labels = new ArrayList<>(declared);
    waiting = file.resolveSibling(file.getFileName() + ".part");
    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(waiting)));
  }

  /** Adds a line and the probabilities of the labels that are known now. */
  void add(String line, JsonNode prediction) throws IOException {
    JsonNode known = prediction.path(prediction.has("scores") ? "scores" : "probabilities");
    for (Map.Entry<String, JsonNode> label : known.properties()) {
      if (!labels.contains(label.getKey())) {
        labels.add(label.getKey());
      }
    }
    StringBuilder cells = new StringBuilder(line);
    for (String label : labels) {
      JsonNode probability = known.path(label);
      boolean isUnknown = probability.isMissingNode() && !known.isEmpty();
      cells.append(',').append(isUnknown ? "0.0" : PredictionsFile.text(probability));
    }
    byte[] text = cells.toString().getBytes(StandardCharsets.UTF_8);
    out.writeInt(text.length);
    out.write(text);
    out.writeInt(labels.size());
    out.writeBoolean(known.isEmpty());
    lines++;
  }

  /**
   * Writes the header and all lines, each with a probability for each label.
   *
   * @param columns names of the columns before
   */
  void write(String columns, Writer to) throws IOException {
    out.close();
    to.write(columns);
    for (String label : labels) {
      to.write("," + AnswerLines.quoted("probability_" + label));
    }
    to.write('\n');
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(waiting)))) {
      for (long line = 0; line < lines; line++) {
        to.write(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
        int cells = in.readInt();
        String unknown = in.readBoolean() ? "," : ",0.0";
        to.write(unknown.repeat(labels.size() - cells));
        to.write('\n');
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(waiting);
  }
}
