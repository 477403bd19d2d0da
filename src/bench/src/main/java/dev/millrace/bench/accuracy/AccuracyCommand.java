package dev.millrace.bench.accuracy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.cli.evaluate.PositiveScores;
import dev.millrace.config.Settings;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.ModelSpec;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what {@code model: auto} reaches on data sets with published results. */
@Command(
    name = "accuracy",
    description = {
      "Measures the accuracy of model: auto on data sets with published results.",
      "Runs the job over each data set in one pass, with every tier and several seeds, without",
      "tuning. Also compares the log-loss with that of the running class frequencies, and the mean",
      "predicted probability of the positive class with its share. Data sets with ids are also",
      "compared with a hashed FTRL-Proximal on the same rows, generated ones with oracles.",
      "Leaves out data sets that are neither in the folder, shipped with Millrace nor generated."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench accuracy --seeds 1",
      "  ./millrace bench accuracy --data ~/streams --json"
    })
public final class AccuracyCommand extends Benchmark {
  static final String DATA_SETS = "/accuracy/datasets.yaml";

  @Mixin private DataSets dataSets = new DataSets();

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

  @Override
  protected Measurement measure() throws Exception {
    require("--seeds", seeds, 1);
    List<AccuracyTable.Row> rows = new ArrayList<>();
    for (DataSets.Found found : dataSets.find(DATA_SETS)) {
      rows.add(measure(found.data(), found.file()));
    }
    return new AccuracyTable(tiers, seeds, rows).result();
  }

  private AccuracyTable.Row measure(AccuracyData data, Path file) throws Exception {
    CsvScan scan = data.scan(file);
    Settings settings = data.settings(scan);
    if (data.score() == AccuracyData.Score.F1) {
      settings =
          settings.withMetrics(
              settings.metrics().with(to -> to.thresholdMetric = MetricsSpec.Decision.F1));
    }
    List<AccuracyTable.Cell> cells = new ArrayList<>();
    for (AutoSpec.Tier tier : tiers) {
      List<AccuracyData.Run> runs = new ArrayList<>();
      double maxRate = 0;
      for (int seed = 1; seed <= seeds; seed++) {
        Settings seeded =
            settings.withModel(ModelSpec.auto(seed, AutoSpec.of(tier), ClassWeights.NONE));
        String task = "%s, auto: %s, seed %d".formatted(data.name(), tier.id(), seed);
        try (Progress progress = new Progress(task, scan.rows())) {
          PositiveScores areas = areas(data);
          Evaluation run = run(seeded, scan, progress, areas);
          runs.add(
              new AccuracyData.Run(
                  run.metrics().totals(), areas == null ? Double.NaN : areas.compute().roc()));
          maxRate = Math.max(maxRate, run.rate());
          report(task, data, runs.get(runs.size() - 1), run.rate());
        }
      }
      cells.add(new AccuracyTable.Cell(data.score(), runs, maxRate));
    }
    return new AccuracyTable.Row(data, scan.rows(), cells, peers(data, scan));
  }

  private static @Nullable PositiveScores areas(AccuracyData data) {
    return data.also() == AccuracyData.Score.AUC && data.positive() != null
        ? new PositiveScores(data.positive())
        : null;
  }

  private static Evaluation run(
      Settings settings, CsvScan scan, Progress progress, @Nullable PositiveScores areas)
      throws Exception {
    if (areas == null) {
      return Evaluation.run(settings, scan, 1, null, progress, prediction -> {});
    }
    Settings predicting = settings.withPublish(settings.output().publish().withPredictions(true));
    ObjectMapper parser = new ObjectMapper();
    return Evaluation.run(
        predicting,
        scan,
        1,
        null,
        progress,
        record -> areas.accept(Evaluation.parsed(parser, record)));
  }

  /** Returns published peers, and those that run over the same rows. */
  private List<AccuracyData.Peer> peers(AccuracyData data, CsvScan scan) {
    List<AccuracyData.Peer> peers = new ArrayList<>(data.peers());
    if (data.also() == AccuracyData.Score.AUC && data.positive() != null) {
      HashedFtrl.Scores ftrl = HashedFtrl.best(scan, data.positive());
      peers.add(new AccuracyData.Peer("hashed FTRL", ftrl.logLoss(), ftrl.auc()));
      for (String column : data.oracles()) {
        HashedFtrl.Scores oracle = HashedFtrl.Scores.ofColumn(scan, data.positive(), column);
        peers.add(new AccuracyData.Peer(column, oracle.logLoss(), oracle.auc()));
      }
    }
    return peers;
  }

  private void report(String task, AccuracyData data, AccuracyData.Run run, double rate) {
    String also =
        data.also() == null ? "" : ", %s %.4f".formatted(data.also().id(), data.also().of(run));
    PrintWriter err = err();
    err.printf(
        "%s: %s %.4f%s, %,.0f records/s%n",
        task, data.score().id(), data.score().of(run), also, rate);
    err.flush();
  }
}
