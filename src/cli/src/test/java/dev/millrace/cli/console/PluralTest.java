package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluralTest {
  @TempDir private Path dir;

  @Test
  void oneIsSingular() {
    assertThat(Plural.of(1, "example")).isEqualTo("1 example");
    assertThat(Plural.of(1_200, "example")).isEqualTo("1,200 examples");
    assertThat(Plural.of(1, "class", "classes")).isEqualTo("1 class");
    assertThat(Plural.of(0, "class", "classes")).isEqualTo("0 classes");
  }

  @Test
  void aFileOfOneRowHasOneExample() throws IOException {
    Path csv = Files.writeString(dir.resolve("one.csv"), "x,y\n1.5,2.5\n");

    Cli evaluate = Cli.run("evaluate", "--input", csv.toString(), "--label", "y");

    assertThat(evaluate.out()).contains("\n1 example in ").contains(", 0 dead letters, ");
  }
}
