package dev.millrace.bench;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.cli.evaluate.FinalMetrics;
import dev.millrace.config.Settings;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.AutoSpec;
import dev.millrace.nn.ClassWeights;
import dev.millrace.nn.ModelSpec;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what {@code model: auto} reaches on data sets with published results. */
@Command(
    name = "accuracy",
    description = {
      "Measures the accuracy of model: auto on data sets with published results.",
      "Runs the job over each data set in one pass, with every tier and several seeds, without",
      "tuning. Also compares the log-loss with that of the running class frequencies, and the mean",
      "predicted probability of the positive class with its share. Leaves out data sets that are",
      "neither in the folder nor shipped with Millrace."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench accuracy --seeds 1",
      "  ./millrace bench accuracy --data ~/streams --json"
    })
final class AccuracyCommand implements Callable<Integer> {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder with data sets (default: those that ship with Millrace).")
  private @Nullable Path folder;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description =
          "Runs of each tier on each data set, with seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      split = ",",
      defaultValue = "fast,balanced,accurate",
      description = "Tiers to run (default: ${DEFAULT-VALUE}).")
  private List<AutoSpec.Tier> tiers;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Data sets to run, such as letters,storms (default: all that are found).")
  private List<String> only = List.of();

  @Option(names = "--json", description = "Ends with one line of JSON instead of the table.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BenchCommand.require(spec, "--seeds", seeds, 1);
    if (folder != null && !Files.isDirectory(folder)) {
      throw CliError.usage("--data " + folder + " is not a folder.");
    }
    Path unpacked = Directories.untilExit("millrace-accuracy-");
    List<AccuracyTable.Row> rows = new ArrayList<>();
    for (AccuracyData data : chosen()) {
      Path file = data.find(folder, unpacked);
      if (file != null) {
        rows.add(measure(data, file));
      }
    }
    if (rows.isEmpty()) {
      throw new CliError("No data set was found. Name a folder that has some with --data DIR.");
    }
    AccuracyTable table = new AccuracyTable(tiers, seeds, rows);
    if (json) {
      spec.commandLine().getOut().println(table.toJson());
    } else {
      table.lines().forEach(spec.commandLine().getOut()::println);
    }
    return 0;
  }

  private List<AccuracyData> chosen() {
    List<AccuracyData> all = AccuracyData.all();
    List<String> names = all.stream().map(AccuracyData::name).toList();
    for (String name : only) {
      if (!names.contains(name)) {
        throw CliError.usage(
            "Unknown data set --only \"%s\". Known data sets: %s"
                .formatted(name, String.join(", ", names)));
      }
    }
    return all.stream().filter(data -> only.isEmpty() || only.contains(data.name())).toList();
  }

  private AccuracyTable.Row measure(AccuracyData data, Path file) throws Exception {
    CsvScan scan = CsvScan.scan(file, data.label(), null, data.drop(), data.task());
    Settings settings = CsvPipeline.settings(null, "accuracy", scan, data.positive());
    if (data.score() == AccuracyData.Score.F1) {
      settings =
          settings.withMetrics(
              settings.metrics().with(to -> to.thresholdMetric = MetricsSpec.Decision.F1));
    }
    List<AccuracyTable.Cell> cells = new ArrayList<>();
    for (AutoSpec.Tier tier : tiers) {
      List<FinalMetrics.Totals> runs = new ArrayList<>();
      double maxRate = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        Settings seeded =
            settings.withModel(ModelSpec.auto(seed, AutoSpec.of(tier), ClassWeights.NONE));
        String task = "%s, auto: %s, seed %d".formatted(data.name(), tier.id(), seed);
        try (Progress progress = new Progress(task, scan.rows())) {
          Evaluation run = Evaluation.run(seeded, scan, 1, progress, prediction -> {});
          runs.add(run.metrics().totals());
          maxRate = Math.max(maxRate, run.rate());
          report(task, data.score(), run);
        }
      }
      cells.add(new AccuracyTable.Cell(data.score(), runs, maxRate));
    }
    return new AccuracyTable.Row(data, scan.rows(), cells);
  }

  private void report(String task, AccuracyData.Score score, Evaluation run) {
    double value = score.of(run.metrics().totals());
    PrintWriter err = spec.commandLine().getErr();
    err.printf("%s: %s %.4f, %,.0f records/s%n", task, score.id(), value, run.rate());
    err.flush();
  }
}
