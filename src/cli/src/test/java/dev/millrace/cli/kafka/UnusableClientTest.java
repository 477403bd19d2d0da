package dev.millrace.cli.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Client properties that cannot work, and brokers that do not answer. */
class UnusableClientTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "topics list",
        "topics create",
        "run",
        "cluster --port 0",
        "watch",
        "dashboard",
        "serve",
        "models list",
        "dlq show",
        "stop --force",
        "doctor"
      })
  void aVariableThatIsNotSetIsNamedBeforeACommandConnects(String command) throws IOException {
    Path file =
        pipeline(
            """
              security.protocol: SASL_PLAINTEXT
              sasl.mechanism: PLAIN
              # not ${env:MILLRACE_UNSET_PASSWORD}
              sasl.jaas.config: >-
                org.apache.kafka.common.security.plain.PlainLoginModule required
                username="millrace" password="${env:MILLRACE_UNSET_PASSWORD}";
            """);

    Cli cli = run(command, file);

    assertThat(cli.exitCode()).isEqualTo(command.equals("doctor") ? 1 : 2);
    assertThat(cli.out() + cli.err())
        .contains(
            file
                + ":9 kafka.sasl.jaas.config uses ${env:MILLRACE_UNSET_PASSWORD}, but this"
                + " environment variable is not set.",
            "Set it where the command runs: export MILLRACE_UNSET_PASSWORD=...")
        .doesNotContain("If one runs there", "rejected the login");
  }

  @Test
  void aTruststoreThatDoesNotExistIsNamed() throws IOException {
    Path file =
        pipeline(
            """
              security.protocol: SSL
              ssl.truststore.type: PEM
              ssl.truststore.location: /nowhere/ca.pem
            """);

    Cli cli = run("topics list", file);

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err())
        .isEqualToIgnoringNewLines(
            "kafka.ssl.truststore.location (%s): /nowhere/ca.pem does not exist.".formatted(file));
  }

  @Test
  void aTruststoreThatMayNotBeReadHasThatCause() {
    assertThat(BrokerCheck.unreadable(new AccessDeniedException("/etc/ca.pem")))
        .isEqualTo("this user may not read /etc/ca.pem");
  }

  @Test
  void aPlaceholderOfAnAddressIsNotConnectedTo() {
    assertThat(BrokerCheck.connection("${env:BROKERS}"))
        .isEqualTo(BrokerCheck.Connection.UNANSWERED);
    assertThat(BrokerCheck.connection("127.0.0.1:1, ${env:BROKERS}"))
        .isEqualTo(BrokerCheck.Connection.UNANSWERED);
  }

  @Test
  void aKeystoreOfAnotherPasswordHasItsOwnCause() throws IOException {
    Path store = Files.writeString(dir.resolve("store.p12"), "no keystore");
    Path file =
        pipeline(
            """
              security.protocol: SSL
              ssl.truststore.type: PKCS12
              ssl.truststore.location: %s
            """
                .formatted(store));

    assertThat(run("topics list", file).err())
        .contains(" cannot be used (kafka.bootstrap.servers, " + file + "): ")
        .doesNotContain("Failed to create new");
  }

  @Test
  void aBrokerThatIsOnlySlowIsNotReportedAtOnce() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
      String address = "127.0.0.1:" + silent.getLocalPort();

      Cli cli =
          Cli.run("watch", "--bootstrap-server", address, "--pipeline", "p", "--timeout", "5");

      assertThat(cli.err()).startsWith("No broker answered at " + address + " within 5 s");
    }
  }

  private Path pipeline(String kafka) throws IOException {
    return Files.writeString(
        dir.resolve("fraud.yaml"),
        "pipeline: fraud\nkafka:\n  bootstrap.servers: 127.0.0.1:1\n"
            + kafka
            + "input: { label: class }\noutput: { topics: { commands: fraud.commands } }\n");
  }

  private static Cli run(String command, Path file) {
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("-c", file.toString()));
    return Cli.run(words.toArray(String[]::new));
  }
}
