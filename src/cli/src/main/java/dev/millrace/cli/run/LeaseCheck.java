package dev.millrace.cli.run;

import dev.millrace.MillraceJob;
import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Finding;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.StopSignal;
import dev.millrace.config.Settings;
import dev.millrace.kafka.Lease;
import dev.millrace.kafka.LeaseException;
import dev.millrace.kafka.LeaseRecord;
import dev.millrace.kafka.LeaseStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checks, revokes and releases the lease of a pipeline, which one job has at a time. */
public final class LeaseCheck {
  private static final Logger LOG = LoggerFactory.getLogger(LeaseCheck.class);
  private static final String NAME = "lease";
  private static final long LOOK_MILLIS = 500;
  // Less than the time that LocalJob leaves after a signal.
  private static final long RELEASE_MILLIS = 2_000;

  private LeaseCheck() {}

  /** Returns Flink's options for a job whose state directory this process has locked. */
  public static Map<String, String> options(Path stateDir) {
    return StateLock.identity(stateDir)
        .map(identity -> Map.of(MillraceJob.LEASE_HOLDER.key(), identity))
        .orElse(Map.of());
  }

  /** Returns the lease for a job whose state directory this process has locked. */
  public static Lease of(Settings settings, Path stateDir) {
    return MillraceJob.lease(settings, Configuration.fromMap(options(stateDir)));
  }

  /**
   * Requires that no other job runs the pipeline, before anything is started. The job itself takes
   * the lease.
   *
   * @param stateDir locked by this process
   * @param stop ends the wait
   * @param notices takes one line about the wait
   * @return false if the wait was ended, so that nothing is to be started
   * @throws CliError if another job has the lease and is alive, or it cannot be read
   */
  public static boolean requireFree(
      Settings settings, Path stateDir, StopSignal stop, Consumer<String> notices)
      throws InterruptedException {
    Lease lease = of(settings, stateDir);
    try (LeaseStore store = new LeaseStore(lease)) {
      Optional<LeaseRecord> other = store.readOther();
      if (other.isEmpty()) {
        return true;
      }
      notices.accept(
          "Another job of pipeline %s had its lease (%s). Waiting up to %d s for a renewal."
              .formatted(settings.pipeline(), other.get().description(), Lease.EXPIRY.toSeconds()));
      store.acquire(LeaseRecord.State.RELEASED, stop::await);
      return true;
    } catch (CancellationException e) {
      return false;
    } catch (LeaseException e) {
      throw new CliError(String.valueOf(e.getMessage()), e);
    } catch (KafkaException e) {
      throw failure(lease, e);
    }
  }

  /**
   * Ends the job that has the lease, wherever it runs, and requires that no other one starts.
   *
   * @param notices takes one line about the wait
   * @return the job
   * @throws CliError if no job has it, another one starts, or it cannot be read
   */
  public static LeaseRecord revoke(Settings settings, Consumer<String> notices)
      throws InterruptedException {
    Lease lease = MillraceJob.lease(settings, new Configuration());
    try (LeaseStore store = new LeaseStore(lease)) {
      LeaseRecord other =
          store
              .readOther()
              .orElseThrow(
                  () ->
                      new CliError(
                          "No job has the lease of pipeline %s.".formatted(settings.pipeline())));
      store.revoke();
      notices.accept(
          "The job has ended. Waiting %d s to see if something restarts it."
              .formatted(Lease.EXPIRY.toSeconds()));
      requireNoOther(store, other);
      return other;
    } catch (KafkaException e) {
      throw failure(lease, e);
    }
  }

  private static void requireNoOther(LeaseStore store, LeaseRecord ended)
      throws InterruptedException {
    long end = System.nanoTime() + Lease.EXPIRY.toNanos();
    while (System.nanoTime() < end) {
      Optional<LeaseRecord> next = store.readOther();
      if (next.isPresent()) {
        throw new CliError(
            ("Ended the job %s, but another one has started: %s. Stop what starts it (Docker"
                    + " Compose, systemd, Kubernetes) first, then repeat the command.")
                .formatted(ended.description(), next.get().description()));
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  /**
   * Releases the lease of a job that has ended, so that the next one need not wait. Where the
   * brokers do not answer soon, it expires instead.
   */
  public static void release(Lease lease) throws InterruptedException {
    Thread release =
        new Thread(
            () -> {
              try (LeaseStore store = new LeaseStore(lease)) {
                store.release();
              } catch (InterruptedException | KafkaException e) {
                LOG.info("The lease of pipeline {} expires: {}", lease.pipeline(), e.toString());
              }
            },
            "millrace-lease-release");
    release.setDaemon(true);
    release.start();
    release.join(RELEASE_MILLIS);
    release.interrupt();
  }

  /** Returns which job has the lease; empty if this user may not read it. */
  public static Optional<Finding> find(Settings settings) throws InterruptedException {
    try (LeaseStore store = new LeaseStore(MillraceJob.lease(settings, new Configuration()))) {
      return Optional.of(
          store
              .readOther()
              .map(record -> Finding.ok(NAME, "a job has it: " + described(record)))
              .orElseGet(() -> Finding.ok(NAME, "no job has it")));
    } catch (AuthorizationException e) {
      return Optional.empty(); // reported by the check of permissions
    }
  }

  private static String described(LeaseRecord record) {
    Instant renewed = Instant.ofEpochMilli(record.renewal());
    long seconds = Math.max(0, Duration.between(renewed, Instant.now()).toSeconds());
    return "%s; renewed %s ago".formatted(record.description(), Plural.of(seconds, "second"));
  }

  private static CliError failure(Lease lease, KafkaException e) {
    return e instanceof AuthorizationException denied
        ? new CliError(String.valueOf(lease.notAllowed(denied).getMessage()), e)
        : new CliError(
            "The lease of pipeline %s cannot be read or written: %s"
                .formatted(lease.pipeline(), e.getMessage()),
            e);
  }
}
