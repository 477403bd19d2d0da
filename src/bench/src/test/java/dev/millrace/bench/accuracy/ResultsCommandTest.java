package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Cli;
import dev.millrace.nn.spec.AutoSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsCommandTest {
  private static final Path PAGE = Path.of("docs", "results.md");

  @TempDir private Path folder;

  @Test
  void thePageHasTheFormOfTheGenerator() throws IOException {
    List<String> page = Files.readAllLines(PAGE);
    List<String> introduction = ResultsCommand.introduction(5, true, true);

    assertThat(page.subList(0, introduction.size())).isEqualTo(introduction);
    assertThat(page.stream().filter(line -> line.startsWith("## ")))
        .containsExactlyElementsOf(ResultsCommand.HEADINGS);
    assertThat(page)
        .containsAll(CoverageCounts.HEADER)
        .containsAll(OutputsBenchCommand.HEADER)
        .containsAll(new AccuracyTable(List.of(AutoSpec.Tier.values()), 5, List.of()).lines());
    AccuracyData.chosen(AccuracyCommand.DATA_SETS, List.of())
        .forEach(data -> assertThat(page).anyMatch(line -> line.startsWith("| " + data.name())));
  }

  @Test
  void oneRunWritesBothPages() throws IOException {
    StringBuilder rows = new StringBuilder("Time,Diet,Chick,weight\n");
    Random random = new Random(1);
    for (int i = 0; i < 60; i++) {
      rows.append("%d,%d,%d,%d%n".formatted(i % 21, i % 4, i / 12, 40 + i + random.nextInt(9)));
    }
    Files.writeString(folder.resolve("chick_weights.csv.gz"), rows);

    Cli bench =
        Cli.run(
            "bench results --data %1$s --only chick_weights --streams planes --seeds 1 --pages %1$s"
                .formatted(folder)
                .split(" "));

    assertThat(bench.exitCode()).as(bench.err()).isZero();
    assertThat(Files.readAllLines(folder.resolve("results.md")))
        .containsAll(ResultsCommand.introduction(1, true, false))
        .containsAll(ResultsCommand.HEADINGS)
        .containsAll(CoverageCounts.HEADER)
        .anyMatch(line -> line.startsWith("| chick_weights | 60 | mae | "))
        .contains("meka_music.csv.gz is not in the folder.");
    assertThat(Files.readAllLines(folder.resolve("benchmark.md")))
        .startsWith("# Benchmark on streams")
        .anyMatch(line -> line.startsWith("| planes | 2,000 | "));
  }
}
