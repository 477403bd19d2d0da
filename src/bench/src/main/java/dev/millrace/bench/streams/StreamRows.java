package dev.millrace.bench.streams;

import dev.millrace.bench.streams.BenchStream.Generated;
import dev.millrace.bench.streams.BenchStream.OfFile;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.csv.ClassText;
import dev.millrace.cli.csv.CsvExamples;
import dev.millrace.cli.csv.CsvFile;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.codec.ExampleDecoder;
import dev.millrace.codec.text.CsvText;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.Indicators;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The first rows of a stream in memory, as the job decodes the records that {@code produce} makes
 * of them, and as a file for MOA.
 *
 * @param checksum CRC-32 of the rows as text
 * @param classes in the order of their numbers; empty for values
 * @param features [rows][width], NaN is missing
 * @param labels [rows] numbers of classes, or values
 */
record StreamRows(
    BenchStream stream,
    long checksum,
    CsvScan scan,
    InputSpec input,
    List<String> classes,
    float[][] features,
    double[] labels) {

  /**
   * Writes the first rows of a stream to a folder and reads them; null if its file is not there.
   *
   * @param data folder of the files, searched with its subfolders
   * @param rows max number of rows
   * @param seed of the rows that are generated, 1 or more
   */
  static @Nullable StreamRows read(
      BenchStream stream, @Nullable Path data, int rows, int seed, Path folder) throws IOException {
    Path file = folder.resolve(stream.name() + ".csv");
    String label = SyntheticStream.LABEL;
    Task task = null;
    if (stream.source() instanceof OfFile source) {
      Path found = find(source.file(), data, folder);
      if (found == null) {
        return null;
      }
      label = source.label();
      task = source.task();
      copy(found, source, rows, file);
    } else if (stream.source() instanceof Generated generated) {
      SyntheticStream started = generated.start().apply(seed);
      task = started.classes() == 0 ? Task.REGRESSION : null;
      started.write(file, rows);
    }
    return read(stream, file, label, task);
  }

  private static StreamRows read(BenchStream stream, Path file, String label, @Nullable Task task)
      throws IOException {
    CRC32 checksum = new CRC32();
    checksum.update(Files.readAllBytes(file));
    CsvScan scan = CsvScan.scan(file, label, null, List.of(), task);
    InputSpec input =
        CsvPipeline.settings(null, "streams", scan, null)
            .input()
            .spec()
            .with(to -> to.task = scan.task());
    List<String> classes =
        scan.task() == Task.REGRESSION
            ? List.of()
            : scan.labels().stream().sorted(ClassText.ORDER).toList();
    if (scan.task() != Task.REGRESSION && classes.size() < 2) {
      throw new CliError(
          "%s has %d classes in its first %,d rows; set more rows with --rows."
              .formatted(stream.name(), classes.size(), scan.rows()));
    }
    int rows = Math.toIntExact(scan.rows());
    float[][] features = new float[rows][];
    double[] labels = new double[rows];
    ExampleDecoder decoder = new ExampleDecoder(input);
    Example example = new Example();
    byte[] key = CsvExamples.ONLY_KEY.getBytes(StandardCharsets.UTF_8);
    try (CsvExamples examples = new CsvExamples(scan, 0, 1)) {
      for (int row = 0; examples.next(); row++) {
        DeadLetter rejected =
            decoder.decode(KafkaRecord.of("", 0, row, 0, key, examples.value()), example);
        if (rejected != null) {
          throw new CliError("Row %d of %s: %s".formatted(row + 1, stream.name(), rejected));
        }
        features[row] = Arrays.copyOf(example.features, example.width);
        labels[row] = example.label == null ? example.target : requireClass(classes, example.label);
      }
    }
    return new StreamRows(stream, checksum.getValue(), scan, input, classes, features, labels);
  }

  private static int requireClass(List<String> classes, String label) {
    int at = classes.indexOf(label);
    if (at < 0) {
      throw new IllegalStateException("Class " + label + " is not one of " + classes);
    }
    return at;
  }

  private static @Nullable Path find(String file, @Nullable Path data, Path folder)
      throws IOException {
    if (data != null) {
      try (var files = Files.walk(data, 2)) {
        var found = files.filter(path -> path.getFileName().toString().equals(file)).findFirst();
        if (found.isPresent()) {
          return found.get();
        }
      }
    }
    try (var in = StreamRows.class.getResourceAsStream("/datasets/" + file)) {
      if (in == null) {
        return null;
      }
      Path copy = folder.resolve(file);
      Files.write(copy, in.readAllBytes());
      return copy;
    }
  }

  // Without the columns that are no features and without rows that have no label.
  private static void copy(Path from, OfFile source, int rows, Path to) throws IOException {
    try (CsvFile in = new CsvFile(from);
        BufferedWriter out = Files.newBufferedWriter(to)) {
      List<Integer> columns = new ArrayList<>();
      for (int c = 0; c < in.header().size(); c++) {
        if (!source.drop().contains(in.header().get(c))) {
          columns.add(c);
        }
      }
      int label = in.header().indexOf(source.label());
      write(out, in.header().toArray(String[]::new), columns);
      int written = 0;
      while (written < rows && in.next()) {
        if (!CsvText.isMissing(in.row()[label])) {
          write(out, in.row(), columns);
          written++;
        }
      }
    }
  }

  private static void write(BufferedWriter out, String[] row, List<Integer> columns)
      throws IOException {
    StringBuilder line = new StringBuilder();
    for (int column : columns) {
      line.append(line.length() == 0 ? "\"" : ",\"");
      line.append(row[column].replace("\"", "\"\"")).append('"');
    }
    out.write(line.append('\n').toString());
  }

  boolean isOfClasses() {
    return !classes.isEmpty();
  }

  int rows() {
    return labels.length;
  }

  int width() {
    return input.width();
  }

  Task task() {
    return isOfClasses() ? classes.size() == 2 ? Task.BINARY : Task.MULTICLASS : Task.REGRESSION;
  }

  Indicators indicators() {
    return Indicators.of(input);
  }

  /**
   * Writes the rows as MOA reads them: numbers as numbers, all other columns as nominal ones with
   * the values that the rows have, and the label last.
   */
  void writeArff(Path file) throws IOException {
    List<Map<String, Integer>> values = new ArrayList<>();
    for (FeatureSpec feature : scan.features()) {
      values.add(feature.type() == FeatureSpec.Type.NUMERIC ? Map.of() : new HashMap<>());
    }
    StringBuilder data = new StringBuilder();
    try (CsvFile in = new CsvFile(scan.path())) {
      for (int row = 0; in.next(); row++) {
        for (int f = 0; f < values.size(); f++) {
          String cell = in.row()[scan.featureColumns().get(f)];
          boolean isNumber = scan.features().get(f).type() == FeatureSpec.Type.NUMERIC;
          data.append(isNumber ? number(cell) : nominal(cell, values.get(f))).append(',');
        }
        data.append(isOfClasses() ? "c" + (int) labels[row] : Double.toString(labels[row]));
        data.append('\n');
      }
    }
    StringBuilder head = new StringBuilder("@relation ").append(stream.name()).append('\n');
    for (int f = 0; f < values.size(); f++) {
      boolean isNumber = scan.features().get(f).type() == FeatureSpec.Type.NUMERIC;
      head.append("@attribute f").append(f).append(' ');
      head.append(isNumber ? "numeric" : names('v', values.get(f).size())).append('\n');
    }
    head.append("@attribute label ");
    head.append(isOfClasses() ? names('c', classes.size()) : "numeric").append("\n@data\n");
    Files.writeString(file, head.append(data));
  }

  private static String number(String cell) {
    double number = CsvText.isMissing(cell) ? Double.NaN : CsvText.number(cell);
    return Double.isNaN(number) ? "?" : Double.toString(number);
  }

  private static String nominal(String cell, Map<String, Integer> values) {
    if (CsvText.isMissing(cell)) {
      return "?";
    }
    Integer place = values.get(cell);
    if (place == null) {
      place = values.size();
      values.put(cell, place);
    }
    return "v" + place;
  }

  // A nominal column without any value needs one.
  private static String names(char letter, int count) {
    StringBuilder names = new StringBuilder("{").append(letter).append(0);
    for (int i = 1; i < count; i++) {
      names.append(',').append(letter).append(i);
    }
    return names.append('}').toString();
  }
}
