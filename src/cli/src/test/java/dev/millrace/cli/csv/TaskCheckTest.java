package dev.millrace.cli.csv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code evaluate} is asked for has to go with the label of the file. */
class TaskCheckTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "three | --task binary | --task binary needs two classes, but \"three\" of FILE"
            + " has 3: a, b, c. Remove it.",
        "three | --threshold-metric f1 | --threshold-metric f1 needs two classes, but \"three\" of"
            + " FILE has 3: a, b, c. Remove it.",
        "three | --positive-class a | --positive-class \"a\" needs two classes, but \"three\" of"
            + " FILE has 3: a, b, c. Remove it.",
        "two | --task multiclass --positive-class yes | --positive-class \"yes\" needs two classes,"
            + " but the task is multiclass. Remove it.",
        "two | --positive-class yess | --positive-class \"yess\" is not a class of FILE. Did you"
            + " mean \"yes\"? Classes: no, yes",
        "x | --positive-class 1 | --positive-class \"1\" needs two classes, but the task is"
            + " regression. Remove it.",
        "x | --threshold-metric balanced-accuracy | --threshold-metric balanced-accuracy needs two"
            + " classes, but the task is regression. Remove it.",
      })
  void rejectsBinaryOptionsWithoutTwoClasses(String label, String options, String error)
      throws IOException {
    Path file =
        Files.writeString(dir.resolve("t.csv"), "x,two,three\n0.5,yes,a\n1.5,no,b\n2.5,yes,c\n");
    List<String> arguments =
        new ArrayList<>(List.of("evaluate", "--input", file + "", "--label", label));
    arguments.addAll(List.of(options.split(" ")));

    Cli run = Cli.run(arguments.toArray(String[]::new));

    assertThat(run.err()).isEqualToIgnoringNewLines(error.replace("FILE", file + ""));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
  }
}
