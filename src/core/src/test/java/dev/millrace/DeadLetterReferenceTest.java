package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of the reasons for which a record is refused: what stands beside each in the code. */
class DeadLetterReferenceTest {
  private static final Path PAGE = Path.of("docs/reference/dead-letters.md");
  private static final Path SOURCE =
      Path.of("src/core/src/main/java/dev/millrace/data/DeadLetterReason.java");
  private static final String HEAD =
      """
      # Dead letters

      A rejected record goes to the dead-letter topic (`output.topics.dead-letters`) with its bytes and headers.
      Headers of Millrace add `__millrace.errors.reason`, `.message`, `.topic`, `.partition` and `.offset` ([all of them](records.md#pipelinedlq)).
      A value that exceeds the topic's limit is left out.
      No model changes, and the job goes on.

      | reason | when |
      |---|---|
      """;

  private static String markdown() throws IOException {
    String source = Files.readString(SOURCE);
    StringBuilder page = new StringBuilder(HEAD);
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      Matcher comment =
          Pattern.compile("/\\*\\* ([^/]*?) \\*/\\s*" + reason.name() + "[,;]").matcher(source);
      assertThat(comment.find()).as(reason.name()).isTrue();
      String meaning = comment.group(1).replaceAll("\\{@code ([^}]*)}", "`$1`");
      page.append("| `").append(reason.id()).append("` | ").append(meaning).append(" |\n");
    }
    return page.toString();
  }

  @Test
  void thePageIsWhatTheCodeSays() throws IOException {
    GeneratedPage.requireIs(PAGE, markdown(), DeadLetterReferenceTest.class);
  }
}
