package dev.millrace.chaos;

import dev.millrace.chaos.Oracle.Difference;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** What has become of one fault so far. */
final class Outcome {
  private static final Difference NONE = new Difference(0, 0, 0, 0, 0, false, null);

  private final Fault fault;
  private final long seed;
  private List<String> seen = List.of();
  private boolean struck;
  private String outcome = "inconclusive";
  private int restarts;
  private double seconds;
  private Difference difference = NONE;

  Outcome(Fault fault, long seed) {
    this.fault = fault;
    this.seed = seed;
  }

  /**
   * Lets it strike, and compares what was seen of it with what proves it.
   *
   * @throws InconclusiveError if they differ
   */
  void strike(TestBed bed, Random random) throws Exception {
    long begin = System.nanoTime();
    int before = bed.cluster().restores();
    List<String> all;
    try {
      all = fault.strike().on(bed, random);
    } finally {
      seconds = (System.nanoTime() - begin) / 100_000_000 / 10.0;
    }
    struck(all, bed.cluster().restores() - before);
  }

  /**
   * Compares what was seen with what proves the fault.
   *
   * @param times that the job has gone on from a checkpoint or savepoint
   * @throws InconclusiveError if they differ
   */
  void struck(List<String> whatWasSeen, int times) {
    seen = whatWasSeen;
    restarts = times;
    struck = seen.equals(fault.proof());
    if (!struck) {
      throw new InconclusiveError(
          "%s (seed %d) did not strike: expected %s, saw %s"
              .formatted(fault.name(), seed, fault.proof(), seen));
    }
    outcome = "failed";
  }

  /**
   * @throws AssertionError if the difference is not what it should be
   */
  void judge(Difference from, Verdict verdict) {
    difference = from;
    verdict.on(from);
    outcome = "passed";
  }

  /** This machine does not allow it. */
  void skipped() {
    outcome = struck ? outcome : "skipped";
  }

  /**
   * Adds it to the results.
   *
   * @param run in which it struck, with others perhaps
   */
  void write(String run) throws IOException {
    Results.add(
        new Results.Row(
            fault.name(),
            run,
            seed,
            struck,
            seen,
            outcome,
            seconds,
            restarts,
            difference.records(),
            difference.missing(),
            difference.repeated(),
            difference.wrong(),
            difference.modelsSha256()));
  }
}
