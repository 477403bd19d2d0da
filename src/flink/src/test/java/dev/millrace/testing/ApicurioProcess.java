package dev.millrace.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Apicurio Registry in a process of its own, with its schemas in memory. */
public final class ApicurioProcess implements AutoCloseable {
  private static final Path JAR = Path.of("target", "apicurio", "quarkus-run.jar");
  private static final int OLDEST_JDK = 21;
  private static final Pattern LISTENING =
      Pattern.compile("Listening on: http://[^ :]+:(\\d+) and https://[^ :]+:(\\d+)");
  private static final String PATH = "/apis/ccompat/v7";

  private final Process process;
  private final String port;
  private final String tlsPort;

  private ApicurioProcess(Process process, String port, String tlsPort) {
    this.process = process;
    this.port = port;
    this.tlsPort = tlsPort;
  }

  /** Whether it and a JDK for it are there. */
  public static boolean isInstalled() {
    return Files.exists(JAR) && jdk().isPresent();
  }

  private static Optional<Path> jdk() {
    return Runtime.version().feature() >= OLDEST_JDK
        ? Optional.of(Path.of(System.getProperty("java.home")))
        : Jdks.others().entrySet().stream()
            .filter(jdk -> jdk.getKey() >= OLDEST_JDK)
            .map(jdk -> jdk.getValue())
            .findFirst();
  }

  /**
   * Starts it on free ports of loopback and waits until it listens.
   *
   * @param keys of its TLS
   */
  public static ApicurioProcess start(TestKeys keys, Path folder) throws IOException {
    Process process =
        new ProcessBuilder(
                ChildJvm.java(jdk().orElseThrow()).toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=0",
                "-Dquarkus.http.ssl-port=0",
                "-Dquarkus.http.ssl.certificate.key-store-file=" + keys.store(),
                "-Dquarkus.http.ssl.certificate.key-store-password=" + TestKeys.PASSWORD,
                "-Dquarkus.log.console.json.enabled=false",
                "-jar",
                JAR.toAbsolutePath().toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    StringBuilder said = new StringBuilder();
    BufferedReader out = process.inputReader();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      said.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        drain(out);
        return new ApicurioProcess(process, listening.group(1), listening.group(2));
      }
    }
    throw new IOException("Apicurio Registry ended:\n" + said);
  }

  // Else it stops when the pipe is full.
  private static void drain(BufferedReader out) {
    Thread thread = new Thread(() -> out.lines().forEach(line -> {}), "apicurio-output");
    thread.setDaemon(true);
    thread.start();
  }

  /** Of Confluent's interface. */
  public String url() {
    return "http://localhost:" + port + PATH;
  }

  /** The same over TLS. */
  public String tlsUrl() {
    return "https://localhost:" + tlsPort + PATH;
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
