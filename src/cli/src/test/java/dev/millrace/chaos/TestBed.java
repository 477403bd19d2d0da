package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;

/**
 * Brokers and a Flink cluster, each of processes of their own, and records that flow. Not
 * thread-safe.
 */
final class TestBed implements AutoCloseable {
  // Records that may still flow after the moment of a fault.
  private static final int BEYOND = 150;
  private static final int ENOUGH_FOR_SOME_CHECKPOINTS = 30 * Traffic.CALM;
  private static final int A_SECONDS_REPORTS = 12;

  private final Path dir;
  private final Brokers brokers;
  private final Pipeline pipeline;
  private final Traffic traffic;
  private final Path file;
  private final Cluster cluster;
  private final Lateness lateness;
  private final List<AutoCloseable> kept = new ArrayList<>();

  /**
   * Creates topics for the pipeline; the brokers remain the caller's.
   *
   * @param dir for everything that processes write
   */
  TestBed(Path dir, Brokers brokers, Pipeline pipeline, Input input) throws IOException {
    this.dir = dir;
    this.brokers = brokers;
    this.pipeline = pipeline;
    file = write("pipeline.yaml", pipeline);
    Topics.create(file);
    cluster = new Cluster(dir, file);
    traffic =
        new Traffic(
            brokers.bootstrapServers(), settings().input().topic(), input.records(), Traffic.CALM);
    lateness = new Lateness(brokers.bootstrapServers(), settings().output().metrics(), traffic);
  }

  Brokers brokers() {
    return brokers;
  }

  Cluster cluster() {
    return cluster;
  }

  Traffic traffic() {
    return traffic;
  }

  Lateness lateness() {
    return lateness;
  }

  Path dir() {
    return dir;
  }

  Settings settings() {
    return PipelineFile.read(file);
  }

  /** Closes something when all processes have ended. */
  <T extends AutoCloseable> T keep(T resource) {
    kept.add(resource);
    return resource;
  }

  /** The same pipeline on another state backend, in a file of its own. */
  Path fileOn(String backend) throws IOException {
    return write("pipeline-" + backend + ".yaml", pipeline.on(backend));
  }

  private Path write(String name, Pipeline its) throws IOException {
    String topics = dir.getFileName().toString();
    return its.write(dir.resolve(name), brokers.bootstrapServers(), topics);
  }

  /**
   * Lets records flow, and a few more when this has returned, in a job that runs and has a
   * checkpoint to go back to.
   *
   * @throws InconclusiveError if it has become too late for that
   */
  void letFlow(int records) {
    int target = traffic.want(records);
    boolean flowing =
        eventually(
            () ->
                traffic.sent() >= target
                    && cluster.job().isRunning()
                    && cluster.job().completedCheckpoints() > 0
                    && consumed() > 0);
    if (!flowing || traffic.want(BEYOND) == target) {
      throw new InconclusiveError("no more records flow");
    }
  }

  /**
   * Waits until about a second's reports have come since the newest checkpoint, which come again
   * after a crash if nothing prevents it. Records flow meanwhile, and for some time after.
   *
   * @return the id of that checkpoint
   * @throws InconclusiveError if none have come
   */
  int awaitReportsSinceCheckpoint() {
    traffic.want(ENOUGH_FOR_SOME_CHECKPOINTS);
    AtomicInteger checkpoint = new AtomicInteger();
    AtomicInteger reports = new AtomicInteger();
    boolean unsaved =
        eventually(
            () -> {
              int now = cluster.job().newestCheckpoint();
              if (checkpoint.getAndSet(now) != now) {
                reports.set(lateness.reports());
              }
              return lateness.reports() > reports.get() + A_SECONDS_REPORTS
                  && cluster.job().newestCheckpoint() == now;
            });
    if (!unsaved) {
      throw new InconclusiveError("no reports since a checkpoint");
    }
    return checkpoint.get();
  }

  /** Whether records that are sent from now on are read. */
  String goesOn() {
    int target = traffic.want(BEYOND);
    return isRead(target) ? "records flow" : "no record flows";
  }

  /** Sends up to a total at once; tells whether all are read. */
  boolean sendAtOnce(int total) {
    traffic.hurry(total);
    return isRead(total);
  }

  private boolean isRead(int total) {
    boolean read = eventually(() -> consumed() >= total);
    traffic.requireNoLoss();
    return read;
  }

  /** Sends what is left, and stops the job when it has read everything. */
  void finish() throws InterruptedException {
    assertThat(sendAtOnce(traffic.size())).as("all records are read").isTrue();
    cluster.drain();
  }

  /** Records that the job has read before its last checkpoint. */
  private long consumed() throws Exception {
    try (Admin admin = brokers.admin()) {
      return Topics.consumed(admin, settings());
    }
  }

  @Override
  public void close() throws Exception {
    try {
      cluster.close();
    } finally {
      lateness.close();
      traffic.close();
      for (AutoCloseable resource : kept) {
        resource.close();
      }
    }
  }
}
