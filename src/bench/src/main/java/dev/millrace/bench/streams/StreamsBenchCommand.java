package dev.millrace.bench.streams;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.streams.BenchStream.Part;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.nn.spec.AutoSpec;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares {@code model: auto} with other learners on streams of files and generators. */
@Command(
    name = "streams",
    description = {
      "Compares model: auto with other learners on the same rows of streams.",
      "Runs more than 50 streams, files and generators of the literature with abrupt, gradual,",
      "recurring and incremental drift. Reports accuracy or error, log-loss, ranks with statistics,"
          + " learning curves and cost as a",
      "page of Markdown. Keeps the results of each stream and learner in a folder, so that an",
      "interrupted run continues; use another folder after a change of the models."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench streams --rows 2000 --seeds 1 --only sea_abrupt,rbf",
      "  ./millrace bench streams --moa ~/moa/moa-2024.07.0.jar --results runs"
    })
public final class StreamsBenchCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder with the files (default: those that ship with Millrace).")
  private @Nullable Path data;

  @Option(
      names = "--moa",
      paramLabel = "JAR",
      description =
          "MOA's jar, in a folder with those that it needs, to run its learners too (default:"
              + " baselines alone).")
  private @Nullable Path moa;

  @Option(
      names = "--set",
      paramLabel = "SET",
      defaultValue = "report",
      description =
          "Streams to run: development, on which settings may be chosen, or report (default:"
              + " ${DEFAULT-VALUE}).")
  private Part part;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Streams of the set to run (default: all that are found).")
  private List<String> only = List.of();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "12000",
      description = "Max rows of each stream (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Number of seeds, 1 to N. Generators draw other rows for each; over a file only the tiers"
              + " run again (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      split = ",",
      defaultValue = "fast,balanced,accurate",
      description = "Tiers to run (default: ${DEFAULT-VALUE}).")
  private List<AutoSpec.Tier> tiers;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Folder of results that are kept (default: none are kept).")
  private @Nullable Path results;

  @Option(
      names = "--page",
      paramLabel = "FILE",
      description = "Writes the page to a file (default: prints it).")
  private @Nullable Path page;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    Benchmark.require(spec, "--rows", rows, 1_000);
    Benchmark.require(spec, "--seeds", seeds, 1);
    Directories.require("--data", data);
    if (moa != null && !Files.isRegularFile(moa)) {
      throw CliError.usage("--moa " + moa + " is not a file.");
    }
    Path work = TemporaryDirectories.untilExit("millrace-streams-");
    List<BenchStream> streams = StreamCatalogue.chosen(part, only);
    ResultStore store =
        new ResultStore(results == null ? work.resolve("results") : results, streams);
    Comparison comparison =
        new Comparison(
            tiers,
            seeds,
            new Comparison.Rows(data, rows, work),
            moa == null ? null : new Moa(moa, work),
            store,
            spec.commandLine().getErr());
    List<StreamTable> tables = tables(streams, comparison);
    List<String> names = tiers.stream().map(AutoSpec.Tier::id).toList();
    List<String> lines = new BenchmarkPage(command(), names, tables).lines();
    if (page == null) {
      lines.forEach(spec.commandLine().getOut()::println);
    } else {
      Files.write(page, lines);
    }
    return 0;
  }

  private List<StreamTable> tables(List<BenchStream> streams, Comparison comparison)
      throws Exception {
    List<StreamTable> tables = new ArrayList<>();
    int number = 0;
    for (BenchStream stream : streams) {
      number++;
      log("stream %d of %d: %s".formatted(number, streams.size(), stream.name()));
      StreamTable table = comparison.run(stream);
      if (table == null) {
        log("  left out: its file is not there; name a folder that has it with --data");
      } else {
        tables.add(table);
      }
    }
    if (tables.isEmpty()) {
      throw new CliError("No stream was found. Name a folder that has some with --data DIR.");
    }
    return tables;
  }

  private void log(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  /** Returns the command with stated options, but without the folders of this machine. */
  private String command() {
    StringBuilder command = new StringBuilder("./millrace bench streams");
    command.append(data == null ? "" : " --data DIR");
    command.append(moa == null ? "" : " --moa DIR/" + moa.getFileName());
    command.append(" --set ").append(part.name().toLowerCase(Locale.ROOT));
    command.append(only.isEmpty() ? "" : " --only " + String.join(",", only));
    command.append(" --rows ").append(rows).append(" --seeds ").append(seeds).append(" --auto ");
    command.append(String.join(",", tiers.stream().map(AutoSpec.Tier::id).toList()));
    return command.toString();
  }
}
