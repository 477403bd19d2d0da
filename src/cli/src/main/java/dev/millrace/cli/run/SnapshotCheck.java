package dev.millrace.cli.run;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.Plural;
import dev.millrace.cli.console.RootCause;
import dev.millrace.config.Settings;
import dev.millrace.data.KebabCase;
import dev.millrace.kafka.KafkaClients;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTransactionsResult;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;

/**
 * Checks that a job can continue from a snapshot.
 *
 * @param stateDir where older ones are
 * @param snapshot a checkpoint or savepoint
 */
public record SnapshotCheck(Path stateDir, Path snapshot) {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Set<TransactionState> COMMITTED =
      Set.of(TransactionState.PREPARE_COMMIT, TransactionState.COMPLETE_COMMIT);
  // Brokers that end a transaction raise its epoch by one, and so does a commit (KIP-890). A sink
  // that uses the id again, which it does after a commit only, raises it once more.
  private static final int EPOCHS_OF_A_TRANSACTION = 1;

  /**
   * Requires that a job can continue from the newest snapshot without loss.
   *
   * @throws CliError if it is damaged or of another backend, or if transactions that belong to it
   *     have ended or would never be committed
   */
  void require(Settings settings) throws InterruptedException {
    requireTransactions(requireReadable(settings), settings);
  }

  /**
   * Reads the snapshot's metadata.
   *
   * @throws CliError if that is damaged, or of a backend that is not the pipeline's
   */
  SnapshotContents requireReadable(Settings settings) {
    SnapshotContents contents = contents();
    contents
        .backend()
        .filter(backend -> backend != settings.state().backend())
        .ifPresent(
            backend -> {
              String option = "state.backend: " + KebabCase.of(backend);
              throw new CliError(
                  ("%s is a checkpoint of %s, and only a savepoint can continue with another"
                          + " backend. Start with %s again and stop with Ctrl-C, which takes one; then"
                          + " change the backend. Start with new models: --fresh")
                      .formatted(snapshot, option, option));
            });
    return contents;
  }

  private SnapshotContents contents() {
    try {
      return SnapshotContents.read(snapshot);
    } catch (IOException e) {
      throw new CliError(
          "%s is damaged (%s). %sStart with new models: --fresh"
              .formatted(
                  Snapshots.metadata(snapshot),
                  e.getMessage(),
                  before(
                      snapshot.startsWith(stateDir)
                          ? "Continue from the one before: "
                          : "Continue from this pipeline's newest: ")));
    }
  }

  /**
   * Returns true if it has state of commands but the pipeline has only one model now, and no
   * commands. Flink rejects unclaimed state unless an option allows it.
   *
   * @throws CliError if it is damaged
   */
  public boolean leavesCommands(Settings settings) {
    return settings.output().commands() == null && contents().hasCommands();
  }

  /**
   * Requires that the snapshot is not in another pipeline's state directory, which has the
   * pipeline's name.
   *
   * @throws CliError if it is another pipeline's
   */
  void requireOf(Settings settings) {
    StateLock.pipelineOf(snapshot)
        .filter(owner -> !owner.equals(settings.pipeline()))
        .ifPresent(
            owner -> {
              throw CliError.usage(
                  ("--from-savepoint %s is of pipeline %s, not of %s: it has other models and"
                          + " offsets. If %s is a new name of %s, copy the savepoint"
                          + " out of %s's state directory first.")
                      .formatted(
                          snapshot, owner, settings.pipeline(), settings.pipeline(), owner, owner));
            });
  }

  // A job commits the transactions of a checkpoint after it is complete, and those of a savepoint
  // with the checkpoint after it. If the job dies before, its successor commits them, if it is
  // exactly-once and the brokers have not ended them by then. A savepoint that has stopped its job
  // leaves none.
  private void requireTransactions(SnapshotContents contents, Settings settings)
      throws InterruptedException {
    if (contents.hasStoppedItsJob()) {
      return;
    }
    List<SnapshotContents.Transaction> transactions =
        contents.transactions(settings.consumerGroup() + "/");
    if (transactions.isEmpty()) {
      return;
    }
    List<TransactionState> states = states(transactions, settings);
    states.removeAll(COMMITTED);
    long open = states.stream().filter(TransactionState.ONGOING::equals).count();
    if (open < states.size()) {
      throw new CliError(
          ("%s has %s to commit that the brokers have ended (kafka.transaction.timeout.ms): the"
                  + " last metrics before it may be missing for good; the models are complete."
                  + " %sContinue anyway: --from-savepoint %s")
              .formatted(
                  snapshot,
                  Plural.of(states.size() - open, "transaction"),
                  before("Repeat metrics rather than miss some: "),
                  snapshot));
    }
    if (open > 0 && settings.output().guarantee() != Settings.Guarantee.EXACTLY_ONCE) {
      throw new CliError(
          ("%s has %s to commit, and only output.guarantee: exactly-once does: without, the last"
                  + " metrics before it are missing for good. Start with exactly-once again and"
                  + " stop with Ctrl-C; then change it. Continue anyway: --from-savepoint %s")
              .formatted(snapshot, Plural.of(open, "transaction"), snapshot));
    }
  }

  /**
   * Returns the state of transactions on the brokers, {@code UNKNOWN} if they have none.
   *
   * @throws CliError if they do not answer
   */
  private List<TransactionState> states(
      List<SnapshotContents.Transaction> transactions, Settings settings)
      throws InterruptedException {
    List<TransactionState> states = new ArrayList<>();
    try (Admin admin = KafkaClients.admin(settings.kafka(), ANSWER)) {
      DescribeTransactionsResult answer =
          admin.describeTransactions(
              transactions.stream().map(SnapshotContents.Transaction::id).toList());
      for (SnapshotContents.Transaction transaction : transactions) {
        try {
          states.add(state(transaction, answer.description(transaction.id()).get()));
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TransactionalIdNotFoundException)) {
            throw new CliError(
                ("%s has transactions to commit, and the brokers do not answer whether they have"
                        + " ended: %s. Continue anyway: --from-savepoint %s")
                    .formatted(snapshot, RootCause.message(e), snapshot));
          }
          states.add(TransactionState.UNKNOWN);
        }
      }
    }
    return states;
  }

  private static TransactionState state(
      SnapshotContents.Transaction transaction, TransactionDescription now) {
    boolean isLater =
        now.producerId() != transaction.producerId()
            || now.producerEpoch() > transaction.epoch() + EPOCHS_OF_A_TRANSACTION;
    return isLater ? TransactionState.COMPLETE_COMMIT : now.state();
  }

  /**
   * Returns how to continue from an older snapshot, or from the newest if this one is elsewhere,
   * after a text; "" if none can be read.
   */
  private String before(String text) {
    List<Path> all = new RestoreMarker(stateDir).newestFirst();
    return all.subList(all.indexOf(snapshot) + 1, all.size()).stream()
        .filter(path -> SnapshotContents.damage(path).isEmpty())
        .findFirst()
        .map(path -> text + "--from-savepoint " + path + ". ")
        .orElse("");
  }
}
