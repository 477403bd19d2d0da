package dev.millrace.chaos;

import dev.millrace.chaos.Oracle.Difference;
import java.io.IOException;
import java.util.List;
import java.util.Random;

/** What has become of one fault so far. */
final class Outcome {
  private static final Difference NONE = new Difference(0, 0, 0, 0, 0, 0, false, null);

  private final Fault fault;
  private final long seed;
  private List<String> seen = List.of();
  private boolean struck;
  private String outcome = "inconclusive";
  private int restarts;
  private double seconds;
  private long begin;
  private long end;
  private Lateness.Figures late = Lateness.UNKNOWN;
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
    begin = System.currentTimeMillis();
    int before = bed.cluster().restores();
    List<String> all;
    try {
      all = fault.strike().on(bed, random);
    } finally {
      end = System.currentTimeMillis();
      long tenths = (end - begin) / 100;
      seconds = tenths / 10.0;
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

  /** Looks up how late the reports of records came that were sent while it struck. */
  void late(Lateness lateness) {
    late = lateness.between(begin, end);
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
            late.reports(),
            late.p99(),
            late.most(),
            difference.records(),
            difference.missing(),
            difference.repeated(),
            difference.wrong(),
            difference.deadLetters(),
            difference.deadLettersTooMany(),
            difference.modelsSha256()));
  }
}
