package dev.millrace.cli.run;

import dev.millrace.cli.kafka.DamagedBatch;
import java.io.PrintWriter;
import org.apache.flink.api.common.JobStatus;

/** Reports restarts of a job in this process, and restarts its task manager if Flink does not. */
final class RestartWatch {
  private final LocalJob job;
  private final String log;
  private final PrintWriter err;
  private boolean restarting;
  private int restarts;

  /**
   * @param log where the causes are in full, for the user
   */
  RestartWatch(LocalJob job, String log, PrintWriter err) {
    this.job = job;
    this.log = log;
    this.err = err;
  }

  /** Asks Flink for the state of the job. */
  void look() throws InterruptedException {
    boolean restartsNow = job.status().filter(JobStatus.RESTARTING::equals).isPresent();
    if (restartsNow && !restarting) {
      restarts++;
      String failure = job.lastFailure().orElse("no reason given");
      err.printf(
          "The job failed and restarts (restart %d): %s (more in %s)%n", restarts, failure, log);
      DamagedBatch.remedy(failure).ifPresent(err::println);
    } else if (restarting && !restartsNow) {
      err.println("The job runs again.");
    }
    if (restarts > 0 && job.revive()) {
      err.println("Its task manager had ended and was restarted.");
    }
    restarting = restartsNow;
  }
}
