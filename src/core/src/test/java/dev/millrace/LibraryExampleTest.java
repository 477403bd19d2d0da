package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.nn.Learner;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.PageCode;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/library.md shows the example as it is, and what it prints without Flink and Kafka. */
class LibraryExampleTest {

  private static final String NAME = "LearnWithoutFlink";
  private static final Path EXAMPLE =
      Path.of("examples", "core", "src", "main", "java", NAME + ".java");
  private static final Path PAGE = Path.of("docs", "library.md");
  private static final int SHORT = 15;

  @TempDir private Path folder;

  @Test
  void theExamplePrintsWhatThePageShowsWithTheCoreAloneOnTheClassPath() throws Exception {
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                core(),
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
                core() + File.pathSeparator + folder,
                NAME));

    assertThat(output.lines().filter(line -> !line.contains("incubator modules")))
        .containsExactlyElementsOf(blocks("text").get(0).lines().toList());
  }

  @Test
  void thePageShowsTheExamplesOwnLines() throws IOException {
    String example = PageCode.unindented(Files.readString(EXAMPLE));

    assertThat(blocks("java"))
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(block -> assertThat(example).contains(PageCode.unindented(block)));
  }

  @Test
  void trainingAndPredictingTakesFewLines() throws IOException {
    assertThat(blocks("java").get(0).lines()).hasSizeLessThanOrEqualTo(SHORT);
  }

  /** Returns where the module's classes are: a folder, or a jar. */
  private static String core() throws URISyntaxException {
    return Path.of(Learner.class.getProtectionDomain().getCodeSource().getLocation().toURI())
        .toString();
  }

  private static List<String> blocks(String language) throws IOException {
    return PageCode.blocks(PAGE, language);
  }
}
