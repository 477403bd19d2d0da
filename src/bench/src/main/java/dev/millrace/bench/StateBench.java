package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Directories;
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

  /**
   * Measurements.
   *
   * @param seconds duration of the second phase
   * @param pauseMillis longest gap between two reports during the checkpoint
   * @param quietMillis longest gap between two reports in the second phase
   * @param savepointBytes size of the models, uncompressed and the same on each backend
   * @param windowBytes size of a key's window of scored examples
   * @param laterSeconds duration of a second checkpoint, after the third phase
   * @param laterBytes size of the files that this checkpoint wrote
   */
  record Result(
      StateBench bench,
      double seconds,
      double checkpointSeconds,
      double pauseMillis,
      double quietMillis,
      long checkpointBytes,
      long savepointBytes,
      long windowBytes,
      double laterSeconds,
      long laterBytes) {

    private double updatesPerSecond() {
      return (double) bench.keys * bench.rounds / seconds;
    }

    private long bytesPerKey() {
      return savepointBytes / bench.keys;
    }

    // Plain gradient descent has no optimizer state.
    private static long floatBytes() {
      return Float.BYTES
          * (long) ((StateBenchSource.FEATURES + 1) * NEURONS + (NEURONS + 1) * CLASSES);
    }

    private long otherBytes() {
      return bytesPerKey() - floatBytes() - windowBytes;
    }

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("keys", bench.keys);
      json.put("backend", KebabCase.of(bench.backend));
      json.put("cache_bytes", bench.cacheBytes);
      json.put("updates_per_s", Math.round(updatesPerSecond()));
      json.put("examples_per_key", PHASES * bench.rounds);
      json.put("bytes_per_key", bytesPerKey());
      if (bench.ids == 0) {
        json.put("weights_and_optimizer_bytes_per_key", floatBytes());
        json.put("window_bytes_per_key", windowBytes);
        json.put("other_bytes_per_key", otherBytes());
      } else {
        json.put("ids_per_key", bench.ids);
      }
      json.put("checkpoint_s", Math.round(1000 * checkpointSeconds) / 1000.0);
      json.put("checkpoint_bytes", checkpointBytes);
      json.put("later_checkpoint_s", Math.round(1000 * laterSeconds) / 1000.0);
      json.put("later_checkpoint_bytes", laterBytes);
      json.put("pause_ms", Math.round(10 * pauseMillis) / 10.0);
      json.put("quiet_ms", Math.round(10 * quietMillis) / 10.0);
      BenchCommand.describeMachine(json);
      return json.toString();
    }

    String toText() {
      return bench.ids == 0 ? textOfNetworks() : textOfIds();
    }

    private String textOfIds() {
      return ("%,d keys of %,d ids on %s: %,.0f records/s of %d ids; %,d bytes a key; a checkpoint"
              + " takes %.2f s and %,d bytes, and stops the job for %.0f ms (%.0f ms without);"
              + " after a hundredth of the ids came again, the next one takes %.2f s and %,d"
              + " bytes")
          .formatted(
              bench.keys,
              bench.ids,
              KebabCase.of(bench.backend),
              updatesPerSecond(),
              Math.min(bench.ids, StateBenchSource.IDS_OF_RECORD),
              bytesPerKey(),
              checkpointSeconds,
              checkpointBytes,
              pauseMillis,
              quietMillis,
              laterSeconds,
              laterBytes);
    }

    private String textOfNetworks() {
      return ("%,d keys on %s: %,.0f updates/s; %,d bytes a key: %,d of weights, %,d of the window,"
              + " %,d others; a checkpoint takes %.2f s and %,d bytes, and stops the job for"
              + " %.0f ms (%.0f ms without)")
          .formatted(
              bench.keys,
              KebabCase.of(bench.backend),
              updatesPerSecond(),
              bytesPerKey(),
              floatBytes(),
              windowBytes,
              otherBytes(),
              checkpointSeconds,
              checkpointBytes,
              pauseMillis,
              quietMillis);
    }
  }

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

  Result run() throws Exception {
    Path checkpoints = Directories.untilExit("millrace-bench-");
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
        double checkpoint = checkpoint(cluster, job);
        reports.checkpointing = false;
        Set<Path> before = files(checkpoints);
        long checkpointBytes = size(before);
        reports.all.get();
        double later = checkpoint(cluster, job);
        Set<Path> written = files(checkpoints);
        written.removeAll(before);
        Path savepoint = Directories.untilExit("millrace-bench-");
        cluster
            .triggerSavepoint(
                job, Snapshots.location(savepoint), false, SavepointFormatType.CANONICAL)
            .get();
        return new Result(
            this,
            (reports.end - reports.warm) / 1e9,
            checkpoint,
            reports.maxGap / 1e6,
            reports.quietGap / 1e6,
            checkpointBytes,
            size(files(savepoint)),
            windowBytes(settings.metrics()),
            later,
            size(written));
      }
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
