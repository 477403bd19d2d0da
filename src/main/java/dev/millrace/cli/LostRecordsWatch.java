package dev.millrace.cli;

import dev.millrace.flink.JobMetric;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;

/** Tells the user of records that the brokers deleted before a job had read them. */
final class LostRecordsWatch {
  private static final long PERIOD_NANOS = Duration.ofSeconds(10).toNanos();

  private final String log;
  private final PrintWriter err;
  private long lastLook = System.nanoTime();
  private long told;

  /**
   * @param log where the offsets are, for the user
   */
  LostRecordsWatch(String log, PrintWriter err) {
    this.log = log;
    this.err = err;
  }

  /** Asks Flink, but no more often than every few seconds. */
  void look(FlinkRest rest, String job) throws InterruptedException {
    if (System.nanoTime() - lastLook < PERIOD_NANOS) {
      return;
    }
    lastLook = System.nanoTime();
    try {
      long lost = rest.counter(job, "decode", JobMetric.LOST_RECORDS);
      if (lost > told) {
        err.printf(
            "The brokers deleted %s before the job had read %s; it went on with the oldest left"
                + " (more in %s)%n",
            Counted.of(lost - told, "record"), lost - told == 1 ? "it" : "them", log);
      }
      told = lost; // less after a restart, which counts anew
    } catch (IOException | CliError e) {
      // Between two states of the job; the next look tells.
    }
  }
}
