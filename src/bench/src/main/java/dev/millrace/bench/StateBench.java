package dev.millrace.bench;

import dev.millrace.MillraceJob;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Backend;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.KebabCase;
import dev.millrace.eval.ClassificationMetrics;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.eval.ScoredClass;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.CheckpointType;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Measures the job with many keys, and one checkpoint of all models during learning.
 *
 * <p>Each key is reported once in each of three phases: warm-up, measurement, checkpoint; a single
 * key is reported more often. The longest gap between two reports of the third phase is the pause
 * that the checkpoint causes.
 *
 * @param rounds examples of each key in a phase
 * @param ids of each key, 0 for a network without ids
 */
record StateBench(int keys, Backend backend, long cacheBytes, int rounds, int ids) {
  private static final int NEURONS = 32;
  private static final int CLASSES = 2;
  // Warm-up, measurement, checkpoint.
  private static final int PHASES = 3;
  private static final int MAX_REPORTS_OF_ONE_KEY = 1000;

  /** Times of the reports of each phase; written by the thread of the job's one sink. */
  private static final class Reports {
    final CompletableFuture<Void> thirdBegun = new CompletableFuture<>();
    final CompletableFuture<Void> all = new CompletableFuture<>();
    private final int phaseLength;
    private final boolean isOfOneKey;
    private int count;
    private long warm;
    private long end;
    private long last;
    private long maxGap;
    private long quietGap;
    private volatile boolean checkpointing;

    /**
     * @param phaseLength number of reports
     * @param isOfOneKey reports come at equal intervals; else at the end of each round
     */
    Reports(int phaseLength, boolean isOfOneKey) {
      this.phaseLength = phaseLength;
      this.isOfOneKey = isOfOneKey;
    }

    void add() {
      long now = System.nanoTime();
      boolean isFirst = count % phaseLength == 0 && !isOfOneKey;
      if (!isFirst && (count < 2 * phaseLength || checkpointing)) {
        maxGap = Math.max(maxGap, now - last);
      }
      last = now;
      count++;
      if (count == phaseLength) {
        warm = now;
        maxGap = 0;
      } else if (count == 2 * phaseLength) {
        end = now;
        quietGap = maxGap;
        maxGap = 0;
      } else if (count == 2 * phaseLength + 1) {
        thirdBegun.complete(null);
      }
      if (count == PHASES * phaseLength) {
        all.complete(null);
      }
    }

    void fail(Throwable e) {
      thirdBegun.completeExceptionally(e);
      all.completeExceptionally(e);
    }
  }

  Measurement run() throws Exception {
    Path checkpoints = TemporaryDirectories.untilExit("millrace-bench-");
    Settings settings = settings();
    Reports reports = new Reports(keys * reportsOfKey(), keys == 1);
    try (LocalSink metrics = new LocalSink(record -> reports.add());
        LocalSink unread = new LocalSink(record -> {})) {
      StreamExecutionEnvironment env = LocalFlink.environment(1, options(settings, checkpoints));
      MillraceJob.build(
          env,
          settings,
          source(settings.input().topic()),
          new MillraceJob.Sinks(metrics, unread, unread, unread, unread, unread));
      JobGraph graph = env.getStreamGraph().getJobGraph();
      try (MiniCluster cluster = LocalFlink.cluster(env)) {
        return measure(settings, reports, cluster, graph, checkpoints);
      }
    }
  }

  private Measurement measure(
      Settings settings, Reports reports, MiniCluster cluster, JobGraph graph, Path checkpoints)
      throws Exception {
    JobID job = cluster.submitJob(graph).get().getJobID();
    // Completes the futures if the job fails.
    cluster
        .requestJobResult(job)
        .thenAccept(
            ended ->
                reports.fail(
                    ended
                        .getSerializedThrowable()
                        .map(e -> (Throwable) e)
                        .orElseGet(() -> new IllegalStateException("the job has ended"))));
    reports.thirdBegun.get();
    reports.checkpointing = true;
    double seconds = checkpoint(cluster, job);
    reports.checkpointing = false;
    Set<Path> before = files(checkpoints);
    Checkpoint first = new Checkpoint(seconds, size(before));
    reports.all.get();
    seconds = checkpoint(cluster, job);
    Set<Path> written = files(checkpoints);
    written.removeAll(before);
    Checkpoint later = new Checkpoint(seconds, size(written));
    Path savepoint = TemporaryDirectories.untilExit("millrace-bench-");
    cluster
        .triggerSavepoint(job, Snapshots.location(savepoint), false, SavepointFormatType.CANONICAL)
        .get();
    // The models, uncompressed and the same on each backend.
    long bytesPerKey = size(files(savepoint)) / keys;
    return result(reports, bytesPerKey, windowBytes(settings.metrics()), first, later);
  }

  /** Duration of a checkpoint, and size of the files that it wrote. */
  private record Checkpoint(double seconds, long bytes) {}

  private Measurement result(
      Reports reports, long bytesPerKey, long windowBytes, Checkpoint first, Checkpoint later) {
    double updatesPerSecond = 1e9 * keys * rounds / (reports.end - reports.warm);
    double pauseMillis = reports.maxGap / 1e6;
    double quietMillis = reports.quietGap / 1e6;
    Measurement result = new Measurement();
    result.put("keys", keys).put("backend", KebabCase.of(backend)).put("cache_bytes", cacheBytes);
    result
        .putRounded("updates_per_s", updatesPerSecond)
        .put("examples_per_key", (long) PHASES * rounds);
    result.put("bytes_per_key", bytesPerKey);
    result.print("%,d keys ", keys);
    addModel(result, updatesPerSecond, bytesPerKey, windowBytes);
    result.put("checkpoint_s", first.seconds, 3).put("checkpoint_bytes", first.bytes);
    result.put("later_checkpoint_s", later.seconds, 3).put("later_checkpoint_bytes", later.bytes);
    result.put("pause_ms", pauseMillis, 1).put("quiet_ms", quietMillis, 1);
    result.print(
        "; a checkpoint takes %.2f s and %,d bytes, and stops the job for %.0f ms (%.0f ms"
            + " without)",
        first.seconds, first.bytes, pauseMillis, quietMillis);
    return ids == 0
        ? result
        : result.print(
            "; after a hundredth of the ids came again, the next one takes %.2f s and %,d bytes",
            later.seconds, later.bytes);
  }

  private void addModel(
      Measurement result, double updatesPerSecond, long bytesPerKey, long windowBytes) {
    // Plain gradient descent has no optimizer state.
    long floatBytes =
        Float.BYTES * (long) ((StateBenchSource.FEATURES + 1) * NEURONS + (NEURONS + 1) * CLASSES);
    long otherBytes = bytesPerKey - floatBytes - windowBytes;
    if (ids == 0) {
      result.put("weights_and_optimizer_bytes_per_key", floatBytes);
      result.put("window_bytes_per_key", windowBytes).put("other_bytes_per_key", otherBytes);
      result.print(
          "on %s: %,.0f updates/s; %,d bytes a key: %,d of weights, %,d of the window, %,d others",
          KebabCase.of(backend),
          updatesPerSecond,
          bytesPerKey,
          floatBytes,
          windowBytes,
          otherBytes);
    } else {
      result.put("ids_per_key", ids);
      result.print(
          "of %,d ids on %s: %,.0f records/s of %d ids; %,d bytes a key",
          ids,
          KebabCase.of(backend),
          updatesPerSecond,
          Math.min(ids, StateBenchSource.IDS_OF_RECORD),
          bytesPerKey);
    }
  }

  /** Returns the number of reports of a key in each phase. */
  private int reportsOfKey() {
    int reports = keys == 1 ? Math.min(rounds, MAX_REPORTS_OF_ONE_KEY) : 1;
    while (rounds % reports != 0) {
      reports--;
    }
    return reports;
  }

  private DataGeneratorSource<KafkaRecord> source(String topic) {
    return ids == 0
        ? StateBenchSource.of(keys, PHASES * rounds, topic)
        : StateBenchSource.withIds(keys, ids, rounds, PHASES, topic);
  }

  /** Takes a checkpoint; returns its duration in seconds. */
  private static double checkpoint(MiniCluster cluster, JobID job) throws Exception {
    long before = System.nanoTime();
    cluster.triggerCheckpoint(job, CheckpointType.CONFIGURED).get();
    return (System.nanoTime() - before) / 1e9;
  }

  private Settings settings() {
    if (ids > 0) {
      return settingsWithIds();
    }
    String yaml =
        """
        pipeline: bench
        kafka: { bootstrap.servers: "none:0" }
        input: { label: label, classes: [c0, c1] }
        model: { layers: [{ units: %d, activation: relu }], optimizer: sgd }
        metrics: { every: %d, max-interval: off }
        state: { backend: %s, cache-bytes: %d, checkpoint-interval: 24h }
        """
            .formatted(NEURONS, rounds / reportsOfKey(), KebabCase.of(backend), cacheBytes);
    return PipelineFile.parse("bench", yaml, Path.of(""));
  }

  private Settings settingsWithIds() {
    String yaml =
        """
        pipeline: bench
        kafka: { bootstrap.servers: "none:0" }
        input:
          format: csv
          columns: [key, label, ids]
          key: key
          label: label
          classes: [c0, c1]
          features: [{ name: ids, type: set, separator: " ", max: %d }]
        auto: { tier: fast, buffer: 100 }
        metrics: { every: %d, max-interval: off, window: 100 }
        output: { snapshots: { every: 0, max-interval: off } }
        limits: { ids: %d, state-bytes: %d }
        state: { backend: %s, cache-bytes: %d, checkpoint-interval: 24h }
        """
            .formatted(
                StateBenchSource.IDS_OF_RECORD,
                rounds / reportsOfKey(),
                ids,
                1L << 32,
                KebabCase.of(backend),
                cacheBytes);
    return PipelineFile.parse("bench", yaml, Path.of(""));
  }

  private static Map<String, String> options(Settings settings, Path checkpoints) {
    Map<String, String> options = new HashMap<>(LocalFlink.NO_RESTART);
    options.putAll(MillraceJob.stateOptions(settings));
    options.put("execution.checkpointing.dir", Snapshots.location(checkpoints));
    options.put("execution.checkpointing.timeout", "1 h");
    return options;
  }

  private static Set<Path> files(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(Files::isRegularFile).collect(Collectors.toCollection(HashSet::new));
    }
  }

  private static long size(Set<Path> files) {
    return files.stream().mapToLong(StateBench::length).sum();
  }

  private static long length(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long windowBytes(MetricsSpec spec) throws IOException {
    ClassificationMetrics metrics = new ClassificationMetrics(spec);
    metrics.update(new ScoredClass(), 1, 0);
    int one = length(metrics);
    metrics.update(new ScoredClass(), 1, 0);
    return (long) (length(metrics) - one) * Math.min(spec.window(), PHASES * rounds);
  }

  private static int length(ClassificationMetrics metrics) throws IOException {
    DataOutputStream out = new DataOutputStream(OutputStream.nullOutputStream());
    metrics.write(out);
    return out.size();
  }
}
