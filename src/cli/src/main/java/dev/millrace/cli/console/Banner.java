package dev.millrace.cli.console;

import dev.millrace.simd.KernelProvider;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.common.utils.AppInfoParser;

/** Versions in use, in one line. */
public final class Banner {
  private Banner() {}

  public static String line() {
    return line("in this process");
  }

  /** Returns the versions in use, and where Flink and Kafka run. */
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
