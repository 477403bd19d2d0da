package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.CliError;
import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import dev.millrace.nn.spec.AutoSpec;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the throughput and latency of the whole job between two topics. */
@Command(
    name = "pipeline",
    description = {
      "Measures records per second of the whole job and of a consumer that only decodes.",
      "Both read a filled topic, in turn; the job writes to the metrics topic. The network has 32",
      "relu neurons and learns by plain gradient descent. The broker is a separate process on all",
      "processors; bind this one to a core with taskset."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench pipeline --keys 100 --json",
      "  taskset -c 1 ./millrace bench pipeline --auto fast",
      "  taskset -c 0,1 ./millrace bench pipeline --keys 10000 --parallelism 2"
    })
final class PipelineBenchCommand extends Benchmark {
  @Option(
      names = "--records",
      paramLabel = "N",
      defaultValue = "5000000",
      description = "Records in the topic (default: ${DEFAULT-VALUE}).")
  private int records;

  @Option(
      names = "--features",
      paramLabel = "F",
      defaultValue = "8",
      description = "Numeric features of a record (default: ${DEFAULT-VALUE}).")
  private int features;

  @Option(
      names = "--ids",
      paramLabel = "C",
      defaultValue = "0",
      description =
          "Columns of ids of a record, each of 10,000 ids; needs --auto (default:"
              + " ${DEFAULT-VALUE}).")
  private int ids;

  @Option(
      names = "--keys",
      paramLabel = "K",
      defaultValue = "100",
      description = "Model keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--classes",
      paramLabel = "C",
      defaultValue = "2",
      description = "Classes of the label (default: ${DEFAULT-VALUE}).")
  private int classes;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "1",
      description = "Examples in one update (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      description = "Learns with model: auto instead of the network: fast, balanced or accurate.")
  private AutoSpec.@Nullable Tier auto;

  @Option(
      names = "--parallelism",
      paramLabel = "P",
      defaultValue = "1",
      description = "Subtasks of each operator, and partitions (default: ${DEFAULT-VALUE}).")
  private int parallelism;

  @Option(
      names = "--guarantee",
      paramLabel = "NAME",
      defaultValue = "at-least-once",
      description = "at-least-once or exactly-once (default: ${DEFAULT-VALUE}).")
  private Guarantee guarantee;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "heap",
      description = "heap or rocksdb (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--checkpoint",
      paramLabel = "S",
      defaultValue = "10",
      description = "Seconds from one checkpoint to the next (default: ${DEFAULT-VALUE}).")
  private int checkpoint;

  @Option(
      names = "--every",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Examples of a key from one metrics record to the next (default: ${DEFAULT-VALUE}).")
  private int every;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Rounds to warm up; the JIT compiler needs about 10 million records (default:"
              + " ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measured rounds, whose median is reported (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--latency",
      paramLabel = "S",
      defaultValue = "0",
      description =
          "Seconds to measure the time from a record to its metrics, at half the measured rate; 0"
              + " skips it (default: ${DEFAULT-VALUE}).")
  private int latency;

  @Option(
      names = "--bind-broker",
      description =
          "Runs the broker on the processors that this process is bound to, instead of all.")
  private boolean bindBroker;

  @Option(
      names = "--datastream",
      description =
          "Also runs a job that decodes the records itself and learns through the DataStream API,"
              + " in turn with the packaged job.")
  private boolean dataStream;

  @Override
  protected Measurement measure() throws Exception {
    require("--records", records, 1000);
    require("--features", features, 1);
    require("--ids", ids, 0);
    if (ids > 0 && (auto == null || dataStream)) {
      throw CliError.usage("--ids needs --auto TIER, and does not go with --datastream");
    }
    require("--keys", keys, 1);
    require("--classes", classes, 2);
    require("--batch", batch, 1);
    if (auto != null && batch != 1) {
      throw CliError.usage("--batch goes with the network; model: auto learns one by one");
    }
    require("--parallelism", parallelism, 1);
    require("--checkpoint", checkpoint, 1);
    require("--every", every, 1);
    require("--warmup", warmup, 0);
    require("--rounds", rounds, 1);
    require("--latency", latency, 0);
    BenchLoad load =
        new BenchLoad(
            records,
            features,
            ids,
            keys,
            classes,
            batch,
            auto,
            parallelism,
            guarantee,
            backend,
            checkpoint,
            every,
            bindBroker);
    return new PipelineBench(load, dataStream)
        .run(warmup, rounds, Duration.ofSeconds(latency), err());
  }
}
