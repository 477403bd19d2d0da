package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Maven;
import dev.millrace.testing.PageCode;
import dev.millrace.testing.PastedLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** examples/datastream, copied into an empty folder, builds and prints what its page shows. */
class DataStreamExampleITCase {
  private static final Path EXAMPLE = Path.of("examples", "datastream");
  private static final Path PAGE = Path.of("docs", "datastream.md");
  // Flink's print() puts the number of the subtask behind the name of the stream.
  private static final Pattern SUBTASK = Pattern.compile("^([a-z]+)(:\\d+)?> ");
  private static final Pattern VERSION_ROW =
      Pattern.compile("^\\| (2\\.\\d\\.\\d) \\|", Pattern.MULTILINE);

  @TempDir private Path folder;

  @Test
  void theExampleBuildsAgainstTheInstalledArtifactsAndPrintsWhatThePageShows() throws Exception {
    assertPrintsWhatThePageShows("package");

    assertThat(folder.resolve("project/target/fraud-1.jar")).exists();
  }

  /** The jars are those of this build: they run on another Flink than they were built for. */
  @Tag("flink-versions")
  @ParameterizedTest
  @MethodSource("otherVersions")
  void theExampleRunsOnEachVersionOfFlinkThatThePageNames(String version) throws Exception {
    assertPrintsWhatThePageShows("compile", "-Dflink.version=" + version);
  }

  static List<String> otherVersions() throws IOException {
    return VERSION_ROW
        .matcher(Files.readString(Path.of("docs", "tested.md")))
        .results()
        .map(row -> row.group(1))
        .toList();
  }

  private void assertPrintsWhatThePageShows(String... arguments) throws Exception {
    Maven maven = Maven.in(folder);
    maven.install("core");
    maven.install("flink");
    Path project = folder.resolve("project");
    copy(EXAMPLE, project);

    String output =
        maven.run(
            project,
            Stream.of(List.of("-q"), List.of(arguments), List.of("exec:exec"))
                .flatMap(List::stream)
                .toArray(String[]::new));

    List<String> printed =
        output
            .lines()
            .filter(line -> SUBTASK.matcher(line).find())
            .map(line -> SUBTASK.matcher(line).replaceFirst("$1> "))
            .toList();
    assertThat(blocks(PAGE, "text").get(0).lines())
        .allSatisfy(line -> assertThat(printed).anyMatch(new PastedLine(line)::shows));
  }

  @ParameterizedTest
  @ValueSource(strings = {"docs/datastream.md", "docs/testing-your-job.md"})
  void thePagesShowTheExamplesOwnLines(Path page) throws IOException {
    String sources = PageCode.unindented(Files.readString(EXAMPLE.resolve("pom.xml")));
    try (Stream<Path> files = Files.walk(EXAMPLE.resolve("src"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sources += PageCode.unindented(Files.readString(file));
      }
    }

    assertThat(blocks(page, "xml")).isNotEmpty();
    assertThat(Stream.concat(blocks(page, "xml").stream(), blocks(page, "java").stream()).toList())
        .hasSizeGreaterThanOrEqualTo(5)
        .allMatch(sources::contains, "is a part of the example");
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(each -> !each.startsWith(from.resolve("target"))).toList()) {
        Path copy = to.resolve(from.relativize(file));
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  private static List<String> blocks(Path page, String language) throws IOException {
    return PageCode.blocks(page, language).stream().map(PageCode::unindented).toList();
  }
}
