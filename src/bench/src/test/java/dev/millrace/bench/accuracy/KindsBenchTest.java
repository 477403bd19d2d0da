package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.bench.accuracy.KindsBenchCommand.Guess;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page with the kinds that {@code init} guesses. */
class KindsBenchTest {
  private static final String HEAD =
      """
      # Kinds of columns

      `./millrace init` guesses the kind of each column: which type of feature it becomes, or that it is left out.
      `./millrace bench kinds` checks the guesses on generated columns whose kind is known, each of 600 rows, complete and with a tenth of the cells missing (empty, `NA` or `null`).
      A wrong guess is **bold**; set the type in the pipeline file.
      The page is generated; a test compares it with the code.

      """;

  @Test
  void mostKindsAreGuessedAndThePageNamesTheOthers() throws IOException {
    List<Guess> guesses = KindsBenchCommand.guesses();

    List<String> wrong =
        guesses.stream()
            .filter(guess -> !guess.isRight())
            .map(guess -> guess.column().name())
            .toList();
    assertThat(guesses).hasSizeGreaterThanOrEqualTo(90);
    assertThat(wrong).containsExactly("kilograms", "milliseconds", "dates, yyyy-MM", "hashtags");
    GeneratedPage.requireIs(
        Path.of("docs/reference/column-kinds.md"),
        HEAD + String.join("\n", KindsBenchCommand.table(guesses)) + "\n",
        KindsBenchTest.class);
  }
}
