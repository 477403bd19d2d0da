package dev.millrace.bench.accuracy;

import dev.millrace.bench.accuracy.GeneratedColumns.Column;
import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.init.FileProfiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import picocli.CommandLine.Command;

/** Scores the kinds that {@code init} guesses of columns whose kind is known. */
@Command(
    name = "kinds",
    description =
        "Scores the kinds that init guesses of generated columns whose kind is known, each complete"
            + " and with gaps.",
    footer = {"", "Example:", "  ./millrace bench kinds"})
public final class KindsBenchCommand extends Benchmark {
  private static final int ROWS = 600;
  private static final int GAPS = 10; // one cell in n is missing
  private static final List<String> MISSING = List.of("", "NA", "null");

  /** Kind that was guessed of a column, complete and with gaps. */
  record Guess(Column column, String complete, String withGaps) {
    boolean isRight() {
      return column.kind().equals(complete) && column.kindWithGaps().equals(withGaps);
    }

    /** Returns a row of the table. */
    String row() {
      return "| %s | `%s` | %s | %s | %s |"
          .formatted(
              column.name(),
              column.cell(new Random(1), 23).replace("|", "\\|"),
              column.kind(),
              marked(complete, column.kind()),
              marked(withGaps, column.kindWithGaps()));
    }

    private static String marked(String guess, String kind) {
      return guess.equals(kind) ? guess : "**" + guess + "**";
    }
  }

  @Override
  protected Measurement measure() throws IOException {
    List<Guess> guesses = guesses();
    long right = guesses.stream().filter(Guess::isRight).count();
    return new Measurement()
        .put("columns", guesses.size())
        .put("right", right)
        .print("%s", String.join(System.lineSeparator(), table(guesses)))
        .print("%n%n%d of %d are right.", right, guesses.size());
  }

  /** Returns the lines of the table. */
  static List<String> table(List<Guess> guesses) {
    List<String> lines = new ArrayList<>();
    lines.add("| column | cell | kind | guess | with gaps |");
    lines.add("|---|---|---|---|---|");
    guesses.forEach(guess -> lines.add(guess.row()));
    return lines;
  }

  /** Returns the guess of each column. */
  static List<Guess> guesses() throws IOException {
    Path file = Files.createTempFile("kinds", ".csv");
    try {
      List<Guess> guesses = new ArrayList<>();
      for (Column column : GeneratedColumns.ALL) {
        guesses.add(new Guess(column, guess(column, file, false), guess(column, file, true)));
      }
      return guesses;
    } finally {
      Files.delete(file);
    }
  }

  private static String guess(Column column, Path file, boolean hasGaps) throws IOException {
    Random random = new Random(1);
    StringBuilder rows = new StringBuilder(column.header() + ",label\n");
    for (int row = 0; row < ROWS; row++) {
      String cell = column.cell(random, row);
      boolean isGap = hasGaps && random.nextInt(GAPS) == 0;
      String shown = isGap ? MISSING.get(row % MISSING.size()) : cell;
      rows.append('"').append(shown.replace("\"", "\"\"")).append("\",");
      rows.append(random.nextInt(3) == 0 ? "yes" : "no").append('\n');
    }
    Files.writeString(file, rows);
    return FileProfiler.kind(file, column.header());
  }
}
