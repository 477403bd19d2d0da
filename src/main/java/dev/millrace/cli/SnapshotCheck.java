package dev.millrace.cli;

import dev.millrace.Settings;
import dev.millrace.data.KebabCase;
import dev.millrace.flink.TransactionTimeout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/**
 * Whether a job may go on from a snapshot.
 *
 * @param stateDir where older ones are
 * @param snapshot a checkpoint or savepoint
 */
record SnapshotCheck(Path stateDir, Path snapshot) {
  /**
   * Looks at a snapshot that nobody has asked for by name.
   *
   * @throws CliError if it is damaged or of another backend, or if transactions that belong to it
   *     may have ended
   */
  void require(Settings settings) {
    requireReadable(settings);
    if (settings.output().guarantee() == Settings.Guarantee.EXACTLY_ONCE) {
      requireTransactions(Duration.ofMillis(TransactionTimeout.millis(settings.kafka())));
    }
  }

  /**
   * Reads what the snapshot says of itself.
   *
   * @throws CliError if that is damaged, or of a backend that is not the pipeline's
   */
  void requireReadable(Settings settings) {
    Snapshots.damage(snapshot)
        .ifPresent(
            damage -> {
              throw new CliError(
                  "%s is damaged (%s). %sStart with new models: --fresh"
                      .formatted(
                          Snapshots.metadata(snapshot),
                          damage,
                          before("Continue from the one before: ")));
            });
    Snapshots.backend(snapshot)
        .filter(backend -> backend != settings.state().backend())
        .ifPresent(
            backend -> {
              String of = "state.backend: " + KebabCase.of(backend);
              throw new CliError(
                  ("%s is a checkpoint of %s, and only a savepoint can go on with another backend."
                          + " Start with %s once more and stop with Ctrl-C, which takes one; then"
                          + " change the backend. Start with new models: --fresh")
                      .formatted(snapshot, of, of));
            });
  }

  /**
   * Looks whose snapshot it is, as far as its place tells: a pipeline's state directory has its
   * name.
   *
   * @throws CliError if it is another pipeline's
   */
  void requireOf(Settings settings) {
    StateLock.pipelineOf(snapshot)
        .filter(owner -> !owner.equals(settings.pipeline()))
        .ifPresent(
            owner -> {
              throw CliError.usage(
                  ("--from-savepoint %s is of pipeline %s, not of %s: its models and its places in"
                          + " the topics are others. If %s is a new name of %s, copy the savepoint"
                          + " out of %s's state directory first.")
                      .formatted(
                          snapshot, owner, settings.pipeline(), settings.pipeline(), owner, owner));
            });
  }

  // A job commits the transactions of a checkpoint after it is complete, and those of a savepoint
  // with the checkpoint after it. If the job dies before, its successor commits them, unless the
  // brokers have ended them by then. A savepoint that has stopped its job leaves none.
  private void requireTransactions(Duration timeout) {
    Duration age = age();
    if (age.compareTo(timeout) <= 0 || Snapshots.hasStoppedItsJob(snapshot)) {
      return;
    }
    throw new CliError(
        ("%s is %d s old, and brokers end transactions after %d s"
                + " (kafka.transaction.timeout.ms): the last metrics before it may be missing for"
                + " good; the models are complete. %sContinue anyway: --from-savepoint %s")
            .formatted(
                snapshot,
                age.toSeconds(),
                timeout.toSeconds(),
                before("Repeat metrics rather than miss some: "),
                snapshot));
  }

  private Duration age() {
    Instant written = Snapshots.time(Snapshots.metadata(snapshot)).toInstant();
    return Duration.between(written, Instant.now());
  }

  /** How to go on from an older one, behind a text; nothing if none can be read. */
  private String before(String text) {
    return new StartMark(stateDir)
        .newestFirst().stream()
            .dropWhile(path -> !path.equals(snapshot))
            .skip(1)
            .filter(path -> Snapshots.damage(path).isEmpty())
            .findFirst()
            .map(path -> text + "--from-savepoint " + path + ". ")
            .orElse("");
  }
}
