package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures predictions in Flink SQL. */
@Command(
    name = "sql",
    description = {
      "Measures rows per second of ML_PREDICT, and of the same query with an identity function.",
      "The rows are generated and belong to random keys; each key has a model with 8 inputs, 32",
      "relu neurons and 2 classes. Both jobs run in turn, each in one thread; bind this process to",
      "a core with taskset. The time of a row is that from before the function to behind it."
    },
    footer = {"", "Example:", "  taskset -c 1 ./millrace bench sql --json"})
final class SqlBenchCommand extends Benchmark {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Rows of each job (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--keys",
      paramLabel = "K",
      defaultValue = "1000",
      description = "Model keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(names = "--async", description = "Measures the model with the option 'async'.")
  private boolean async;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "2",
      description = "Rounds to warm up (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Measured rounds, whose median is reported (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Override
  protected Measurement measure() throws Exception {
    require("--rows", rows, 1000);
    require("--keys", keys, 1);
    require("--warmup", warmup, 0);
    require("--rounds", rounds, 1);
    return new SqlBench(rows, keys, async).run(warmup, rounds, err());
  }
}
