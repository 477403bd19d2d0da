package dev.millrace.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code promote} refuses before it asks any broker. */
class PromoteCommandTest {
  @TempDir private Path dir;
  private Path pipeline;

  @BeforeEach
  void write() throws IOException {
    pipeline =
        Files.writeString(
            dir.resolve("contest.yaml"),
            """
            pipeline: contest
            kafka: { bootstrap.servers: "localhost:1" }
            input: { label: class }
            models: { small: { layers: [{ units: 4 }] }, tuned: auto }
            """);
  }

  private Cli promote(String key, String model) {
    return Cli.run("promote", "-c", pipeline.toString(), "--key", key, "--model", model);
  }

  @Test
  void aKeyThatNoModelCanHaveIsRejected() {
    for (String key : new String[] {"", "k".repeat(257), "é".repeat(129)}) {
      Cli cli = promote(key, "small");

      assertThat(cli.exitCode()).isEqualTo(2);
      assertThat(cli.err())
          .contains("--key has ", " bytes; a model key has 1 to 256 (limits.key-bytes)");
    }
  }

  @Test
  void aModelThatThePipelineDoesNotHaveIsRejected() {
    Cli cli = promote("k", "smal");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("\"smal\" is not a model of", "Did you mean \"small\"?");
  }
}
