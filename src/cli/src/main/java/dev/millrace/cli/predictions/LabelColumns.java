package dev.millrace.cli.predictions;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The last columns of CSV lines of predictions: the probability of each class or label. They are
 * discovered while lines are written, so lines wait in a file of their own until all are known. Not
 * thread-safe.
 */
final class LabelColumns implements AutoCloseable {
  private final List<String> labels;
  private final Path waiting;
  private final DataOutputStream out;
  private String columns = "";
  private long lines;
  private boolean isSettled;

  /**
   * @param declared labels that are known before the first line
   * @param waiting file where lines wait
   */
  LabelColumns(List<String> declared, Path waiting) throws IOException {
    labels = new ArrayList<>(declared);
    this.waiting = waiting;
    out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(waiting)));
  }

  /** Sets the names of the columns before. */
  void header(String names) {
    columns = names;
  }

  /**
   * Adds a line and the probabilities of the labels that are known now.
   *
   * @param settled where lines go that need not wait
   */
  void add(String line, Map<String, Number> known, LineWriter settled) throws IOException {
    for (String label : known.keySet()) {
      if (!isSettled && !labels.contains(label)) {
        labels.add(label);
      }
    }
    StringBuilder cells = new StringBuilder(line);
    for (String label : labels) {
      cells.append(',').append(CsvCells.probability(known, label));
    }
    if (isSettled) {
      settled.write(cells.toString());
      return;
    }
    byte[] text = cells.toString().getBytes(StandardCharsets.UTF_8);
    out.writeInt(text.length);
    out.write(text);
    out.writeInt(labels.size());
    out.writeBoolean(known.isEmpty());
    lines++;
  }

  /** Writes the header and the lines so far, each with a probability for each label, once. */
  void settle(LineWriter to) throws IOException {
    if (isSettled) {
      return;
    }
    isSettled = true;
    out.close();
    StringBuilder header = new StringBuilder(columns);
    for (String label : labels) {
      header.append(',').append(CsvCells.quoted("probability_" + label));
    }
    to.write(header.toString());
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(waiting)))) {
      for (long line = 0; line < lines; line++) {
        String text = new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8);
        int cells = in.readInt();
        String unknown = in.readBoolean() ? "," : ",0.0";
        to.write(text + unknown.repeat(labels.size() - cells));
      }
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
    Files.deleteIfExists(waiting);
  }
}
