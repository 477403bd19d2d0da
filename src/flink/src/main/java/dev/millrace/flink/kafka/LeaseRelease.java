package dev.millrace.flink.kafka;

import dev.millrace.kafka.Lease;
import dev.millrace.kafka.LeaseKeeper;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.JobManagerOptions.SchedulerType;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.SchedulerExecutionMode;
import org.apache.flink.core.execution.JobStatusHook;

/**
 * Releases the {@link Lease} of a job that has ended for good, so that the next one need not wait.
 * Flink calls it in the job manager, which holds the lease, before it reports the end.
 *
 * @param holder identity of the job
 * @param canceledIsEnd false where Flink's scheduler cancels tasks to start them again
 */
public record LeaseRelease(String holder, boolean canceledIsEnd) implements JobStatusHook {

  /** Returns the hook for a job with these options of Flink. */
  public static LeaseRelease of(Lease lease, ReadableConfig options) {
    boolean adapts =
        options.get(JobManagerOptions.SCHEDULER) == SchedulerType.Adaptive
            || options.getOptional(JobManagerOptions.SCHEDULER_MODE).stream()
                .anyMatch(SchedulerExecutionMode.REACTIVE::equals);
    return new LeaseRelease(lease.holder(), !adapts);
  }

  @Override
  public void onFinished(JobID job) {
    LeaseKeeper.release(holder);
  }

  @Override
  public void onCanceled(JobID job) {
    if (canceledIsEnd) {
      LeaseKeeper.release(holder);
    }
  }

  @Override
  public void onCreated(JobID job) {
    // The source takes the lease.
  }

  @Override
  public void onFailed(JobID job, Throwable failure) {
    // Tasks of a lost task manager may still write, so the lease expires.
  }
}
