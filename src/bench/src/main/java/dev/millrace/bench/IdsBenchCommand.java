package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.nn.spec.AutoSpec;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures how fast ids are learned, and their memory. */
@Command(
    name = "ids",
    description = {
      "Measures how fast models learn ids, and the memory of an id, without Kafka and Flink.",
      "Rows have 26 columns of ids and 13 numbers, as in the Criteo click logs. Rates are per"
          + " second",
      "of processor time of the training thread: ids per second of the linear model and the pairs"
          + " of",
      "fields together, and records per second of the whole model. At the end, a model of the"
          + " first",
      "tier is published, and once more after a hundredth of its ids came again."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench ids --json",
      "  taskset -c 1 ./millrace bench ids --ids 5000000 --auto fast"
    })
final class IdsBenchCommand extends Benchmark {
  @Option(
      names = "--ids",
      paramLabel = "N",
      defaultValue = "260000",
      description = "Ids of all columns to draw from (default: ${DEFAULT-VALUE}).")
  private int ids;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      split = ",",
      defaultValue = "fast,balanced,accurate",
      description = "Tiers to measure (default: ${DEFAULT-VALUE}).")
  private List<AutoSpec.Tier> tiers;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "3",
      description =
          "Seconds of processor time to measure, at least one pass over 65,536 rows (default:"
              + " ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warmup",
      paramLabel = "S",
      defaultValue = "8",
      description = "Seconds to warm up, at least one pass as well (default: ${DEFAULT-VALUE}).")
  private double warmup;

  @Override
  protected Measurement measure() throws IOException {
    require("--ids", ids, 26);
    if (!(seconds > 0) || !(warmup >= 0)) {
      throw wrong("--seconds must be above 0 and --warmup at least 0");
    }
    return new IdsBench(ids, warmup, seconds).run(tiers, err());
  }
}
