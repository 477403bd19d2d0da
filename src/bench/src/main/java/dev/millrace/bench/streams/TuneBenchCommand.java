package dev.millrace.bench.streams;

import dev.millrace.bench.streams.BenchStream.Part;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Directories;
import dev.millrace.nn.AutoSpec;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Chooses the constants of the members of {@code model: auto} on the development set. */
@Command(
    name = "tune",
    description = {
      "Searches the constants of model: auto on the development set of bench streams.",
      "Changes learning rates, replayed records and their weights, one after the other. The score is the",
      "mean over streams and seeds of the share of the errors of the majority class or of the mean",
      "that a tier avoids. Changes no file: edit constants that are worth it by hand."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench tune --auto fast --rows 2000 --only dev_sea,dev_friedman",
      "  ./millrace bench tune --auto balanced --data ~/streams --rounds 2"
    })
public final class TuneBenchCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder with the files (default: those that ship with Millrace).")
  private @Nullable Path data;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      defaultValue = "balanced",
      description = "Tier to tune (default: ${DEFAULT-VALUE}).")
  private AutoSpec.Tier tier;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Streams of the development set (default: all that are found).")
  private List<String> only = List.of();

  @Option(
      names = "--constants",
      paramLabel = "NAME",
      split = ",",
      description = "Constants to search, such as replay.learningRate (default: all of the tier).")
  private List<String> names = List.of();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "12000",
      description = "Max rows of each stream (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "2",
      description = "Runs on each stream with seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--factor",
      paramLabel = "X",
      defaultValue = "1.5",
      description = "Factor between tried values (default: ${DEFAULT-VALUE}).")
  private double factor;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "Max passes over the constants (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Spec private CommandSpec spec;

  /** A stream with the error of the baseline that uses no features. */
  private record Target(StreamRows rows, double baselineError) {}

  @Override
  public Integer call() throws Exception {
    if (rows < 1_000 || seeds < 1 || rounds < 1 || !(factor > 1)) {
      throw new ParameterException(
          spec.commandLine(),
          "--rows must be at least 1000, --seeds and --rounds at least 1, and --factor above 1");
    }
    AutoConstants constants = new AutoConstants(tier);
    for (String name : names) {
      if (!constants.names().contains(name)) {
        throw CliError.usage(
            "Unknown constant --constants \"%s\". Constants of %s: %s"
                .formatted(name, tier.id(), String.join(", ", constants.names())));
      }
    }
    List<Target> targets = targets();
    Map<String, Double> before = new LinkedHashMap<>();
    (names.isEmpty() ? constants.names() : names)
        .forEach(name -> before.put(name, constants.get(name)));
    try {
      PrintWriter err = spec.commandLine().getErr();
      CoordinateSearch search =
          new CoordinateSearch(
              constants,
              () -> score(targets),
              line -> {
                err.println(line);
                err.flush();
              });
      double best = search.run(List.copyOf(before.keySet()), factor, rounds);
      report(constants, before, targets.size(), best);
    } finally {
      before.forEach(constants::set);
    }
    return 0;
  }

  private List<Target> targets() throws IOException {
    Directories.require("--data", data);
    Path work = Directories.untilExit("millrace-tune-");
    List<Target> targets = new ArrayList<>();
    for (BenchStream stream : StreamCatalogue.chosen(Part.DEVELOPMENT, only)) {
      StreamRows read = StreamRows.read(stream, data, rows, 1, work);
      if (read != null) {
        Baseline baseline = Baseline.of(read.isOfClasses()).get(0);
        targets.add(new Target(read, error(baseline.run(read, id(read, 1)))));
      }
    }
    if (targets.isEmpty()) {
      throw new CliError("No stream was found. Name a folder that has some with --data DIR.");
    }
    return targets;
  }

  private double score(List<Target> targets) {
    double sum = 0;
    for (Target target : targets) {
      for (int seed = 1; seed <= seeds; seed++) {
        Result result = MillraceLearner.run(target.rows(), tier, id(target.rows(), seed));
        sum += 1 - error(result) / target.baselineError();
      }
    }
    return sum / (targets.size() * seeds);
  }

  private Result.Run id(StreamRows read, int seed) {
    return new Result.Run(read.stream().name(), tier.id(), seed, read.rows(), read.checksum());
  }

  private static double error(Result result) {
    return result.isOfClasses() ? 1 - result.score() : result.score();
  }

  private void report(
      AutoConstants constants, Map<String, Double> before, int streams, double best) {
    PrintWriter out = Objects.requireNonNull(spec.commandLine().getOut());
    out.println("| constant | before | best |");
    out.println("| --- | --- | --- |");
    before.forEach(
        (name, value) ->
            out.printf(
                "| %s | %s | %s |%n",
                name, CoordinateSearch.text(value), CoordinateSearch.text(constants.get(name))));
    out.printf("%nScore %.5f on %d streams, %d seeds.%n", best, streams, seeds);
    out.flush();
  }
}
