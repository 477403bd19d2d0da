package dev.millrace.cli.cluster;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.cli.run.CheckpointWatch;
import dev.millrace.cli.run.JobStatistics;
import dev.millrace.cli.run.RecordsWatch;
import dev.millrace.cli.run.RestoreMarker;
import dev.millrace.cli.run.Snapshots;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.JobStatus;

/** Supervises a local cluster and its job, and reports changes. Not thread-safe. */
final class ClusterWatch {
  private static final long LOOK_MILLIS = 500;
  private static final long SECONDS_FOR_SAVEPOINT = 12;
  // The command that has stopped the job still gets the job manager's answer.
  private static final long LINGER_MILLIS = 3000;
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final LocalCluster cluster;
  private final StopSignal stop;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Path config;
  private final Path stateDir;
  private final FlinkRest rest;
  private final RecordsWatch records;
  private final CheckpointWatch checkpoints;
  private Set<Integer> parallelism = Set.of();
  private boolean wasRunning;
  private Instant lastRunning = Instant.MIN;
  // Last answer of the job manager, or start of the watch.
  private long answered = System.nanoTime();
  private boolean reportedSilence;

  /**
   * @param spec what the cluster was started with
   */
  ClusterWatch(
      LocalCluster cluster, ClusterSpec spec, StopSignal stop, PrintWriter out, PrintWriter err) {
    this.config = spec.pipelineFile();
    this.stateDir = spec.stateDir();
    this.cluster = cluster;
    this.stop = stop;
    this.out = out;
    this.err = err;
    this.rest = cluster.rest();
    String log = "" + cluster.logs();
    this.records = new RecordsWatch(config, log, err);
    this.checkpoints = new CheckpointWatch(spec.stateDir(), log, err);
  }

  /**
   * Restarts processes that die, until the job ends or the user stops it.
   *
   * @return the exit code
   * @throws CliError if the job fails for good, or a process does not stay alive
   */
  int untilTheJobEnds() throws InterruptedException {
    while (!stop.await(LOOK_MILLIS)) {
      cluster.restartDead(err::println);
      Optional<FlinkRest.Job> job = job();
      if (job.isPresent() && job.get().status().isGloballyTerminalState()) {
        return ended(job.get());
      }
      if (job.isPresent()) {
        observe(job.get());
      } else {
        wasRunning = false; // another job manager may have it running again at the next look
      }
      if (job.isPresent() && wasRunning) {
        JobStatistics statistics = rest.statistics(job.get().id());
        records.look(statistics);
        checkpoints.look(statistics, job.get().id());
      }
    }
    stopJob();
    return 0;
  }

  private void observe(FlinkRest.Job job) throws InterruptedException {
    try {
      if (job.status() == JobStatus.CANCELLING) {
        return;
      }
      if (job.status() != JobStatus.RUNNING) {
        if (wasRunning) {
          err.printf("The job restarts%s%n", why(job, lastRunning));
        }
        wasRunning = false;
      } else if (rest.isRunning(job.id())) {
        reportParallelism(job, config);
        wasRunning = true;
        lastRunning = Instant.now();
      }
    } catch (IOException | CliError e) {
      // Between two job managers, or two states of the job; the next look succeeds.
    }
  }

  private void reportParallelism(FlinkRest.Job job, Path config)
      throws IOException, InterruptedException {
    Set<Integer> now = rest.parallelism(job.id());
    if (parallelism.isEmpty()) {
      out.printf("Job       %s, parallelism %s%n", job.id(), shown(now));
      out.printf("Watch     ./millrace watch -c %s   (Ctrl-C stops all)%n", config);
    } else if (!wasRunning || !now.equals(parallelism)) {
      err.printf("The job runs again, parallelism %s.%n", shown(now));
    }
    parallelism = now;
  }

  private String why(FlinkRest.Job job, Instant since) throws IOException, InterruptedException {
    return rest.failure(job.id(), since).map(reason -> ": " + reason).orElse(".");
  }

  private Optional<FlinkRest.Job> job() throws InterruptedException {
    try {
      List<FlinkRest.Job> jobs = rest.jobs();
      answered = System.nanoTime();
      reportedSilence = false;
      return jobs.stream().findFirst();
    } catch (IOException | CliError e) {
      reportSilence(e);
      return Optional.empty(); // not up yet, ending, or just being started again
    }
  }

  private void reportSilence(Exception last) {
    if (!reportedSilence && System.nanoTime() - answered >= SILENCE.toNanos()) {
      reportedSilence = true;
      String why = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
      err.printf(
          "The job manager has not answered at %s for %d s (%s). Its log is in %s; Ctrl-C stops"
              + " all.%n",
          rest.address(), SILENCE.toSeconds(), why, cluster.logs());
    }
  }

  private int ended(FlinkRest.Job job) throws InterruptedException {
    String how = job.status().name().toLowerCase(Locale.ROOT);
    if (job.status() == JobStatus.FAILED) {
      Optional<String> reason = ClusterOptions.answer(rest, () -> rest.failureForGood(job.id()));
      throw new CliError(
          "The job failed%s (more in %s)"
              .formatted(reason.map(why -> ": " + why).orElse("."), cluster.logs()));
    }
    if (job.status() == JobStatus.CANCELED) {
      // The newest savepoint may be one after which the job continued.
      Optional<Path> newest = new RestoreMarker(stateDir).newest();
      out.println("The job was canceled. " + Snapshots.stoppedWithout(newest));
      return 0;
    }
    Optional<String> savepoint = ClusterOptions.answer(rest, () -> rest.newestSavepoint(job.id()));
    out.println(
        savepoint
            .map(path -> "The job was stopped with savepoint " + Snapshots.shown(path))
            .orElse("The job is " + how + "."));
    stop.await(LINGER_MILLIS);
    return 0;
  }

  /** Stops the job with a savepoint, if it runs and there is time. */
  private void stopJob() throws InterruptedException {
    Optional<String> savepoint = Optional.empty();
    try {
      Optional<FlinkRest.Job> job = job();
      if (job.isPresent() && !parallelism.isEmpty()) {
        savepoint = savepoint(job.get().id());
      }
    } catch (IOException | CliError e) {
      err.println("No savepoint: " + e.getMessage());
    }
    if (savepoint.isEmpty()) {
      // A running job would write a newer checkpoint than the reported one.
      cluster.close();
    }
    out.println(new RestoreMarker(stateDir).stopped(savepoint));
  }

  private Optional<String> savepoint(String job) throws IOException, InterruptedException {
    String request = rest.triggerStop(job, false);
    long end = System.nanoTime() + SECONDS_FOR_SAVEPOINT * 1_000_000_000;
    Optional<String> path = rest.savepoint(job, request);
    while (path.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(LOOK_MILLIS);
      path = rest.savepoint(job, request);
    }
    if (path.isEmpty()) {
      err.printf("No savepoint: not complete after %d s%n", SECONDS_FOR_SAVEPOINT);
    }
    return path;
  }

  private static String shown(Set<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
