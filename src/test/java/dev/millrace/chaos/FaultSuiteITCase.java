package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.chaos.Oracle.Difference;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/**
 * Whatever goes wrong, the committed metrics and the bytes of every model are those of an
 * undisturbed run. Other moments with {@code -Dmillrace.chaos.seed=N}.
 */
@Tag("chaos")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FaultSuiteITCase {
  private static final long SEED = Long.getLong("millrace.chaos.seed", 4_051);
  private static final Results RESULTS = new Results(Path.of("target", "chaos", "results.json"));

  @TempDir private static Path shared;
  private static List<ProducerRecord<byte[], byte[]>> good;
  private static Oracle oracle;

  @TempDir private Path dir;

  /** Judges the difference that a fault has made. */
  @FunctionalInterface
  private interface Verdict {
    void on(Difference difference);
  }

  @BeforeAll
  static void runUndisturbed() throws Exception {
    good = Traffic.good();
    oracle = Oracle.of(Pipeline.EXACTLY_ONCE, good, shared);
  }

  static Stream<Fault> faults() {
    return Stream.of(
        Fault.taskManagerKilled(3),
        Fault.jobManagerKilled(),
        Fault.brokerKilled(),
        Fault.brokerPaused(),
        Fault.rescaled(),
        Fault.backendChanged());
  }

  @ParameterizedTest
  @Order(1)
  @MethodSource("faults")
  void committedMetricsAndModelsAreThoseOfAnUndisturbedRun(Fault fault) throws Exception {
    run(fault.name(), fault, Pipeline.EXACTLY_ONCE, good, oracle, FaultSuiteITCase::isUndisturbed);
  }

  @Test
  @Order(2)
  void badRecordsAmongAKillChangeNothingAndBecomeOneDeadLetterEach() throws Exception {
    List<ProducerRecord<byte[], byte[]>> input = Traffic.withBadRecords();
    Oracle amongBadRecords = Oracle.of(Pipeline.EXACTLY_ONCE, input, dir);
    assertThat(amongBadRecords.deadLetters()).isEqualTo(Traffic.BAD);

    run(
        "1,000 bad records, task manager killed",
        Fault.taskManagerKilled(1),
        Pipeline.EXACTLY_ONCE,
        input,
        amongBadRecords,
        FaultSuiteITCase::isUndisturbed);
  }

  @Test
  @Order(3)
  void controlAtLeastOnceRepeatsRecordsThatKeyAndNumberTellApart() throws Exception {
    run(
        "control: at-least-once, task manager killed",
        Fault.taskManagerKilled(1),
        new Pipeline("at-least-once", "heap", "3s"),
        good,
        oracle,
        difference -> {
          assertThat(difference.repeated()).as("%s", difference).isPositive();
          assertThat(difference.isNoneButRepeats()).as("%s", difference).isTrue();
        });
  }

  @Test
  @Order(4)
  void controlModelsThatForgotWhatTheyLearnedAreNotTaken() throws Exception {
    run(
        "control: state dropped",
        Fault.stateDropped(),
        Pipeline.EXACTLY_ONCE,
        good,
        oracle,
        difference -> {
          assertThat(difference.sameModels()).as("%s", difference).isFalse();
          assertThat(difference.wrong()).as("%s", difference).isPositive();
        });
  }

  private void run(
      String name,
      Fault fault,
      Pipeline pipeline,
      List<ProducerRecord<byte[], byte[]>> input,
      Oracle undisturbed,
      Verdict verdict)
      throws Exception {
    long begin = System.nanoTime();
    boolean struck = false;
    String outcome = "failed";
    int restarts = 0;
    Difference difference = null;
    try (TestBed bed = TestBed.start(dir, pipeline, input)) {
      bed.startCluster(fault.options());
      List<String> seen = fault.strike().on(bed, new Random(SEED));
      restarts = bed.restores();
      struck = seen.equals(fault.proof());
      assumeTrue(
          struck,
          () -> "%s did not strike: expected %s, saw %s".formatted(name, fault.proof(), seen));
      bed.finish();
      difference = undisturbed.compare(bed.bootstrapServers(), bed.settings());
      verdict.on(difference);
      outcome = "passed";
    } catch (TestAbortedException e) {
      outcome = "inconclusive";
      throw e;
    } finally {
      RESULTS.add(
          new Results.Row(
              name,
              SEED,
              struck,
              outcome,
              (System.nanoTime() - begin) / 100_000_000 / 10.0,
              restarts,
              difference == null ? 0 : difference.records(),
              difference == null ? null : difference.modelsSha256()));
    }
  }

  private static void isUndisturbed(Difference difference) {
    assertThat(difference.isNone()).as("%s", difference).isTrue();
  }
}
