package dev.millrace.bench.streams;

import dev.millrace.cli.console.CliError;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Learners of MOA, which runs as a process of its own on a file and writes a file of predictions.
 *
 * <p>MOA is under the GPL-3: no class of it is linked.
 */
final class Moa {
  /** Learners of classes by MOA's command line. */
  static final Map<String, String> OF_CLASSES = new LinkedHashMap<>();

  /** Learners of values by MOA's command line. */
  static final Map<String, String> OF_VALUES = new LinkedHashMap<>();

  static {
    OF_CLASSES.put("NaiveBayes", "bayes.NaiveBayes");
    OF_CLASSES.put("HoeffdingTree", "trees.HoeffdingTree");
    OF_CLASSES.put("HoeffdingAdaptiveTree", "trees.HoeffdingAdaptiveTree");
    OF_CLASSES.put("kNN", "lazy.kNN -k 10 -w 1000");
    OF_CLASSES.put("ARF-10", "meta.AdaptiveRandomForest -s 10");
    OF_CLASSES.put("SRP-10", "meta.StreamingRandomPatches -s 10");
    OF_VALUES.put("FIMT-DD", "trees.FIMTDD");
    OF_VALUES.put("AMRules", "rules.AMRulesRegressor");
    OF_VALUES.put("kNN", "lazy.kNN -k 10 -w 1000");
    OF_VALUES.put("ARF-Reg", "meta.AdaptiveRandomForestRegressor -s 10");
  }

  static final Set<String> ALL =
      Stream.concat(OF_CLASSES.keySet().stream(), OF_VALUES.keySet().stream())
          .collect(Collectors.toUnmodifiableSet());

  private static final String AGENT = "sizeofag-";
  private static final String FIRST_COLUMN = "learning evaluation instances";
  private static final int MIN_COLUMNS = 5;
  private static final String SECONDS = "evaluation time (cpu seconds)";
  private static final String RAM_HOURS = "model cost (RAM-Hours)";
  private static final String BYTES = "model serialized size (bytes)";

  private final Path jar;
  private final Path work;

  /**
   * @param jar MOA's jar in a folder with those that it needs
   * @param work folder for files between the processes
   */
  Moa(Path jar, Path work) {
    this.jar = jar.toAbsolutePath();
    this.work = work;
  }

  /** Returns the names of the learners, in the order of the page. */
  static Set<String> learners(boolean isOfClasses) {
    return (isOfClasses ? OF_CLASSES : OF_VALUES).keySet();
  }

  /**
   * Runs a learner.
   *
   * @param arff the rows
   * @throws CliError if MOA fails or saw other rows
   */
  Result run(StreamRows rows, Path arff, Result.Run run) throws IOException, InterruptedException {
    boolean isOfClasses = rows.isOfClasses();
    Path predictions = work.resolve("predictions");
    Path output = work.resolve("output");
    Path log = work.resolve("log");
    Files.deleteIfExists(predictions);
    String learner =
        Objects.requireNonNull((isOfClasses ? OF_CLASSES : OF_VALUES).get(run.learner()));
    String task =
        "%s -s (ArffFileStream -f %s) -l (%s) -e (%s) -f %d -o %s"
            .formatted(
                isOfClasses ? "EvaluatePrequential" : "EvaluatePrequentialRegression",
                arff,
                learner,
                isOfClasses
                    ? "BasicClassificationPerformanceEvaluator"
                    : "BasicRegressionPerformanceEvaluator",
                Math.max(1, rows.rows() / Scores.CURVE_POINTS),
                predictions);
    Process process =
        new ProcessBuilder(command(task))
            .directory(work.toFile())
            .redirectOutput(output.toFile())
            .redirectError(log.toFile())
            .start();
    int exit = process.waitFor();
    if (exit != 0 || !Files.exists(predictions)) {
      throw new CliError(
          "MOA's %s failed on %s (exit code %d): %s"
              .formatted(run.learner(), run.stream(), exit, Files.readString(log).strip()));
    }
    Scores scores = new Scores(rows.rows(), isOfClasses);
    read(predictions, rows, scores);
    Map<String, Double> last = last(output);
    return scores.result(
        run, measured(last, SECONDS), measured(last, BYTES), measured(last, RAM_HOURS));
  }

  private List<String> command(String task) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-Xmx2g", "-Duser.language=en", "-Duser.country=US"));
    Path folder = Objects.requireNonNull(jar.getParent());
    try (var files = Files.list(folder)) {
      files
          .filter(file -> file.getFileName().toString().startsWith(AGENT))
          .findFirst()
          .ifPresent(
              agent ->
                  command.addAll(
                      List.of(
                          "--add-opens=java.base/java.lang=ALL-UNNAMED",
                          "--add-opens=java.base/java.util=ALL-UNNAMED",
                          "-javaagent:" + agent)));
    }
    command.addAll(List.of("-cp", jar + File.pathSeparator + folder + "/*"));
    command.addAll(List.of("moa.DoTask", task));
    return command;
  }

  // A line is "predicted,actual", or "Out 0: predicted ,actual" with three decimals of a value.
  private static void read(Path predictions, StreamRows rows, Scores scores) throws IOException {
    try (BufferedReader in = Files.newBufferedReader(predictions)) {
      String line;
      int row = 0;
      while ((line = in.readLine()) != null) {
        if (line.isBlank()) {
          continue;
        }
        int comma = line.lastIndexOf(',');
        String predicted = line.substring(line.indexOf(':') + 1, comma).strip();
        double actual = Double.parseDouble(line.substring(comma + 1).strip());
        if (row >= rows.rows() || Math.abs(actual - rows.labels()[row]) > tolerance(actual)) {
          throw new CliError(
              "MOA saw other rows of %s: row %d has the label %s."
                  .formatted(rows.stream().name(), row + 1, actual));
        }
        if (rows.isOfClasses()) {
          scores.addClass(Integer.parseInt(predicted), (int) actual, Double.NaN);
        } else {
          scores.addValue(finite(predicted), actual);
        }
        row++;
      }
    }
  }

  private static double tolerance(double actual) {
    return 1e-9 * Math.max(1, Math.abs(actual));
  }

  // Some learners predict nothing ("null") or NaN before their first row.
  private static double finite(String predicted) {
    boolean isNone = predicted.isEmpty() || predicted.equals("null");
    double value = isNone ? 0 : Double.parseDouble(predicted.replace(",", ""));
    return Double.isFinite(value) ? value : 0;
  }

  /** Returns the last line of the table that MOA prints, which learners may interrupt. */
  private static Map<String, Double> last(Path output) throws IOException {
    List<String> names = List.of();
    Map<String, Double> last = new LinkedHashMap<>();
    for (String line : Files.readAllLines(output)) {
      List<String> cells = List.of(line.split(","));
      if (cells.get(0).equals(FIRST_COLUMN)) {
        names = cells;
      } else if (cells.size() > MIN_COLUMNS && cells.size() <= names.size()) {
        for (int c = 0; c < cells.size(); c++) {
          boolean isMissing = cells.get(c).equals("?");
          last.put(names.get(c), isMissing ? Double.NaN : Double.parseDouble(cells.get(c)));
        }
      }
    }
    if (last.isEmpty()) {
      throw new CliError("MOA printed no results.");
    }
    return last;
  }

  // Without the agent there is 0 or -1; some learners have no such column.
  private static double measured(Map<String, Double> last, String name) {
    double value = last.getOrDefault(name, Double.NaN);
    return value > 0 ? value : Double.NaN;
  }
}
