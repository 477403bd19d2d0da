package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Maven;
import dev.millrace.testing.PageCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The project of docs/library.md builds and runs outside the repository, with the core alone. */
class CoreArtifactITCase {
  private static final Path PAGE = Path.of("docs", "library.md");
  private static final Path PROJECT = Path.of("examples", "core");
  private static final Path PROGRAM = Path.of("src", "main", "java", "LearnWithoutFlink.java");

  @TempDir private Path folder;

  @Test
  void theProjectOfThePageRunsInAnEmptyFolderAndPrintsWhatThePageShows() throws Exception {
    Maven maven = Maven.in(folder);
    maven.install("core");
    Path project = Files.createDirectories(folder.resolve("project"));
    Files.createDirectories(project.resolve(PROGRAM).getParent());
    Files.copy(PROJECT.resolve("pom.xml"), project.resolve("pom.xml"));
    Files.copy(PROJECT.resolve(PROGRAM), project.resolve(PROGRAM));

    String output = maven.run(project, command().split(" "));

    assertThat(output.lines().filter(line -> !line.contains("incubator modules")))
        .containsExactlyElementsOf(block("text").lines().toList());
    assertThat(maven.installed()).containsExactly("millrace-core");
  }

  @Test
  void theProjectHasTheDependencyOfThePageAndNoOther() throws IOException {
    String pom = Files.readString(PROJECT.resolve("pom.xml"));

    assertThat(squeezed(pom))
        .contains("<dependencies>" + squeezed(block("xml")) + "</dependencies>")
        .contains("<version>" + Maven.version() + "</version>");
  }

  /** Returns the arguments of Maven on the page. */
  private static String command() throws IOException {
    return block("sh").strip().replaceFirst("^mvn ", "");
  }

  private static String block(String language) throws IOException {
    return PageCode.blocks(PAGE, language).get(0);
  }

  private static String squeezed(String xml) {
    return xml.replaceAll("\\s+", "");
  }
}
