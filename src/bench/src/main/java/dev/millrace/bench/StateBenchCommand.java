package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.config.Settings.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures state size, throughput and checkpoints of many models. */
@Command(
    name = "state",
    description = {
      "Measures bytes per key, updates per second and checkpoint time with many models.",
      "The job reads generated records instead of a topic. Each key comes once a round, which is",
      "the worst order for a cache. The network has 8 features, 32 relu neurons and 2 classes, and",
      "learns by plain gradient descent. As many rounds come before to warm up.",
      "With --ids, records have 100 ids each instead, and the model is auto: fast. After all ids",
      "have come twice, a hundredth of them comes again, between two checkpoints."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench state --keys 100000 --json",
      "  ./millrace bench state --keys 100000 --backend rocksdb --cache-bytes 0",
      "  ./millrace bench state --keys 1 --ids 10000000 --backend rocksdb"
    })
final class StateBenchCommand extends Benchmark {
  // Enough for the JIT compiler, and to fill the windows of a few keys.
  private static final int UPDATES = 2_000_000;
  private static final int MAX_ROUNDS = 20_000;

  @Option(
      names = "--keys",
      paramLabel = "K",
      defaultValue = "10000",
      description = "Model keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "heap",
      description = "heap or rocksdb (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--cache-bytes",
      paramLabel = "N",
      defaultValue = "67108864",
      description = "Cache size, as state.cache-bytes, for rocksdb (default: ${DEFAULT-VALUE}).")
  private long cacheBytes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Measured examples of each key; 0 is two million over all keys.")
  private int rounds;

  @Option(
      names = "--ids",
      paramLabel = "N",
      defaultValue = "0",
      description = "Ids that each key has; 0 is a network without ids.")
  private int ids;

  @Override
  protected Measurement measure() throws Exception {
    require("--keys", keys, 1);
    require("--rounds", rounds, 0);
    require("--cache-bytes", cacheBytes, 0);
    require("--ids", ids, 0);
    return new StateBench(keys, backend, cacheBytes, rounds(), ids).run();
  }

  private int rounds() {
    if (ids > 0) {
      return (ids + StateBenchSource.IDS_OF_RECORD - 1) / StateBenchSource.IDS_OF_RECORD;
    }
    return rounds > 0 ? rounds : Math.max(2, Math.min(MAX_ROUNDS, UPDATES / keys));
  }
}
