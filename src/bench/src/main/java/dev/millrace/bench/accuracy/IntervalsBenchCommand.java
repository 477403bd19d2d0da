package dev.millrace.bench.accuracy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.config.Settings;
import dev.millrace.input.ForecastSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how often intervals and sets of classes hold the label, and how large they are. */
@Command(
    name = "intervals",
    description = {
      "Measures the coverage of intervals and of sets of classes, and their size.",
      "Runs the job over each data set in one pass with model: auto, and compares what was",
      "published with the labels. Leaves out data sets that are neither in the folder, shipped"
          + " with",
      "Millrace nor generated."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench intervals",
      "  ./millrace bench intervals --level 0.95 --data ~/streams"
    })
public final class IntervalsBenchCommand implements Callable<Integer> {
  private static final String RESOURCE = "/accuracy/intervals.yaml";

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "0.9",
      description = "Share of the labels to cover (default: ${DEFAULT-VALUE}).")
  private double level;

  @Mixin private DataSets dataSets = new DataSets();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (!(level > 0 && level < 1)) {
      throw CliError.usage("--level must be above 0 and below 1, but was " + level);
    }
    List<String> lines = new ArrayList<>();
    for (DataSets.Found found : dataSets.find(RESOURCE)) {
      lines.addAll(measure(found.data(), found.file()));
    }
    CoverageCounts.HEADER.forEach(spec.commandLine().getOut()::println);
    lines.forEach(spec.commandLine().getOut()::println);
    return 0;
  }

  private List<String> measure(AccuracyData data, Path file) throws Exception {
    CsvScan scan = data.scan(file);
    Settings settings = data.settings(scan);
    ForecastSpec forecast = settings.input().spec().forecast();
    if (forecast == null) {
      return List.of(predictions(settings, scan, data.name(), level).line(data.name()));
    }
    SeriesValues values = SeriesValues.read(file, scan);
    Map<String, CoverageCounts> counts = new LinkedHashMap<>();
    run(
        settings,
        scan,
        data.name(),
        scan.rows() * forecast.horizons().size(),
        level,
        prediction -> {
          String horizon = prediction.path("horizon").asText();
          double actual =
              values.ahead(prediction.path("offset").asInt(), Integer.parseInt(horizon));
          if (!Double.isNaN(actual)) {
            counts
                .computeIfAbsent(horizon, absent -> new CoverageCounts(level))
                .accept(((ObjectNode) prediction).put("actual", actual));
          }
        });
    List<String> lines = new ArrayList<>();
    counts.forEach(
        (horizon, count) -> lines.add(count.line(data.name() + ", " + horizon + " ahead")));
    return lines;
  }

  /** Runs the job over a file; returns what became of the intervals that it published. */
  static CoverageCounts predictions(Settings settings, CsvScan scan, String name, double level)
      throws Exception {
    CoverageCounts counts = new CoverageCounts(level);
    run(settings, scan, name, scan.rows(), level, counts::accept);
    return counts;
  }

  private static void run(
      Settings settings,
      CsvScan scan,
      String name,
      long rows,
      double level,
      Consumer<JsonNode> predictions)
      throws Exception {
    Settings predicting =
        settings.withPublish(settings.output().publish().withPredictions(true).withInterval(level));
    ObjectMapper parser = new ObjectMapper();
    try (Progress progress = new Progress(name, rows)) {
      Evaluation.run(
          predicting,
          scan,
          1,
          null,
          progress,
          record -> predictions.accept(Evaluation.parsed(parser, record)));
    }
  }
}
