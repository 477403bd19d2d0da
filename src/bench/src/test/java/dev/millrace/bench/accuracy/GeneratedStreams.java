package dev.millrace.bench.accuracy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Streams of the benchmarks, for tests of other packages. */
public final class GeneratedStreams {
  private GeneratedStreams() {}

  /** Writes Friedman's function of column {@code y}, with changes of function and noise or not. */
  public static Path friedman(Path file, int rows, boolean isDrifting) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      AccuracyStreams.writeFriedman(out, rows, isDrifting);
    }
    return file;
  }
}
