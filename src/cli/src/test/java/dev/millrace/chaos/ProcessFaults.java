package dev.millrace.chaos;

import static dev.millrace.chaos.Fault.moment;
import static dev.millrace.testing.Patience.eventually;

import dev.millrace.testing.CommittedRecords;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Faults of Flink's processes, and what its users do to them. */
final class ProcessFaults {
  private static final int AT_ONCE = 25_000;
  private static final int MAX_TRIES = 5;
  private static final String RESTORED = "exit code 137, restored";

  private ProcessFaults() {}

  /** A task manager dies, at moments that the seed decides. */
  static Fault taskManagerKilled(int times) {
    return new Fault(
        "task manager killed " + times + " times",
        (bed, random) -> {
          List<String> seen = new ArrayList<>();
          for (int i = 0; i < times; i++) {
            String member = "task manager " + (1 + random.nextInt(2));
            if (i > 1) {
              bed.cluster().awaitAge(member);
            }
            bed.letFlow(moment(random));
            seen.add(bed.cluster().kill(member));
          }
          return seen;
        },
        Collections.nCopies(times, RESTORED));
  }

  /** The job manager dies, and another one takes over through ZooKeeper. */
  static Fault jobManagerKilled() {
    return killed("job manager killed under HA", RESTORED, "job manager");
  }

  static Fault bothKilled() {
    return killed(
        "job manager and task manager killed at once under HA",
        "exit code 137, " + RESTORED,
        "job manager",
        "task manager 1");
  }

  /** A control: what came after the last checkpoint is written a second time. */
  static Fault killedWithoutTransactions() {
    return new Fault(
        "control: at-least-once, task manager killed",
        (bed, random) -> {
          bed.letFlow(moment(random));
          boolean unsaved = false;
          String seen = RESTORED;
          // A checkpoint may still come between the look at the reports and the death.
          for (int i = 0; i < MAX_TRIES && !unsaved && seen.equals(RESTORED); i++) {
            if (i > 1) {
              bed.cluster().awaitAge("task manager 1");
            }
            int newest = bed.awaitReportsSinceCheckpoint();
            seen = bed.cluster().kill("task manager 1");
            unsaved = bed.cluster().job().restoredCheckpoint() == newest;
          }
          return List.of(
              unsaved ? "reports since the checkpoint" : "none since the checkpoint", seen);
        },
        "reports since the checkpoint",
        RESTORED);
  }

  private static Fault killed(String name, String proof, String... members) {
    return new Fault(
        name,
        (bed, random) -> {
          bed.letFlow(moment(random));
          return List.of(bed.cluster().kill(members));
        },
        proof);
  }

  /** By savepoints, and once while the job runs. */
  static Fault rescaled() {
    return new Fault(
        "rescaled 1 -> 4 -> 2, heap -> RocksDB -> heap",
        (bed, random) -> {
          bed.letFlow(moment(random));
          String first = move(bed, "rocksdb", 4);
          bed.letFlow(moment(random));
          String second = bed.cluster().rescale(2);
          bed.letFlow(moment(random));
          return List.of(first, second, move(bed, "heap", 2));
        },
        "parallelism 4, EmbeddedRocksDBStateBackend, restored",
        "parallelism 2, restored",
        "parallelism 2, HashMapStateBackend, restored");
  }

  private static String move(TestBed bed, String backend, int parallelism) throws Exception {
    Cluster cluster = bed.cluster();
    String restored =
        cluster.moveTo(
            bed.fileOn(backend), List.of("--slots", "4", "--parallelism", "" + parallelism));
    return "parallelism %d, %s, %s"
        .formatted(cluster.job().parallelism(), cluster.job().stateBackend(), restored);
  }

  /** A user starts the pipeline a second time, on another machine as it were. */
  static Fault secondJob() {
    return new Fault(
        "second job of the pipeline",
        (bed, random) -> {
          bed.letFlow(moment(random));
          long first = bed.cluster().pid("job manager");
          String refusal = bed.cluster().refusalElsewhere();
          boolean named =
              refusal.contains("Pipeline chaos runs already: on ")
                  && refusal.contains(", pid " + first + ", since ");
          return List.of(named ? "rejected, names the first" : refusal, bed.goesOn());
        },
        "rejected, names the first",
        "records flow");
  }

  /** All processes stand still, another job takes their place, and they go on. */
  static Fault takenOverWhilePaused() {
    return new Fault(
        "lease lost while paused",
        (bed, random) -> {
          bed.letFlow(moment(random));
          return List.of(bed.cluster().replaceWhilePaused(), bed.goesOn());
        },
        "exit code 1, names the other job",
        "records flow");
  }

  /** Keys come, are forgotten, and some come back, while task managers die. */
  static Fault keysForgotten() {
    return new Fault(
        "10,000 keys forgotten, task manager killed before and after",
        (bed, random) -> {
          bed.sendAtOnce(Input.OF_IDLE_KEYS);
          String before = bed.cluster().kill("task manager 1");
          eventually(() -> forgotten(bed) >= Input.IDLE_KEYS);
          String forgotten = forgotten(bed) + " keys forgotten";
          return List.of(before, forgotten, bed.cluster().kill("task manager 1"));
        },
        RESTORED,
        Input.IDLE_KEYS + " keys forgotten",
        RESTORED);
  }

  private static int forgotten(TestBed bed) {
    Set<String> keys = new HashSet<>();
    CommittedRecords.read(bed.brokers().bootstrapServers(), bed.settings().output().models())
        .stream()
        .filter(record -> record.value() == null)
        .forEach(record -> keys.add(new String(record.key(), StandardCharsets.UTF_8)));
    return keys.size();
  }

  /** Nine of ten records belong to one key, and come all at once. */
  static Fault hotKey() {
    return new Fault(
        "hot key with 90 % of " + AT_ONCE + " records at once",
        (bed, random) -> {
          Cluster cluster = bed.cluster();
          long process = cluster.pid("task manager 1");
          int restarts = cluster.job().restored();
          boolean all = bed.sendAtOnce(bed.traffic().sent() + AT_ONCE);
          return List.of(
              all ? "all read" : "not all read",
              cluster.pid("task manager 1") == process ? "same process" : "another process",
              cluster.job().restored() - restarts + " restarts");
        },
        "all read",
        "same process",
        "0 restarts");
  }
}
