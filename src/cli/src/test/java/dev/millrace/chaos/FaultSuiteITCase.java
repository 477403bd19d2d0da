package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;

import dev.millrace.chaos.Oracle.Difference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Whatever goes wrong, the committed metrics and the bytes of every model are those of an
 * undisturbed run, or differ from them as the verdict says. Other moments with {@code
 * -Dmillrace.chaos.seed=N}; some faults only with {@code -Dmillrace.chaos.rows=REGEX}.
 */
@Tag("chaos")
class FaultSuiteITCase {
  private static final long SEED = Long.getLong("millrace.chaos.seed", 4_051);
  private static final Pattern WANTED =
      Pattern.compile(System.getProperty("millrace.chaos.rows", ""));

  @TempDir private static Path shared;
  private static final Map<String, Oracle> ORACLES = new HashMap<>();
  private static Brokers untouched;

  @TempDir private Path dir;

  @AfterAll
  static void stopBrokers() {
    if (untouched != null) {
      untouched.close();
    }
  }

  static Stream<FaultScenario> ordeals() {
    return Stream.of(
            FaultScenario.ofProcesses(),
            FaultScenario.ofChanges(),
            FaultScenario.ofTwoJobs(),
            FaultScenario.ofABroker(),
            FaultScenario.ofThreeBrokers(),
            FaultScenario.ofIdleKeys(),
            FaultScenario.ofSnapshots(),
            FaultScenario.ofLostTransactions(),
            FaultScenario.withoutTransactions())
        .map(ordeal -> ordeal.only(WANTED))
        .filter(ordeal -> !ordeal.faults().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("ordeals")
  void everyFaultStrikesAndWhatRemainsIsJudged(FaultScenario ordeal) throws Exception {
    List<Outcome> outcomes = ordeal.faults().stream().map(f -> new Outcome(f, SEED)).toList();
    try {
      Oracle undisturbed = oracle(ordeal.input().get());
      if (ordeal.brokers() == null) {
        run(ordeal, untouched(), outcomes, undisturbed);
      } else {
        try (Brokers own = ordeal.brokers().start(dir)) {
          run(ordeal, own, outcomes, undisturbed);
        }
      }
    } catch (TestAbortedException e) {
      outcomes.forEach(Outcome::skipped);
      throw e;
    } finally {
      for (Outcome outcome : outcomes) {
        outcome.write(ordeal.name());
      }
    }
  }

  /** A broker for all runs whose faults are elsewhere. */
  private static Brokers untouched() throws IOException {
    if (untouched == null) {
      untouched = Brokers.one(shared);
    }
    return untouched;
  }

  private static Oracle oracle(Input input) throws Exception {
    Oracle known = ORACLES.get(input.name());
    if (known == null) {
      known = Oracle.of(Pipeline.EXACTLY_ONCE, input, shared);
      ORACLES.put(input.name(), known);
    }
    return known;
  }

  private void run(FaultScenario ordeal, Brokers its, List<Outcome> outcomes, Oracle undisturbed)
      throws Exception {
    Random random = new Random(SEED);
    try (TestBed bed = new TestBed(dir, its, ordeal.pipeline(), ordeal.input().get())) {
      bed.cluster().start(ordeal.options());
      for (Outcome outcome : outcomes) {
        outcome.strike(bed, random);
      }
      bed.finish();
      Difference difference = undisturbed.compare(its.bootstrapServers(), bed.settings());
      eventually(() -> bed.lateness().reports() >= difference.records() - difference.repeated());
      outcomes.forEach(outcome -> outcome.late(bed.lateness()));
      for (Outcome outcome : outcomes) {
        outcome.judge(difference, ordeal.verdict());
      }
    }
  }
}
