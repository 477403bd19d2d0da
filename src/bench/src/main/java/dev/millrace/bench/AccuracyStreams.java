package dev.millrace.bench;

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
        default -> {
          Files.delete(file);
          return null;
        }
      }
    }
    return file;
  }

  /** Numbers and words that say nothing about a label, 3.1 % of one class. */
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
