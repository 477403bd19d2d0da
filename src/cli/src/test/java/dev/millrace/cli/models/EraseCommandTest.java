package dev.millrace.cli.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code erase} rejects before it asks any broker. */
class EraseCommandTest {
  @TempDir private Path dir;
  private Path pipeline;

  @BeforeEach
  void write() throws IOException {
    pipeline =
        write(
            """
            pipeline: shops
            kafka: { bootstrap.servers: "localhost:1" }
            input:
              label: click
              features: [price, { name: user, type: id }, { name: query, type: text }]
              derived: [{ since: last, by: card }]
            metrics: { group: shop }
            output: { topics: { commands: shops.commands } }
            """);
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(dir.resolve("shops.yaml"), yaml);
  }

  private Cli erase(String... options) {
    String[] all = new String[options.length + 3];
    all[0] = "erase";
    all[1] = "-c";
    all[2] = pipeline.toString();
    System.arraycopy(options, 0, all, 3, options.length);
    return Cli.run(all);
  }

  @Test
  void nothingIsErasedWithoutAKeyOrAnId() {
    Cli cli = erase();

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("Nothing to erase. Name --key, or --column and --id");
  }

  @Test
  void anIdNeedsItsColumn() {
    Cli cli = erase("--key", "k", "--id", "u1");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("--column");
  }

  @Test
  void aColumnThatHasNoIdsIsRejected() {
    Cli cli = erase("--column", "usr", "--id", "u1");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err())
        .contains("\"usr\" is no column of ids in", "Did you mean \"user\"?")
        .contains("Columns of ids: user, query, card, shop");
  }

  @Test
  void aTextThatIsNoIdOfTheColumnIsRejected() {
    Cli cli = erase("--column", "query", "--id", "red shoes");

    assertThat(cli.exitCode()).isEqualTo(2);
    assertThat(cli.err()).contains("--id does not fit query: an id of this text is one word");
  }

  @Test
  void aPipelineWithoutACommandTopicGetsTheRemedy() throws IOException {
    write(
        """
        pipeline: shops
        kafka: { bootstrap.servers: "localhost:1" }
        input: { label: click }
        """);

    Cli cli = erase("--key", "k");

    assertThat(cli.exitCode()).isEqualTo(1);
    assertThat(cli.err())
        .contains("Add output: { topics: { commands: shops.commands } }", "topics create -c");
    assertThat(erase("--column", "user", "--id", "u").err()).contains("has no column of ids");
  }
}
