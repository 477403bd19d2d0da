package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The name of a test states its subject and the behaviour, such as rejectsUnknownKeys. */
class TestNamesTest {
  private static final Path SOURCES = Path.of("src");
  private static final Pattern NAME = Pattern.compile("\\bvoid\\s+(\\w+)\\(");

  /** A relative clause in place of a subject, or a subject that is "none" or "nobody". */
  private static final Pattern RIDDLE =
      Pattern.compile("(what|who|whoever|nobody)[A-Z]\\w*|\\w*(Whoever|Nobody|IsNone|AreNone)\\w*");

  @Test
  void everyTestNamesItsSubject() throws IOException {
    List<String> riddles = new ArrayList<>();
    for (Path file : tests()) {
      NAME.matcher(Files.readString(file))
          .results()
          .map(result -> result.group(1))
          .filter(name -> RIDDLE.matcher(name).matches())
          .forEach(name -> riddles.add(file.getFileName() + " " + name));
    }

    assertThat(riddles).as("state the behaviour, such as rejectsUnknownKeys").isEmpty();
  }

  private static List<Path> tests() throws IOException {
    try (Stream<Path> files = Files.walk(SOURCES)) {
      List<Path> tests =
          files.filter(path -> path.toString().matches(".*/src/test/.*\\.java")).sorted().toList();
      assertThat(tests).hasSizeGreaterThan(100);
      return tests;
    }
  }
}
