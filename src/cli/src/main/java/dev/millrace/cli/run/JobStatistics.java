package dev.millrace.cli.run;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/**
 * Counters and checkpoints of a running job.
 *
 * <p>Each call throws an {@link IOException} while the job cannot be asked, as between two of its
 * states.
 */
public interface JobStatistics {

  /**
   * Ids of the newest checkpoints, -1 if there is none.
   *
   * @param failure Flink's message about the failed one
   */
  record Checkpoints(long completed, long failed, String failure) {}

  /**
   * Returns an operator's counters by name, each the sum over all subtasks, where there are any.
   */
  Map<String, Long> counters(String operator, Collection<String> names)
      throws IOException, InterruptedException;

  /** Returns how the newest checkpoints ended. */
  Checkpoints checkpoints() throws IOException, InterruptedException;
}
