package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs Maven in projects outside the repository, with the artifacts of this build in a local
 * repository of their own. All others are those of this build's local repository, or downloaded.
 */
public final class Maven {
  private static final Path FILLED =
      Path.of(System.getProperty("user.home"), ".m2", "repository").toAbsolutePath();
  private static final Pattern VERSION = Pattern.compile("<revision>(.*)</revision>");
  private static final Pattern NO_NETWORK =
      Pattern.compile("Could not transfer artifact|Cannot access \\S+ .*in offline mode");

  private final Path program;
  private final Path repository;

  private Maven(Path program, Path repository) {
    this.program = program;
    this.repository = repository;
  }

  /** Returns Maven with an empty local repository in a folder; skips the test without Maven 3.9. */
  public static Maven in(Path folder) throws Exception {
    Maven maven = new Maven(Programs.require("mvn", "maven"), folder.resolve("m2"));
    assumeThat(execute(List.of(maven.program.toString(), "-v"), folder))
        .as("a Maven that can chain local repositories")
        .containsPattern("Apache Maven (3\\.9|[4-9])");
    return maven;
  }

  /** Returns the version of this build. */
  public static String version() throws IOException {
    Matcher found = VERSION.matcher(Files.readString(Path.of("pom.xml")));
    assertThat(found.find()).isTrue();
    return found.group(1);
  }

  /** Returns the jar of a module, for example {@code core}. */
  public static Path jar(String module) throws IOException {
    return target(module).resolve("millrace-" + module + "-" + version() + ".jar");
  }

  /** Installs a module's artifact as {@code mvn install} would. */
  public void install(String module) throws IOException {
    install(module, version(), jar(module));
  }

  /** Installs a module's artifact under another version, and with another jar. */
  public void install(String module, String version, Path jar) throws IOException {
    String artifact = "millrace-" + module;
    Path folder = repository.resolve(Path.of("dev", "millrace", artifact, version));
    Files.createDirectories(folder);
    String pom = Files.readString(target(module).resolve(".flattened-pom.xml"));
    Files.writeString(
        folder.resolve(artifact + "-" + version + ".pom"),
        pom.replaceFirst(
            "<version>" + Pattern.quote(version()) + "<", "<version>" + version + "<"));
    Files.copy(jar, folder.resolve(artifact + "-" + version + ".jar"));
  }

  /** Returns the artifacts of this build that are installed. */
  public List<String> installed() throws IOException {
    try (Stream<Path> files = Files.list(repository.resolve(Path.of("dev", "millrace")))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Runs Maven in a project and returns what it printed; skips the test without a network. */
  public String run(Path project, String... arguments) throws Exception {
    String output = tryToRun(project, arguments);
    assertThat(output).doesNotContain("BUILD FAILURE", "[ERROR]");
    return output;
  }

  /** Runs Maven in a project, which may fail, and returns what it printed. */
  public String tryToRun(Path project, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.add("--batch-mode");
    command.add("--no-transfer-progress");
    command.add("-Dmaven.repo.local=" + repository);
    command.add("-Dmaven.repo.local.tail=" + FILLED);
    command.add("-Dmaven.repo.local.tail.ignoreAvailability=true");
    command.addAll(List.of(arguments));
    String output = execute(command, project);
    assumeThat(NO_NETWORK.matcher(output).find()).as("no network:%n%s", output).isFalse();
    return output;
  }

  private static String execute(List<String> command, Path directory) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    // Numbers are printed as in the docs.
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  private static Path target(String module) {
    return Path.of("src", module, "target");
  }
}
