package dev.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** Seconds of the clock, and of this process on all processors. */
record Timing(double wall, double cpu) {

  /** Nanoseconds of the clock, and of this process on all processors. */
  record Moment(long wall, long cpu) {
    static Moment now() {
      return new Moment(
          System.nanoTime(),
          ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
              .getProcessCpuTime());
    }

    Timing since(Moment start) {
      return new Timing((wall - start.wall) / 1e9, (cpu - start.cpu) / 1e9);
    }
  }
}
