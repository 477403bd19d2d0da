package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Maven project outside the repository builds against millrace-core, as docs/library.md says. */
class CoreArtifactITCase {
  private static final Path PAGE = Path.of("docs", "library.md");
  private static final Path EXAMPLE = Path.of("examples", "java", "LearnWithoutFlink.java");
  private static final Pattern DEPENDENCY =
      Pattern.compile("```xml\n(<dependency>.*?</dependency>)\n```", Pattern.DOTALL);
  private static final Pattern VERSION = Pattern.compile("<version>(.*)</version>");
  private static final Pattern COMPILER_PLUGIN =
      Pattern.compile("<artifactId>maven-compiler-plugin</artifactId>\\s*<version>(.*)</version>");

  @TempDir private Path folder;

  @Test
  void aProjectOutsideTheRepositoryCompilesAgainstTheInstalledArtifact() throws Exception {
    Path maven = Programs.require("mvn", "mvn");
    Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
    assumeThat(repository.resolve("org/apache/maven/plugins/maven-compiler-plugin"))
        .as("the local repository that this build filled")
        .isDirectory();
    assumeThat(run(folder, maven.toString(), "-v"))
        .as("a Maven that can chain local repositories")
        .containsPattern("Apache Maven (3\\.9|[4-9])");
    String dependency = first(DEPENDENCY, Files.readString(PAGE));
    String version = first(VERSION, dependency);
    Path installed = folder.resolve("installed");
    install(installed, "millrace-parent", version, Path.of("target"), null);
    Path core = Path.of("src", "core", "target");
    install(installed, "millrace-core", version, core, core.resolve(jarName(version)));
    Path project = project(dependency);

    String output =
        run(
            project,
            maven.toString(),
            "--batch-mode",
            "--offline",
            "-Dmaven.repo.local=" + installed,
            "-Dmaven.repo.local.tail=" + repository,
            "-Dmaven.repo.local.tail.ignoreAvailability=true",
            "compile");

    assertThat(output).contains("BUILD SUCCESS");
    assertThat(project.resolve("target/classes/LearnWithoutFlink.class")).exists();
    assertThat(artifacts(installed)).containsExactlyInAnyOrder("millrace-core", "millrace-parent");
  }

  private static void install(Path repository, String artifact, String version, Path pom, Path jar)
      throws IOException {
    Path place = repository.resolve("dev/millrace").resolve(artifact).resolve(version);
    Files.createDirectories(place);
    String name = artifact + "-" + version;
    Files.copy(pom.resolve(".flattened-pom.xml"), place.resolve(name + ".pom"));
    if (jar != null) {
      Files.copy(jar, place.resolve(name + ".jar"));
    }
  }

  private Path project(String dependency) throws IOException {
    Path project = Files.createDirectories(folder.resolve("project"));
    Path sources = Files.createDirectories(project.resolve("src/main/java"));
    Files.copy(EXAMPLE, sources.resolve(EXAMPLE.getFileName()));
    Files.writeString(
        project.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId>
          <artifactId>learn</artifactId>
          <version>1</version>
          <properties>
            <maven.compiler.release>17</maven.compiler.release>
            <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
          </properties>
          <dependencies>
            %s
          </dependencies>
          <build>
            <plugins>
              <plugin>
                <artifactId>maven-compiler-plugin</artifactId>
                <version>%s</version>
              </plugin>
            </plugins>
          </build>
        </project>
        """
            .formatted(dependency, first(COMPILER_PLUGIN, Files.readString(Path.of("pom.xml")))));
    return project;
  }

  private static String jarName(String version) {
    return "millrace-core-" + version + ".jar";
  }

  private static List<String> artifacts(Path repository) throws IOException {
    try (Stream<Path> files = Files.list(repository.resolve("dev/millrace"))) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  private static String first(Pattern pattern, String text) {
    Matcher found = pattern.matcher(text);
    assertThat(found.find()).as(pattern.pattern()).isTrue();
    return found.group(1);
  }

  private static String run(Path directory, String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
