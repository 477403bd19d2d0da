package dev.millrace.bench.accuracy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Generates the streams of {@code bench accuracy} whose truth is known, the same on each run. */
final class AccuracyStreams {

  static final String CLICKS = "generated_clicks.csv";
  static final String DRIFTING_CLICKS = "generated_drifting_clicks.csv";
  static final String NOISE = "generated_noise.csv";
  static final String FRIED = "generated_fried.csv";
  static final String DRIFTING_FRIED = "generated_drifting_fried.csv";

  private static final int NOISE_ROWS = 20_000;

  private AccuracyStreams() {}

  /** Writes the stream with this file name into a folder; returns null if there is none. */
  static @Nullable Path write(String name, Path folder) throws IOException {
    Path file = folder.resolve(name);
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      switch (name) {
        case CLICKS -> new ClickStream(50_000, 20_000, 2_000, 500, false).write(out);
        case DRIFTING_CLICKS ->
            new ClickStream(300_000, 1_000_000, 100_000, 5_000, true).write(out);
        case NOISE -> writeNoise(out, NOISE_ROWS);
        case FRIED -> writeFriedman(out, 40_768, false);
        case DRIFTING_FRIED -> writeFriedman(out, 60_000, true);
        default -> {
          Files.delete(file);
          return null;
        }
      }
    }
    return file;
  }

  /**
   * Friedman's function of 5 of 10 numbers from 0 to 1, with normal noise (Friedman, 1991).
   *
   * @param isDrifting true if other numbers decide in each third of the rows, and the deviation of
   *     the noise alternates between 1 and 3 every 5,000 rows
   */
  static void writeFriedman(Writer out, int rows, boolean isDrifting) throws IOException {
    int[][] orders = {{0, 1, 2, 3, 4}, {3, 6, 1, 2, 0}, {2, 5, 7, 9, 1}};
    Random random = new Random(5);
    out.write("x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,y\n");
    for (int r = 0; r < rows; r++) {
      double[] x = random.doubles(10).toArray();
      int[] order = orders[isDrifting ? 3 * r / rows : 0];
      double third = x[order[2]] - 0.5;
      double mean =
          10 * StrictMath.sin(Math.PI * x[order[0]] * x[order[1]])
              + 20 * third * third
              + 10 * x[order[3]]
              + 5 * x[order[4]];
      double deviation = isDrifting && r / 5_000 % 2 == 1 ? 3 : 1;
      StringBuilder row = new StringBuilder();
      for (double number : x) {
        row.append((float) number).append(',');
      }
      out.write(row.append((float) (mean + deviation * random.nextGaussian())) + "\n");
    }
  }

  /** Writes numbers and words without information about a label, 3.1 % of one class. */
  static void writeNoise(Writer out, int rows) throws IOException {
    Random random = new Random(11);
    out.write("x1,x2,x3,x4,x5,x6,x7,x8,w1,w2,w3,w4,w5,w6,label\n");
    for (int r = 0; r < rows; r++) {
      StringBuilder row = new StringBuilder();
      for (int x = 0; x < 8; x++) {
        row.append((float) random.nextGaussian()).append(',');
      }
      for (int w = 0; w < 6; w++) {
        row.append((char) ('a' + random.nextInt(10))).append(',');
      }
      out.write(row.append(random.nextDouble() < 0.031 ? "yes\n" : "no\n").toString());
    }
  }
}
