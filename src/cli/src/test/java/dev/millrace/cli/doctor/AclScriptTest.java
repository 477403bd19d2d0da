package dev.millrace.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclScriptTest {
  @TempDir private Path dir;

  @Test
  void aPlaceholderOfTheBrokersIsToBeSet() throws IOException {
    assertThat(script("${env:BROKERS}"))
        .contains("SERVERS=${SERVERS:?Set it to the addresses of the brokers, such as ")
        .doesNotContain("env:BROKERS");
    assertThat(script("kafka.example.org:9094"))
        .contains("SERVERS=${SERVERS:-kafka.example.org:9094}\n");
  }

  private String script(String servers) throws IOException {
    Path file =
        Files.writeString(
            dir.resolve("fraud.yaml"),
            "pipeline: fraud\nkafka: { bootstrap.servers: \"%s\" }\ninput: { label: class }\n"
                .formatted(servers));
    Cli cli = Cli.run("doctor", "--acls", "--config=" + file);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    return cli.out();
  }
}
