package dev.millrace.testing;

import dev.millrace.data.Example;
import dev.millrace.prequential.spec.TrainSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Examples of the letters data set, read without a decoder: the class, then 16 numbers. */
public final class Letters {
  private static final int KEYS = 4;

  private static final int CLASSES = 26;

  private Letters() {}

  /** Returns a specification with room for all letters. */
  public static TrainSpec spec() {
    return Specs.train(Records.undeclaredOf(CLASSES), Specs.small(5), Specs.METRICS);
  }

  /** Returns the first rows, which take turns in belonging to the keys 0 to 3. */
  public static List<Example> examples(int rows) throws IOException {
    List<Example> examples = new ArrayList<>(rows);
    try (InputStream in = Files.newInputStream(Path.of("examples", "data", "letters.csv.gz"));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(in), StandardCharsets.UTF_8))) {
      lines.readLine(); // the header
      for (int row = 0; row < rows; row++) {
        examples.add(example(lines.readLine().replace("\"", "").split(","), row));
      }
    }
    return examples;
  }

  private static Example example(String[] cells, int row) {
    Example example = new Example();
    example.key = Integer.toString(row % KEYS);
    example.label = cells[0];
    example.resize(cells.length - 1);
    for (int f = 0; f < example.width; f++) {
      example.features[f] = Float.parseFloat(cells[f + 1]);
    }
    example.weight = 1f;
    example.eventTime = row;
    example.record = Records.record(example.key, new byte[0], row);
    return example;
  }
}
