package dev.millrace.cli.console;

import dev.millrace.simd.KernelProvider;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import org.apache.flink.runtime.util.EnvironmentInformation;
import org.apache.kafka.clients.admin.Admin;

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
            kafkaVersion(),
            where);
  }

  /** Returns the version of Kafka's clients; their own reader of it moves between packages. */
  private static String kafkaVersion() {
    Properties properties = new Properties();
    try (InputStream in = Admin.class.getResourceAsStream("/kafka/kafka-version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }
}
