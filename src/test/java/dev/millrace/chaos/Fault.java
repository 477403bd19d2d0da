package dev.millrace.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Something that goes wrong while records flow.
 *
 * @param name of its row
 * @param options of the cluster it strikes
 * @param strike how it strikes
 * @param proof what {@code strike} must have seen for the fault to count as one
 */
record Fault(String name, List<String> options, Strike strike, List<String> proof) {
  private static final List<String> TWO_TASK_MANAGERS = List.of("--taskmanagers", "2");
  private static final List<String> TWO_SLOTS = List.of("--slots", "2");
  private static final int LONGER_THAN_A_REQUEST_MAY_TAKE = 20;

  /** Strikes, and returns what the operating system, Flink and Kafka said of it. */
  @FunctionalInterface
  interface Strike {
    List<String> on(TestBed bed, Random random) throws Exception;
  }

  /** A task manager dies, at moments that the seed decides. */
  static Fault taskManagerKilled(int times) {
    return new Fault(
        times == 1 ? "task manager killed" : "task manager killed " + times + " times",
        TWO_TASK_MANAGERS,
        (bed, random) -> {
          List<String> seen = new ArrayList<>();
          for (int i = 0; i < times; i++) {
            bed.letFlow(moment(random));
            seen.add(bed.kill("task manager " + (1 + random.nextInt(2))));
          }
          return seen;
        },
        Collections.nCopies(times, "exit code 137, restored"));
  }

  /** The job manager dies, and another one takes over through ZooKeeper. */
  static Fault jobManagerKilled() {
    return new Fault(
        "job manager killed under HA",
        List.of("--ha", "--slots", "2"),
        (bed, random) -> {
          bed.letFlow(moment(random));
          return List.of(bed.kill("job manager"));
        },
        List.of("exit code 137, restored"));
  }

  static Fault brokerKilled() {
    return new Fault(
        "broker killed, started on its data",
        TWO_SLOTS,
        (bed, random) -> {
          bed.letFlow(moment(random));
          return List.of(bed.killBroker());
        },
        List.of("exit code 137, records flow"));
  }

  static Fault brokerPaused() {
    return new Fault(
        "broker paused for " + LONGER_THAN_A_REQUEST_MAY_TAKE + " s",
        TWO_SLOTS,
        (bed, random) -> {
          bed.letFlow(moment(random));
          return List.of(bed.pauseBroker(LONGER_THAN_A_REQUEST_MAY_TAKE));
        },
        List.of("no answer, records flow"));
  }

  static Fault rescaled() {
    return new Fault(
        "rescaled 1 -> 2 -> 1",
        List.of("--slots", "2", "--parallelism", "1"),
        (bed, random) -> {
          List<String> seen = new ArrayList<>();
          for (int parallelism : new int[] {2, 1}) {
            bed.letFlow(moment(random));
            seen.add(bed.rescale(parallelism));
          }
          return seen;
        },
        List.of("parallelism 2, restored", "parallelism 1, restored"));
  }

  static Fault backendChanged() {
    return new Fault(
        "heap -> RocksDB -> heap",
        TWO_SLOTS,
        (bed, random) -> {
          List<String> seen = new ArrayList<>();
          for (String backend : List.of("rocksdb", "heap")) {
            bed.letFlow(moment(random));
            seen.add(bed.moveTo(Pipeline.EXACTLY_ONCE.on(backend), TWO_SLOTS));
          }
          return seen;
        },
        List.of("EmbeddedRocksDBStateBackend, restored", "HashMapStateBackend, restored"));
  }

  /** The whole cluster dies, and the next one is told to forget its models. */
  static Fault stateDropped() {
    return new Fault(
        "state dropped after a kill",
        TWO_SLOTS,
        (bed, random) -> {
          bed.letFlow(moment(random));
          String seen = bed.killCluster();
          List<String> fresh = new ArrayList<>(TWO_SLOTS);
          fresh.add("--fresh");
          bed.startCluster(fresh);
          return List.of(seen, bed.startedFrom());
        },
        List.of("exit code 137", "start empty"));
  }

  // In records: half a second to four seconds.
  private static int moment(Random random) {
    return 30 + random.nextInt(220);
  }

  @Override
  public String toString() {
    return name;
  }
}
