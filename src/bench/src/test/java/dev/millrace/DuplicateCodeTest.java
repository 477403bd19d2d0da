package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No eleven lines of code stand twice. */
class DuplicateCodeTest {
  private static final int MAX_LINES = 10;
  private static final Path SOURCES = Path.of("src");

  /**
   * Not looked at: tiles of three widths, each called with the same 15 numbers. A record of them
   * would be an allocation in the innermost loop.
   */
  private static final String TILES = "Tiles.java";

  /** Not code: imports, comments, annotations, lone brackets, and declarations of parameters. */
  private static final Pattern NO_CODE =
      Pattern.compile(
          "\\W*|(import|package) .*|(\\*|/\\*|//|@).*|([\\w.<>\\[\\]?]+ \\w+(, ?|\\) ?\\{))+");

  private record Line(Path file, int number, String text) {
    @Override
    public String toString() {
      return file + ":" + number;
    }
  }

  @Test
  void noElevenLinesAreEqual() throws IOException {
    assertThat(twice(sources())).isEmpty();
  }

  @Test
  void argumentsCountAndParametersDoNot() {
    Stream<String> arguments = Stream.of("  rows,", "x + 1,", "w);");
    Stream<String> parameters = Stream.of("int rows,", "float[] x, int w) {");

    assertThat(lines(Path.of("A"), arguments)).hasSize(3);
    assertThat(lines(Path.of("B"), parameters)).isEmpty();
  }

  @Test
  void elevenEqualLinesAreFoundAndTenAreNot() {
    List<Line> once = lines(Path.of("A"), "a0\nb1\nc2\nd3\ne4\nf5\ng6\nh7\ni8\nj9\nk10\n".lines());
    List<Line> spaced =
        lines(Path.of("B"), once.stream().flatMap(line -> Stream.of(" " + line.text, "// x")));

    assertThat(twice(List.of(once, spaced))).containsExactly("B:1 and A:1");
    assertThat(twice(List.of(once, spaced.subList(1, spaced.size())))).isEmpty();
  }

  private static List<List<Line>> sources() throws IOException {
    List<List<Line>> sources = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file :
          files
              .filter(path -> path.toString().matches(".*/src/main/.*\\.java"))
              .filter(path -> !path.endsWith(TILES))
              .sorted()
              .toList()) {
        sources.add(lines(file, Files.readAllLines(file).stream()));
      }
    }
    assertThat(sources).hasSizeGreaterThan(100);
    return sources;
  }

  private static List<Line> lines(Path file, Stream<String> text) {
    List<Line> lines = new ArrayList<>();
    int number = 1;
    for (String line : text.map(String::strip).toList()) {
      if (!NO_CODE.matcher(line).matches()) {
        lines.add(new Line(file, number, line));
      }
      number++;
    }
    return lines;
  }

  /** The places at which a run of lines begins that stands elsewhere too. */
  private static List<String> twice(List<List<Line>> sources) {
    Map<List<String>, Line> seen = new HashMap<>();
    List<String> twice = new ArrayList<>();
    for (List<Line> source : sources) {
      for (int i = 0; i + MAX_LINES < source.size(); i++) {
        List<String> run = source.subList(i, i + MAX_LINES + 1).stream().map(Line::text).toList();
        Line first = seen.putIfAbsent(run, source.get(i));
        if (first != null) {
          twice.add(source.get(i) + " and " + first);
        }
      }
    }
    return twice;
  }
}
