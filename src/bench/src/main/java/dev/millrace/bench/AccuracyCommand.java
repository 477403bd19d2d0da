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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what {@code model: auto} reaches on data sets with published results. */
@Command(
    name = "accuracy",
    description = {
      "What model: auto reaches untuned, in one pass, beside published results.",
      "Prequential: the job's own graph over each known data set, with every tier and several",
      "seeds.",
      "Beside the score: the log-loss and that of the running class frequencies, and whether",
      "the probabilities of the positive class are right.",
      "Data sets that are not in the folder and do not ship with Millrace are left out."
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
  private Path folder;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs of each, seeds 1 to N (default: ${DEFAULT-VALUE}).")
  private int seeds;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      split = ",",
      defaultValue = "fast,balanced,accurate",
      description = "Tiers to run (default: ${DEFAULT-VALUE}).")
  private List<AutoSpec.Tier> tiers;

  @Option(
      names = "--members",
      paramLabel = "NAME",
      split = ",",
      converter = ExtraName.class,
      description = "Optional members besides: knn, previous-label.")
  private List<AutoSpec.Extra> members = List.of();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "Data sets to run, such as letters,storms (default: all that are there).")
  private List<String> only = List.of();

  @Option(names = "--json", description = "Ends with one line of JSON instead of the table.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** Members by the names that pipeline files give them. */
  static final class ExtraName implements ITypeConverter<AutoSpec.Extra> {
    @Override
    public AutoSpec.Extra convert(String value) {
      return PipelineBenchCommand.choice(AutoSpec.Extra.class, value);
    }
  }

  @Override
  public Integer call() throws Exception {
    BenchCommand.require(spec, "--seeds", seeds, 1);
    if (folder != null && !Files.isDirectory(folder)) {
      throw CliError.usage("--data " + folder + " is not a folder");
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
      throw new CliError("None of the data sets is there.");
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
            "--only \"%s\" is not one of %s".formatted(name, String.join(", ", names)));
      }
    }
    return all.stream().filter(data -> only.isEmpty() || only.contains(data.name())).toList();
  }

  private AccuracyTable.Row measure(AccuracyData data, Path file) throws Exception {
    CsvScan scan = CsvScan.scan(file, data.label(), null, data.drop(), data.task());
    Settings settings = CsvPipeline.settings(null, "accuracy", scan, data.positive());
    if (data.score() == AccuracyData.Score.F1) {
      settings =
          settings.withMetrics(settings.metrics().withThresholdMetric(MetricsSpec.Decision.F1));
    }
    Settings predicting = settings.withOutput(settings.output().withPredictions());
    List<AccuracyTable.Cell> cells = new ArrayList<>();
    double baseline = Double.NaN;
    for (AutoSpec.Tier tier : tiers) {
      AutoSpec auto = new AutoSpec(tier, Set.copyOf(members), AutoSpec.DEFAULT_BUFFER);
      double[] scores = new double[seeds];
      double[] losses = new double[seeds];
      double[] rates = new double[seeds];
      Reliability reliability = new Reliability(data.positive());
      for (int seed = 1; seed <= seeds; seed++) {
        // Predictions are written and read for the first seed alone: they take time.
        Settings seeded =
            (seed == 1 ? predicting : settings)
                .withModel(ModelSpec.auto(seed, auto, ClassWeights.NONE));
        String task = "%s, auto: %s, seed %d".formatted(data.name(), tier.id(), seed);
        Evaluation run;
        try (Progress progress = new Progress(task, scan.rows())) {
          run = Evaluation.run(seeded, scan, 1, progress, reliability::accept);
        }
        FinalMetrics.Totals totals = run.metrics().totals();
        scores[seed - 1] = data.score().of(totals);
        losses[seed - 1] = totals.logLoss();
        rates[seed - 1] = run.rate();
        baseline = totals.firstBaseline();
        report(task, data.score(), scores[seed - 1], rates[seed - 1]);
      }
      cells.add(new AccuracyTable.Cell(scores, losses, rates, reliability));
    }
    return new AccuracyTable.Row(data, scan.rows(), baseline, cells);
  }

  private void report(String task, AccuracyData.Score score, double value, double rate) {
    spec.commandLine()
        .getErr()
        .printf(Locale.ROOT, "%s: %s %.4f, %,.0f records/s%n", task, score.id(), value, rate);
    spec.commandLine().getErr().flush();
  }
}
