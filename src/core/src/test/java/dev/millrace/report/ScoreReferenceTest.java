package dev.millrace.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.report.Score.Better;
import dev.millrace.report.Score.Kind;
import dev.millrace.report.Score.Part;
import dev.millrace.testing.GeneratedPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Generates what the pages say of each score from {@link Score}. */
class ScoreReferenceTest {
  private static final Path METRICS = Path.of("docs", "metrics.md");
  private static final Path ASYNC_API = Path.of("docs", "asyncapi.yaml");
  private static final String INDENT = "        ";

  @ParameterizedTest
  @EnumSource
  void theTableOfAKindHasTheFormulaOfEachScore(Kind kind) throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    for (Score score : Score.of(kind)) {
      Part part = score.part();
      String field = part == null ? score.field() : part.field();
      String formula = part == null ? score.formula() : part.meaning();
      rows.put(field, "| `%s` | %s | %s |\n".formatted(field, direction(score), formula));
    }

    String head = "| score of %s | better | formula |\n|---|---|---|".formatted(name(kind));
    GeneratedPage.requireTable(
        METRICS, head, String.join("", rows.values()), ScoreReferenceTest.class);
  }

  @ParameterizedTest
  @EnumSource
  void theSchemaOfAKindHasEachScore(Kind kind) throws IOException {
    StringBuilder lines = new StringBuilder();
    Part open = null;
    for (Score score : Score.of(kind)) {
      Part part = score.part();
      if (part == null) {
        lines.append(property("", score));
      } else if (part != open) {
        lines.append(INDENT).append(part.field()).append(":\n");
        lines.append(INDENT).append("  type: object\n");
        lines.append(INDENT).append("  required: [").append(required(kind, part)).append("]\n");
        lines.append(INDENT).append("  additionalProperties: false\n");
        lines.append(INDENT).append("  properties:\n");
      }
      if (part != null) {
        lines.append(property("    ", score));
      }
      open = part;
    }

    String first =
        INDENT + "# Scores of %s, which ScoreReferenceTest writes.".formatted(name(kind));
    GeneratedPage.requireLines(
        ASYNC_API, first, INDENT + "# End.", lines.toString(), ScoreReferenceTest.class);
  }

  @Test
  void namesOfAKindAreDifferent() {
    for (Kind kind : Kind.values()) {
      assertThat(Score.of(kind))
          .extracting(score -> score.part() + "." + score.field())
          .doesNotHaveDuplicates();
    }
  }

  /** Names the scores of a part that are in each record which has the part. */
  private static String required(Kind kind, Part part) {
    return Score.of(kind).stream()
        .filter(score -> score.part() == part)
        .map(Score::field)
        .filter(field -> !field.equals(Score.F_BETA.field()))
        .collect(Collectors.joining(", "));
  }

  private static String property(String indent, Score score) {
    String type =
        score == Score.PREDICTS_ONE_CLASS
            ? "type: boolean"
            : score.better() == Better.FLAG
                ? "type: [boolean, \"null\"]"
                : "$ref: \"#/components/schemas/score\"";
    return INDENT + indent + score.field() + ": { " + type + " }\n";
  }

  private static String direction(Score score) {
    return switch (score.better()) {
      case HIGHER, LOWER -> name(score.better());
      case NEITHER, FLAG -> "";
    };
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
