package dev.millrace.cli;

import dev.millrace.simd.Kernels;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** What runs here, in one line. */
final class Banner {
  private Banner() {}

  static String line() {
    return line("in this process");
  }

  /**
   * @param where Flink runs
   */
  static String line(String where) {
    return "Millrace %s  ·  Java %d, %s  ·  Flink %s, Kafka %s %s"
        .formatted(
            Version.current(),
            Runtime.version().feature(),
            Kernels.best().description(),
            EnvironmentInformation.getVersion(),
            AppInfoParser.getVersion(),
            where);
  }
}
