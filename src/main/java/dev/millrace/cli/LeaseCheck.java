package dev.millrace.cli;

import dev.millrace.MillraceJob;
import dev.millrace.Settings;
import dev.millrace.flink.Lease;
import dev.millrace.flink.LeaseException;
import dev.millrace.flink.LeaseRecord;
import dev.millrace.flink.LeaseStore;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;

/** Looks at the lease of a pipeline, which one job has at a time. */
final class LeaseCheck {
  private static final String NAME = "lease";

  private LeaseCheck() {}

  /** Options of Flink for a job whose state directory this process has locked. */
  static Map<String, String> options(Path stateDir) {
    return StateLock.identity(stateDir)
        .map(identity -> Map.of(MillraceJob.LEASE_HOLDER.key(), identity))
        .orElse(Map.of());
  }

  /**
   * Requires that no other job runs the pipeline, before anything is started. The job itself takes
   * the lease.
   *
   * @param stateDir locked by this process
   * @param notices told of a wait
   * @throws CliError if another job has the lease and is alive, or the brokers do not say
   */
  static void requireFree(Settings settings, Path stateDir, Consumer<String> notices)
      throws InterruptedException {
    Lease lease = MillraceJob.lease(settings, Configuration.fromMap(options(stateDir)));
    try (LeaseStore store = new LeaseStore(lease)) {
      Optional<LeaseRecord> other = store.readOther();
      if (other.isEmpty()) {
        return;
      }
      notices.accept(
          "Another job of pipeline %s had its lease (%s). Waits up to %d s for a sign of it."
              .formatted(settings.pipeline(), other.get().description(), Lease.EXPIRY.toSeconds()));
      store.awaitExpiry(other.get());
      store.revoke();
    } catch (LeaseException e) {
      throw new CliError(e.getMessage(), e);
    } catch (AuthorizationException e) {
      throw new CliError(lease.notAllowed(e).getMessage(), e);
    } catch (KafkaException e) {
      throw unreadable(settings, e);
    }
  }

  /**
   * Ends the job that has the lease, wherever it runs.
   *
   * @return the job
   * @throws CliError if none has it, or the brokers do not say
   */
  static LeaseRecord revoke(Settings settings) throws InterruptedException {
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
      return other;
    } catch (AuthorizationException e) {
      throw new CliError(lease.notAllowed(e).getMessage(), e);
    } catch (KafkaException e) {
      throw unreadable(settings, e);
    }
  }

  /** Which job has the lease; nothing if this user may not read it. */
  static Optional<Finding> find(Settings settings) throws InterruptedException {
    try (LeaseStore store = new LeaseStore(MillraceJob.lease(settings, new Configuration()))) {
      return Optional.of(
          store
              .readOther()
              .map(record -> Finding.ok(NAME, "a job has it: " + described(record)))
              .orElseGet(() -> Finding.ok(NAME, "no job has it")));
    } catch (AuthorizationException e) {
      return Optional.empty(); // the permissions say so
    }
  }

  private static String described(LeaseRecord record) {
    Instant renewed = Instant.ofEpochMilli(record.renewal());
    long seconds = Math.max(0, Duration.between(renewed, Instant.now()).toSeconds());
    return "%s; renewed %s ago".formatted(record.description(), Counted.of(seconds, "second"));
  }

  private static CliError unreadable(Settings settings, KafkaException e) {
    return new CliError(
        "The lease of pipeline %s cannot be read or written: %s"
            .formatted(settings.pipeline(), e.getMessage()),
        e);
  }
}
