package dev.millrace.chaos;

import static dev.millrace.chaos.Fault.moment;
import static dev.millrace.testing.Patience.eventually;

import dev.millrace.config.Settings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.protocol.ApiKeys;

/** Faults of what a job has written: its checkpoints and its transactions. */
final class StateFaults {
  // Longer than a job needs on a slow machine from its start to its first checkpoint.
  static final int TRANSACTION_MILLIS = 30_000;
  private static final String KILLED = "exit code 137";

  private StateFaults() {}

  /** A file is where the directory should be, which stops the most powerful user too. */
  static Fault checkpointsNotWritable() {
    return new Fault(
        "checkpoint directory not writable for a while",
        (bed, random) -> {
          bed.letFlow(moment(random));
          int failed = bed.cluster().job().failedCheckpoints();
          Path checkpoints = bed.cluster().checkpoints();
          Path aside = checkpoints.resolveSibling("aside");
          Files.move(checkpoints, aside);
          Files.createFile(checkpoints);
          String seen = failedCheckpoints(bed, failed);
          Files.delete(checkpoints);
          Files.move(aside, checkpoints);
          return List.of(seen, bed.goesOn());
        },
        "checkpoints fail",
        "records flow");
  }

  static Fault checkpointsFull() {
    return new Fault(
        "checkpoint disk full for a while",
        (bed, random) -> {
          bed.letFlow(moment(random));
          int failed = bed.cluster().job().failedCheckpoints();
          SmallDisk disk = bed.keep(SmallDisk.mount(bed.cluster().checkpoints(), 4));
          disk.fill();
          String seen = failedCheckpoints(bed, failed);
          disk.free();
          return List.of(seen, bed.goesOn());
        },
        "checkpoints fail",
        "records flow");
  }

  private static String failedCheckpoints(TestBed bed, int before) {
    return eventually(() -> bed.cluster().job().failedCheckpoints() > before)
        ? "checkpoints fail"
        : "no checkpoint fails";
  }

  /** The newest checkpoint has lost its second half. */
  static Fault checkpointDamaged() {
    return new Fault(
        "newest checkpoint damaged",
        (bed, random) -> {
          letTwoCheckpointsPass(bed, moment(random));
          String killed = bed.cluster().killAll();
          List<Path> snapshots = bed.cluster().snapshots();
          Path metadata = snapshots.get(0).resolve("_metadata");
          cutInHalf(metadata);
          String refusal = bed.cluster().refusal();
          bed.cluster().startFrom(snapshots.get(1));
          return List.of(killed, said(refusal, metadata + " is damaged", after(snapshots.get(1))));
        },
        KILLED,
        "refused");
  }

  /**
   * The job dies between a checkpoint and its commit, and comes back when the broker has ended the
   * transactions.
   */
  static Fault downForLongerThanATransaction() {
    return transactionsLost(
        "down for longer than a transaction may take, and from the checkpoint before", 1);
  }

  /** The same, and the user insists on the newest checkpoint. */
  static Fault transactionsGivenUp() {
    return transactionsLost(
        "control: down for longer than a transaction may take, and from the newest checkpoint", 0);
  }

  private static Fault transactionsLost(String name, int goOnFrom) {
    return new Fault(
        name,
        (bed, random) -> {
          letTwoCheckpointsPass(bed, moment(random));
          TcpProxy proxy = bed.brokers().proxy();
          // The lease ends transactions, too, and its own say nothing about a checkpoint.
          proxy.refuse(ApiKeys.END_TXN, metricsTransactions(bed.settings()));
          boolean refused = eventually(() -> proxy.refused() > 0);
          String killed = bed.cluster().killAll();
          proxy.refuseNothing();
          boolean ended = eventually(() -> openTransactions(bed) == 0);
          List<Path> snapshots = bed.cluster().snapshots();
          String refusal = bed.cluster().refusal();
          bed.cluster().startFrom(snapshots.get(goOnFrom));
          return List.of(
              refused ? "commits cut off" : "commits passed",
              killed,
              ended ? "transactions ended" : "transactions open",
              said(
                  refusal,
                  " to commit that the brokers have ended ",
                  after(snapshots.get(0)),
                  after(snapshots.get(1))));
        },
        "commits cut off",
        KILLED,
        "transactions ended",
        "refused");
  }

  private static String metricsTransactions(Settings settings) {
    return settings.consumerGroup() + "/" + settings.output().metrics();
  }

  private static void letTwoCheckpointsPass(TestBed bed, int records) {
    bed.letFlow(records);
    eventually(() -> bed.cluster().job().completedCheckpoints() > 1);
  }

  private static long openTransactions(TestBed bed) throws Exception {
    try (Admin admin = bed.brokers().admin()) {
      return admin.listTransactions().all().get(5, TimeUnit.SECONDS).stream()
          .map(TransactionListing::state)
          .filter(
              state ->
                  state != TransactionState.COMPLETE_ABORT
                      && state != TransactionState.COMPLETE_COMMIT
                      && state != TransactionState.EMPTY)
          .count();
    }
  }

  private static void cutInHalf(Path path) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
  }

  private static String after(Path snapshot) {
    return "--from-savepoint " + snapshot;
  }

  private static String said(String refusal, String... parts) {
    for (String part : parts) {
      if (!refusal.contains(part)) {
        return "said nothing of \"" + part + "\" but: " + refusal;
      }
    }
    return "refused";
  }
}
