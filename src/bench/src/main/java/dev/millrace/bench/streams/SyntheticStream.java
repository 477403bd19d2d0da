package dev.millrace.bench.streams;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A generated stream: a seed gives the same rows on each machine.
 *
 * @param columns the features
 * @param classes number of classes, 0 for values
 * @param concepts to draw the rows from, which keep what changes by itself
 */
record SyntheticStream(
    List<Column> columns, int classes, Drift drift, long seed, List<Concept> concepts) {

  static final String LABEL = "label";

  /**
   * A feature.
   *
   * @param values number of its values, named v0, v1 and so on; 0 for a number
   */
  record Column(String name, int values) {
    /** Returns numbers x1, x2 and so on. */
    static List<Column> numbers(int count) {
      return columns("x", count, 0);
    }

    /** Returns nominal columns n1, n2 and so on. */
    static List<Column> nominal(int count, int values) {
      return columns("n", count, values);
    }

    private static List<Column> columns(String letter, int count, int values) {
      List<Column> columns = new ArrayList<>();
      for (int c = 1; c <= count; c++) {
        columns.add(new Column(letter + c, values));
      }
      return columns;
    }
  }

  /** Receives rows. */
  interface Rows {
    void accept(double[] features, double label) throws IOException;
  }

  /** Draws rows. A stream is drawn once, because its concepts may have changed. */
  void draw(int rows, Rows into) throws IOException {
    Random random = new Random(seed);
    double[] features = new double[columns.size()];
    for (int row = 0; row < rows; row++) {
      Concept concept = concepts.get(drift.concept(row, rows, concepts.size(), random));
      into.accept(features, concept.next(random, features));
    }
  }

  /** Writes a CSV file with a header. */
  void write(Path file, int rows) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      for (Column column : columns) {
        out.write(column.name() + ",");
      }
      out.write(LABEL + "\n");
      StringBuilder line = new StringBuilder();
      draw(
          rows,
          (features, label) -> {
            line.setLength(0);
            for (int c = 0; c < features.length; c++) {
              append(line, features[c], columns.get(c).values() > 0, 'v').append(',');
            }
            out.append(append(line, label, classes > 0, 'c').append('\n'));
          });
    }
  }

  private static StringBuilder append(
      StringBuilder line, double number, boolean isNominal, char letter) {
    return isNominal ? line.append(letter).append((int) number) : line.append((float) number);
  }
}
