package dev.millrace.cli.console;

import dev.millrace.simd.KernelProvider;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** What runs here, in one line. */
public final class Banner {
  private Banner() {}

  public static String line() {
    return line("in this process");
  }

  /**
   * Returns the versions in use, in one line.
   *
   * @param where Flink runs
   */
  public static String line(String where) {
    return "Millrace %s  ·  Java %d, %s  ·  Flink %s, Kafka %s %s"
        .formatted(
            Version.current(),
            Runtime.version().feature(),
            KernelProvider.kernels().description(),
            EnvironmentInformation.getVersion(),
            AppInfoParser.getVersion(),
            where);
  }
}
