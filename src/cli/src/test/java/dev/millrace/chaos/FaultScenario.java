package dev.millrace.chaos;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * One run of a pipeline with the faults that strike it, one after the other, and the verdict on
 * what has become of it.
 *
 * @param brokers those that it needs for itself; null if it leaves them alone
 * @param options of the cluster that runs it
 * @param verdict what the oracle must say of the outcome
 */
record FaultScenario(
    String name,
    Pipeline pipeline,
    Supplier<Input> input,
    Brokers.Kind brokers,
    List<String> options,
    Verdict verdict,
    List<Fault> faults) {
  private static final List<String> TWO_SLOTS = List.of("--slots", "2");

  /** The same with those faults alone whose names match. */
  FaultScenario only(Pattern wanted) {
    List<Fault> some = faults.stream().filter(f -> wanted.matcher(f.name()).find()).toList();
    return new FaultScenario(name, pipeline, input, brokers, options, verdict, some);
  }

  static FaultScenario ofProcesses() {
    return new FaultScenario(
        "Flink's processes and disks, among bad records",
        Pipeline.EXACTLY_ONCE,
        Input::withBadRecords,
        null,
        List.of("--taskmanagers", "2", "--ha"),
        Verdict.UNDISTURBED,
        List.of(
            ProcessFaults.taskManagerKilled(5),
            ProcessFaults.jobManagerKilled(),
            ProcessFaults.bothKilled(),
            StateFaults.checkpointsNotWritable(),
            StateFaults.checkpointsFull()));
  }

  static FaultScenario ofChanges() {
    return new FaultScenario(
        "what users change, behind a bad network",
        Pipeline.EXACTLY_ONCE,
        Input::good,
        Brokers::behindProxy,
        List.of("--slots", "4", "--parallelism", "1"),
        Verdict.UNDISTURBED,
        List.of(BrokerFaults.connectionsSpoilt(), ProcessFaults.rescaled()));
  }

  static FaultScenario ofTwoJobs() {
    return new FaultScenario(
        "two jobs of one pipeline",
        Pipeline.EXACTLY_ONCE,
        Input::good,
        null,
        TWO_SLOTS,
        Verdict.UNDISTURBED,
        List.of(ProcessFaults.secondJob(), ProcessFaults.takenOverWhilePaused()));
  }

  static FaultScenario ofABroker() {
    return new FaultScenario(
        "the broker, and too many records for it",
        Pipeline.EXACTLY_ONCE,
        Input::withAHotKey,
        Brokers::onSmallDisk,
        TWO_SLOTS,
        Verdict.UNDISTURBED,
        List.of(
            BrokerFaults.killed(),
            BrokerFaults.paused(),
            ProcessFaults.hotKey(),
            BrokerFaults.slowMetrics(),
            BrokerFaults.diskFull()));
  }

  static FaultScenario ofThreeBrokers() {
    return new FaultScenario(
        "three brokers",
        Pipeline.EXACTLY_ONCE,
        Input::good,
        Brokers::three,
        TWO_SLOTS,
        Verdict.UNDISTURBED,
        List.of(BrokerFaults.oneOfThreeDown()));
  }

  static FaultScenario ofIdleKeys() {
    return new FaultScenario(
        "keys that are forgotten",
        Pipeline.EXACTLY_ONCE.forgettingAfter("1m"),
        Input::withIdleKeys,
        null,
        TWO_SLOTS,
        Verdict.undisturbedButForgotten(Input.IDLE_KEYS, Input.OF_IDLE_KEYS),
        List.of(ProcessFaults.keysForgotten()));
  }

  static FaultScenario ofSnapshots() {
    return new FaultScenario(
        "snapshots and transactions",
        Pipeline.EXACTLY_ONCE.withTransactionsOf(StateFaults.TRANSACTION_MILLIS),
        Input::good,
        Brokers::behindProxy,
        TWO_SLOTS,
        Verdict.AT_MOST_REPEATS,
        List.of(StateFaults.checkpointDamaged(), StateFaults.downForLongerThanATransaction()));
  }

  static FaultScenario ofLostTransactions() {
    return new FaultScenario(
        "transactions given up",
        Pipeline.EXACTLY_ONCE.withTransactionsOf(StateFaults.TRANSACTION_MILLIS),
        Input::good,
        Brokers::behindProxy,
        TWO_SLOTS,
        Verdict.MISSES,
        List.of(StateFaults.transactionsGivenUp()));
  }

  static FaultScenario withoutTransactions() {
    return new FaultScenario(
        "at-least-once",
        Pipeline.AT_LEAST_ONCE,
        Input::good,
        null,
        TWO_SLOTS,
        Verdict.REPEATS,
        List.of(ProcessFaults.killedWithoutTransactions()));
  }

  @Override
  public String toString() {
    return name;
  }
}
