package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.console.Ports;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/**
 * Flink's SQL client, of its Maven artifact, with Flink's own jars on the class path and no other.
 * A gateway in a process of its own runs the jobs: the client alone needs a Python artifact.
 */
final class SqlClient {
  private static final Path CLASS_PATH = Path.of("target", "sql-client.classpath");
  private static final String HOST = "127.0.0.1";
  private static final List<String> FLAGS =
      List.of(
          "--add-opens=java.base/java.lang=ALL-UNNAMED",
          "--add-opens=java.base/java.util=ALL-UNNAMED",
          "--add-opens=java.base/java.time=ALL-UNNAMED");

  private SqlClient() {}

  /**
   * Runs {@code sql-client.sh [-j JAR]... -f SCRIPT} and returns what it prints.
   *
   * @param folder for its files
   * @param script the statements of SCRIPT
   */
  static String run(Path folder, List<String> words, String script) throws Exception {
    StringBuilder statements = new StringBuilder();
    for (int w = 0; w < words.size(); w++) {
      if (words.get(w).equals("-j")) {
        statements.append("ADD JAR '%s';\n".formatted(jar(words.get(w + 1)).toAbsolutePath()));
      }
    }
    Path file = Files.writeString(folder.resolve("script.sql"), statements + script);
    int port = Ports.free();
    Path config = Files.createDirectories(folder.resolve("flink-conf"));
    Files.writeString(
        config.resolve("config.yaml"),
        """
        execution.target: local
        sql-gateway.endpoint.rest.address: %s
        sql-gateway.endpoint.rest.bind-address: %s
        sql-gateway.endpoint.rest.port: %d
        """
            .formatted(HOST, HOST, port));
    Map<String, String> environment = Map.of("FLINK_CONF_DIR", config.toString());
    String gateway = "org.apache.flink.table.gateway.SqlGateway";
    String classPath = Files.readString(CLASS_PATH).strip();
    try (MillraceProcess server =
        MillraceProcess.start(
            folder, "gateway", classPath, gateway, FLAGS, List.of(), environment)) {
      Awaitility.await().atMost(Patience.MAX).until(() -> !server.isAlive() || answers(port));
      assertThat(server.isAlive()).as(server::err).isTrue();
      List<String> arguments = new ArrayList<>(List.of("gateway", "-e", HOST + ":" + port));
      arguments.addAll(List.of("-f", file.toString()));
      arguments.addAll(List.of("--history", folder.resolve("history").toString()));
      String main = "org.apache.flink.table.client.SqlClient";
      try (MillraceProcess client =
          MillraceProcess.start(folder, "client", classPath, main, FLAGS, arguments, environment)) {
        client.awaitEnd();
        String printed = client.out().replaceAll("\u001b\\[[\\d;]*m", "");
        assertThat(printed).as(client::err).doesNotContain("[ERROR]");
        return printed;
      }
    }
  }

  /** Returns a jar of the build by its path, or by its name. */
  private static Path jar(String name) {
    Path given = Path.of(name);
    Path jar = Files.exists(given) ? given : Path.of("target").resolve(given);
    assertThat(jar).exists();
    return jar;
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(HOST, port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
