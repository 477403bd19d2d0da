package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StreamsBenchCommandTest {
  @TempDir private Path folder;

  private Cli run(String more) {
    return Cli.run(
        ("bench streams --rows 1000 --auto fast --only stagger_abrupt,planes --results "
                + folder.resolve("results")
                + more)
            .split(" "));
  }

  @Test
  void comparesWithBaselinesAndKeepsResults() throws IOException {
    Cli first = run(" --seeds 1");

    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.err()).contains("fast, seed 1: accuracy").contains("fast, seed 1: MAE");
    assertThat(first.out().lines().filter(line -> line.startsWith("## ")))
        .containsExactlyElementsOf(BenchmarkPage.HEADINGS);
    assertThat(first.out()).contains("It ran without `--moa`: the only peers are baselines.");
    assertThat(row(first.out(), "## Classes", "stagger_abrupt")).contains("1,000");
    Path stored = folder.resolve("results/stagger_abrupt.jsonl");
    assertThat(stored).content().hasLineCount(1);
    JsonNode result = new ObjectMapper().readTree(Files.readString(stored));
    assertThat(result.path("score").asDouble()).isBetween(0.6, 1.0);
    assertThat(result.path("log_loss").asDouble()).isBetween(0.05, 0.69);

    Cli second = run(" --seeds 1");

    assertThat(second.err()).doesNotContain("fast, seed 1");
    assertThat(stored).content().hasLineCount(1);
    assertThat(second.out()).isEqualTo(first.out());
  }

  @Test
  void withEachSeedAllLearnersHaveOtherRows() {
    Cli bench = run(" --seeds 2");

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    for (String learner : List.of("fast", "majority", "no-change")) {
      int at = header(bench.out(), "## Classes").indexOf(learner);
      assertThat(row(bench.out(), "## Classes", "stagger_abrupt").get(at))
          .as(learner)
          .contains(" ± ")
          .doesNotContain("± 0.0000");
    }
  }

  @Test
  void aLineThatIsCutIsReportedWithItsPlace() throws IOException {
    Path stored = folder.resolve("results/planes.jsonl");
    Files.createDirectories(stored.getParent());
    Files.writeString(stored, "{\"stream\":\"pla");

    Cli cut = run(" --seeds 1");

    assertThat(cut.exitCode()).isNotZero();
    assertThat(cut.err()).contains("planes.jsonl:1 is no result").contains("Remove the line.");
  }

  /** All of MOA's learners on the same rows; each must beat a guess of the mean or majority. */
  @Test
  void comparesWithMoa() throws IOException {
    String jar = System.getProperty("millrace.moa", "");
    assumeThat(jar).as("no MOA: name its jar with -Dmillrace.moa=JAR").isNotEmpty();

    Cli bench = run(" --seeds 1 --moa " + jar);

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    assertThat(header(bench.out(), "## Classes"))
        .containsExactlyElementsOf(
            List.of(
                "stream",
                "rows",
                "fast",
                "NaiveBayes",
                "HoeffdingTree",
                "HoeffdingAdaptiveTree",
                "kNN",
                "ARF-10",
                "SRP-10",
                "majority",
                "no-change"));
    List<String> classes = row(bench.out(), "## Classes", "stagger_abrupt");
    List<String> values = row(bench.out(), "## Values", "planes");
    for (String learner : Moa.learners(true)) {
      int at = header(bench.out(), "## Classes").indexOf(learner);
      assertThat(number(classes.get(at))).as(learner).isBetween(0.55, 1.0);
    }
    int mean = header(bench.out(), "## Values").indexOf("mean");
    for (String learner : List.of("FIMT-DD", "AMRules", "kNN", "ARF-Reg")) {
      int at = header(bench.out(), "## Values").indexOf(learner);
      assertThat(number(values.get(at))).as(learner).isBetween(0.7, 1.5 * number(values.get(mean)));
    }
    assertThat(header(bench.out(), "## Cost")).contains("RAM-hours, sum");
  }

  private static double number(String cell) {
    return Double.parseDouble(cell.replace("*", ""));
  }

  private static List<String> header(String page, String heading) {
    return cells(
        page.lines().dropWhile(line -> !line.equals(heading)).toList(), "stream", "learner");
  }

  private static List<String> row(String page, String heading, String stream) {
    return cells(page.lines().dropWhile(line -> !line.equals(heading)).toList(), stream, stream);
  }

  private static List<String> cells(List<String> lines, String first, String orFirst) {
    return lines.stream()
        .filter(
            line -> line.startsWith("| " + first + " ") || line.startsWith("| " + orFirst + " "))
        .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")))
        .findFirst()
        .orElseThrow();
  }
}
