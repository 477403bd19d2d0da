package dev.millrace.cli.run;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.LogFile;
import dev.millrace.cli.console.RootCause;
import dev.millrace.config.Settings;
import dev.millrace.kafka.Lease;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointException;
import org.apache.flink.runtime.checkpoint.CheckpointFailureReason;
import org.apache.flink.runtime.checkpoint.CheckpointStatsHistory;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.checkpoint.FailedCheckpointStats;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;

/** Job of a pipeline on Flink in this process. */
public final class LocalJob implements JobStatistics {
  // Together less than the time that a process has after a signal.
  public static final Duration SAVEPOINT_TIMEOUT = Duration.ofSeconds(15);
  public static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(1);

  private static final Duration REGISTRATION_TIMEOUT = Duration.ofSeconds(5);
  private static final long REGISTRATION_LOOK_MILLIS = 50;

  private final JobClient client;
  private final PortlessCluster cluster;
  // Requested once: each request would leave a stage that waits for the end of the job.
  private final CompletableFuture<JobExecutionResult> result;
  private final Path stateDir;
  private final Lease lease;

  private LocalJob(JobClient client, PortlessCluster cluster, Path stateDir, Lease lease) {
    this.client = client;
    this.cluster = cluster;
    this.result = client.getJobExecutionResult();
    this.stateDir = stateDir;
    this.lease = lease;
  }

  /**
   * Starts the job between the pipeline's topics.
   *
   * @param stateDir where checkpoints and savepoints go
   * @param from checkpoint or savepoint to continue from; null starts with new models
   * @param bounded true if the job ends at the current end of the topic
   */
  public static LocalJob start(
      Settings settings, int parallelism, Path stateDir, @Nullable Path from, boolean bounded)
      throws InterruptedException {
    return start(settings, parallelism, stateDir, from, bounded, null);
  }

  /**
   * Starts the job.
   *
   * @param metrics receives the metrics of Flink; null for none
   */
  static LocalJob start(
      Settings settings,
      int parallelism,
      Path stateDir,
      @Nullable Path from,
      boolean bounded,
      @Nullable FlinkMetrics metrics)
      throws InterruptedException {
    Map<String, String> options = options(settings, stateDir, from);
    StreamExecutionEnvironment env = LocalFlink.environment(parallelism, options);
    MillraceJob.buildOnKafka(env, settings, bounded);
    StreamGraph graph = env.getStreamGraph();
    graph.setJobName(MillraceJob.jobName(settings));
    AtomicReference<PortlessCluster> cluster = new AtomicReference<>();
    try {
      JobClient client =
          LocalFlink.start(
              env,
              graph,
              created -> {
                cluster.set(created);
                if (metrics != null) {
                  created.reportTo(metrics);
                }
              });
      Lease lease = MillraceJob.lease(settings, Configuration.fromMap(options));
      return new LocalJob(client, Objects.requireNonNull(cluster.get()), stateDir, lease);
    } catch (Exception e) {
      throw new CliError("The job did not start: " + RootCause.message(e), e);
    }
  }

  private static Map<String, String> options(
      Settings settings, Path stateDir, @Nullable Path from) {
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.putAll(LeaseCheck.options(stateDir));
    // Without a lock too, so that its lease can be released.
    options.putIfAbsent(MillraceJob.LEASE_HOLDER.key(), UUID.randomUUID().toString());
    options.put("execution.checkpointing.dir", Snapshots.location(stateDir));
    options.put("execution.checkpointing.savepoint-dir", Snapshots.location(stateDir));
    if (from != null) {
      options.put("execution.state-recovery.path", Snapshots.location(from));
      boolean leaves = new SnapshotCheck(stateDir, from).leavesCommands(settings);
      options.put("execution.state-recovery.ignore-unclaimed-state", Boolean.toString(leaves));
    }
    return options;
  }

  /** Returns the cluster of this job. */
  MiniCluster cluster() {
    return cluster;
  }

  @Override
  public Map<String, Long> counters(String operator, Collection<String> names) {
    return cluster.counters().sums(names);
  }

  @Override
  public Checkpoints checkpoints() throws IOException, InterruptedException {
    try {
      CheckpointStatsHistory history =
          cluster.getExecutionGraph(id()).get().getCheckpointStatsSnapshot().getHistory();
      CompletedCheckpointStats completed = history.getLatestCompletedCheckpoint();
      FailedCheckpointStats failed = history.getLatestFailedCheckpoint();
      return new Checkpoints(
          completed == null ? -1 : completed.getCheckpointId(),
          failed == null ? -1 : failed.getCheckpointId(),
          failed == null ? "" : Objects.toString(failed.getFailureMessage(), ""));
    } catch (ExecutionException | IllegalStateException e) {
      throw new IOException("the job is between two states, or its cluster has shut down", e);
    }
  }

  JobID id() {
    return client.getJobID();
  }

  /** Returns the job's state, empty while it is unknown. */
  Optional<JobStatus> status() throws InterruptedException {
    try {
      return Optional.of(client.getJobStatus().get());
    } catch (ExecutionException | IllegalStateException e) {
      return Optional.empty(); // between two states, or shut down
    }
  }

  /** Returns the last failure in one line; empty if there is none, or it is unknown. */
  Optional<String> lastFailure() throws InterruptedException {
    try {
      return Optional.ofNullable(cluster.getExecutionGraph(id()).get().getFailureInfo())
          .map(ErrorInfo::getException)
          .map(failure -> RootCause.message(failure.deserializeError(getClass().getClassLoader())));
    } catch (ExecutionException | IllegalStateException e) {
      return Optional.empty(); // between two states, or shut down
    }
  }

  /**
   * Starts a task manager if there is none any more: Flink ends it if a task does not end, or its
   * resources cannot be closed, and expects a cluster to start the next one.
   *
   * @return true if it did
   */
  boolean revive() throws InterruptedException {
    try {
      if (hasTaskManager()) {
        return false;
      }
      cluster.startTaskManager();
      // It counts only after it has registered.
      long end = System.nanoTime() + REGISTRATION_TIMEOUT.toNanos();
      while (!hasTaskManager() && System.nanoTime() < end) {
        Thread.sleep(REGISTRATION_LOOK_MILLIS);
      }
      return true;
    } catch (ExecutionException | IllegalStateException e) {
      return false; // shut down
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw new CliError("The job's task manager died and cannot be restarted: " + e, e);
    }
  }

  private boolean hasTaskManager() throws ExecutionException, InterruptedException {
    return cluster.getResourceOverview().get().getNumberTaskManagers() > 0;
  }

  /**
   * Waits for the end of the job.
   *
   * @return true if it has ended
   * @throws CliError if it failed
   */
  public boolean awaitEnd(Duration atMost) throws InterruptedException {
    try {
      result.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      LeaseCheck.release(lease);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      LeaseCheck.release(lease);
      throw failure(e);
    }
  }

  /**
   * Stops with a savepoint, from which the next run continues, on another state backend too;
   * cancels where that fails.
   *
   * @param failure takes one line if there is no savepoint
   */
  Optional<String> stop(Consumer<String> failure) throws InterruptedException {
    try {
      String savepoint =
          client
              .stopWithSavepoint(false, Snapshots.location(stateDir), SavepointFormatType.CANONICAL)
              .get(SAVEPOINT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
      LeaseCheck.release(lease);
      return Optional.of(savepoint);
    } catch (TimeoutException e) {
      failure.accept("not complete after " + SAVEPOINT_TIMEOUT.toSeconds() + " s");
    } catch (ExecutionException | IllegalStateException e) {
      failure.accept(reason(e));
    }
    cancel(CANCEL_TIMEOUT);
    return Optional.empty();
  }

  private static String reason(Exception noSavepoint) {
    boolean starts =
        ExceptionUtils.findThrowable(noSavepoint, CheckpointException.class)
            .map(CheckpointException::getCheckpointFailureReason)
            .filter(CheckpointFailureReason.NOT_ALL_REQUIRED_TASKS_RUNNING::equals)
            .isPresent();
    return starts ? "not all tasks run yet" : RootCause.message(noSavepoint);
  }

  /** Cancels the job; the next run reads the records after the last checkpoint again. */
  public void cancel() throws InterruptedException {
    cancel(SAVEPOINT_TIMEOUT);
  }

  private void cancel(Duration atMost) throws InterruptedException {
    try {
      client.cancel().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      result.get(atMost.toMillis(), TimeUnit.MILLISECONDS); // cancelled tasks may still write
    } catch (TimeoutException e) {
      return; // it keeps its lease until that expires
    } catch (ExecutionException | IllegalStateException e) {
      // It has been cancelled, or had ended by itself; nothing is left to stop.
    }
    LeaseCheck.release(lease);
  }

  /** Returns the error for a failed job. */
  public static CliError failure(Exception e) {
    return new CliError(
        "The job failed: " + RootCause.message(e) + " (more in " + LogFile.file() + ")", e);
  }
}
