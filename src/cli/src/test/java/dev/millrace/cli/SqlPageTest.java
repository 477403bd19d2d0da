package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The statements of the page that DocumentedCommandsITCase runs, as scripts of examples/sql. */
class SqlPageTest {
  private static final Path PAGE = Path.of("docs", "sql.md");

  @Test
  void everyStatementWithAnOutputIsInAScriptThatThePageRuns() throws IOException {
    String page = Files.readString(PAGE);
    StringBuilder scripts = new StringBuilder();
    for (Path script : scripts()) {
      assertThat(page).contains("-f " + script + "\n");
      scripts.append(Files.readString(script));
    }

    int last = page.substring(0, page.indexOf("\n## Learn from a table")).split("\n").length;
    for (PageBlock block : PageBlock.of(PAGE)) {
      if (block.language().equals("sql") && block.line() < last) {
        for (String statement : block.text().split(";\n")) {
          assertThat(scripts).as("%s:%d", PAGE, block.line()).contains(statement.strip());
        }
      }
    }
  }

  private static List<Path> scripts() throws IOException {
    List<Path> scripts = new ArrayList<>();
    try (Stream<Path> files = Files.list(Path.of("examples", "sql"))) {
      files.filter(file -> file.toString().endsWith(".sql")).sorted().forEach(scripts::add);
    }
    return scripts;
  }
}
