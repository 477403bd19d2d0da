package dev.millrace.bench.streams;

import dev.millrace.bench.streams.BenchStream.Part;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.nn.spec.AutoSpec;
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

/** Chooses the constants of {@code model: auto} on the development set. */
@Command(
    name = "tune",
    description = {
      "Searches the constants of model: auto on the development set of bench streams.",
      "Tries a larger and a smaller value of each constant, one after the other, and keeps what"
          + " improves",
      "the score, a mean over tiers, streams and seeds. Score of values: the share of the mean's"
          + " absolute",
      "error that a tier avoids. Score of classes: the same of the majority class's errors and of"
          + " the log-loss",
      "of the class frequencies, averaged. The constants are those of the networks, such as",
      "light.learning-rate, and those of the mixture, such as linear-rate. Changes no file: edit"
          + " constants",
      "that are worth it by hand."
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
      split = ",",
      defaultValue = "fast,balanced,accurate",
      description = "Tiers to tune together (default: ${DEFAULT-VALUE}).")
  private List<AutoSpec.Tier> tiers;

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
      description =
          "Constants to search; an unknown one lists all (default: all of the tiers and of the"
              + " mixture).")
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

  /** The rows of a stream and a seed, with the baseline that uses no features. */
  private record Target(StreamRows rows, int seed, Result baseline) {}

  @Override
  public Integer call() throws Exception {
    if (rows < 1_000 || seeds < 1 || rounds < 1 || !(factor > 1)) {
      throw new ParameterException(
          spec.commandLine(),
          "--rows must be at least 1000, --seeds and --rounds at least 1, and --factor above 1");
    }
    AutoConstants constants = new AutoConstants(tiers);
    for (String name : names) {
      if (!constants.names().contains(name)) {
        throw CliError.usage(
            "Unknown constant --constants \"%s\". Constants of these tiers: %s"
                .formatted(name, String.join(", ", constants.names())));
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
      report(constants, before, targets.size() / seeds, best);
    } finally {
      before.forEach(constants::set);
    }
    return 0;
  }

  private List<Target> targets() throws IOException {
    Directories.require("--data", data);
    Path work = TemporaryDirectories.untilExit("millrace-tune-");
    List<Target> targets = new ArrayList<>();
    for (BenchStream stream : StreamCatalogue.chosen(Part.DEVELOPMENT, only)) {
      StreamRows read = null;
      for (int seed = 1; seed <= seeds; seed++) {
        if (stream.hasNewRows(seed)) {
          read = StreamRows.read(stream, data, rows, seed, work);
        }
        if (read != null) {
          Baseline baseline = Baseline.of(read.isOfClasses()).get(0);
          targets.add(new Target(read, seed, baseline.run(read, id(read, baseline.id, seed))));
        }
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
      for (AutoSpec.Tier tier : tiers) {
        Result.Run run = id(target.rows(), tier.id(), target.seed());
        sum += avoided(MillraceLearner.run(target.rows(), tier, run), target.baseline());
      }
    }
    return sum / (targets.size() * tiers.size());
  }

  private static Result.Run id(StreamRows read, String learner, int seed) {
    return new Result.Run(read.stream().name(), learner, seed, read.rows(), read.checksum());
  }

  private static double avoided(Result result, Result baseline) {
    return result.isOfClasses()
        ? (share(1 - result.score(), 1 - baseline.score())
                + share(result.logLoss(), baseline.logLoss()))
            / 2
        : share(result.score(), baseline.score());
  }

  private static double share(double loss, double baselineLoss) {
    return baselineLoss == 0 ? 0 : 1 - loss / baselineLoss;
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
