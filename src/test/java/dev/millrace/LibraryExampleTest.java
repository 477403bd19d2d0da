package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.nn.Learner;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/library.md shows the example as it is, and what it prints without Flink and Kafka. */
class LibraryExampleTest {

  private static final String NAME = "LearnWithoutFlink";
  private static final Path EXAMPLE = Path.of("examples", "java", NAME + ".java");
  private static final Path PAGE = Path.of("docs", "library.md");
  private static final List<String> CORE = List.of("data", "simd", "nn", "eval");
  private static final int SHORT = 15;

  @TempDir private Path folder;

  @Test
  void theExamplePrintsWhatThePageShowsWithTheCoreAloneOnTheClassPath() throws Exception {
    copyCore();
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                folder.toString(),
                "-d",
                folder.toString(),
                EXAMPLE.toString());
    assertThat(compiled).isZero();

    String output =
        ChildJvm.run(
            List.of(
                ChildJvm.java(Path.of(System.getProperty("java.home"))).toString(),
                "-Duser.language=en",
                "-Dmillrace.simd.bits=256",
                "--add-modules=jdk.incubator.vector",
                "-cp",
                folder.toString(),
                NAME));

    assertThat(output.lines().filter(line -> !line.contains("incubator modules")))
        .containsExactlyElementsOf(blocks("text").get(0).lines().toList());
  }

  @Test
  void thePageShowsTheExamplesOwnLines() throws IOException {
    String example = unindented(Files.readString(EXAMPLE));

    assertThat(blocks("java"))
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(block -> assertThat(example).contains(unindented(block)));
  }

  @Test
  void trainingAndPredictingTakesFewLines() throws IOException {
    assertThat(blocks("java").get(0).lines()).hasSizeLessThanOrEqualTo(SHORT);
  }

  private void copyCore() throws IOException, URISyntaxException {
    Path classes =
        Path.of(Learner.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    for (String name : CORE) {
      Path part = Path.of("dev", "millrace", name);
      Path target = Files.createDirectories(folder.resolve(part));
      try (Stream<Path> files = Files.list(classes.resolve(part))) {
        files.forEach(file -> copy(file, target.resolve(file.getFileName())));
      }
    }
  }

  private static void copy(Path from, Path to) {
    try {
      Files.copy(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> blocks(String language) throws IOException {
    return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
        .matcher(Files.readString(PAGE))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static String unindented(String code) {
    return code.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
