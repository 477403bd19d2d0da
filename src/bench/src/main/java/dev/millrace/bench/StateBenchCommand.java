package dev.millrace.bench;

import dev.millrace.config.Settings.Backend;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures what many models cost. */
@Command(
    name = "state",
    description = {
      "Bytes per key, updates per second and the time of a checkpoint, with many models.",
      "The whole job, fed with generated records instead of a topic's; each key comes once",
      "a round, which is the worst order for a cache, and waits for others of its key no",
      "longer than in a job that keeps up. The network has 8 features, 32 relu neurons and",
      "2 classes, and learns by plain gradient descent. As many rounds before are warm-up."
    },
    footer = {
      "",
      "Example:",
      "  ./millrace bench state --keys 100000 --json",
      "  ./millrace bench state --keys 100000 --backend rocksdb --cache-bytes 0"
    })
final class StateBenchCommand implements Callable<Integer> {
  // Enough for the compiler, and for a window that is full where there are few keys.
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
      converter = PipelineBenchCommand.BackendName.class,
      description = "heap or rocksdb (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--cache-bytes",
      paramLabel = "N",
      defaultValue = "67108864",
      description = "state.cache-bytes, for rocksdb (default: ${DEFAULT-VALUE}).")
  private long cacheBytes;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Examples of each key that count; 0 is two million of all keys together.")
  private int rounds;

  @Option(names = "--json", description = "Ends with one line of JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    BenchCommand.require(spec, "--keys", keys, 1);
    BenchCommand.require(spec, "--rounds", rounds, 0);
    if (cacheBytes < 0) {
      throw new ParameterException(
          spec.commandLine(), "--cache-bytes must be at least 0, but was " + cacheBytes);
    }
    int chosen = rounds > 0 ? rounds : Math.max(2, Math.min(MAX_ROUNDS, UPDATES / keys));
    StateBench.Result result = new StateBench(keys, backend, cacheBytes, chosen).run();
    spec.commandLine().getOut().println(json ? result.toJson() : result.toText());
    return 0;
  }
}
