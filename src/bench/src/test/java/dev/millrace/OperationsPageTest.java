package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Monitoring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alerts and lines of the log that docs/operations.md names exist. */
class OperationsPageTest {
  private static final Pattern ALERT = Pattern.compile("`(Millrace\\w+)`");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern VARIABLE = Pattern.compile("…|[A-Z]{5,}");

  private final String page = read(Path.of("docs", "operations.md"));

  @Test
  void thePageNamesEveryAlertAndNoOther() throws IOException {
    assertThat(found(ALERT, page).stream().distinct())
        .containsExactlyInAnyOrderElementsOf(Monitoring.alerts());
  }

  @Test
  void everyLineOfMillracesLogIsWrittenByTheCode() throws IOException {
    String log = page.substring(page.indexOf("## The log"));
    String sources = sources();

    List<String> lines =
        found(CODE, log).stream()
            .filter(code -> code.contains(" ") && !code.startsWith("switched from"))
            .toList();

    assertThat(lines).hasSizeGreaterThan(4);
    for (String line : lines) {
      for (String part : VARIABLE.split(line)) {
        assertThat(sources).as(line).contains(part.strip());
      }
    }
  }

  /** All main code, with texts that stand in several lines joined. */
  private static String sources() throws IOException {
    StringBuilder sources = new StringBuilder();
    for (String module : List.of("core", "flink", "table", "cli")) {
      try (Stream<Path> files = Files.walk(Path.of("src", module, "src", "main", "java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(f -> sources.append(read(f)));
      }
    }
    return sources.toString().replaceAll("\"\\s*\\+ \"", "");
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(found -> found.group(1)).toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
