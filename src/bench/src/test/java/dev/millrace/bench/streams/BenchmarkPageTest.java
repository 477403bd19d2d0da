package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/benchmark.md has the form that the command writes, with all streams of its set. */
class BenchmarkPageTest {
  private static final Path PAGE = Path.of("docs/benchmark.md");

  @Test
  void thePageHasTheFormOfTheGenerator() throws IOException {
    List<String> page = Files.readAllLines(PAGE);

    assertThat(page.get(0)).isEqualTo(BenchmarkPage.TITLE);
    assertThat(page.stream().filter(line -> line.startsWith("## ")))
        .containsExactlyElementsOf(BenchmarkPage.HEADINGS);
    assertThat(page).anyMatch(line -> line.startsWith("./millrace bench streams --"));
    List<String> generated = new BenchmarkPage("", List.of(), List.of()).lines();
    assertThat(section(page, "## Streams")).isEqualTo(section(generated, "## Streams"));
    assertThat(section(page, "## Peers")).isEqualTo(section(generated, "## Peers"));
  }

  @Test
  void everyTableHasACellForEachColumn() throws IOException {
    int columns = 0;
    for (String line : Files.readAllLines(PAGE)) {
      if (line.startsWith("|")) {
        int cells = line.split("\\|", -1).length;
        assertThat(columns == 0 ? cells : columns).as(line).isEqualTo(cells);
        columns = cells;
      } else {
        columns = 0;
      }
    }
  }

  private static List<String> section(List<String> page, String heading) {
    return page.stream()
        .dropWhile(line -> !line.equals(heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .toList();
  }
}
