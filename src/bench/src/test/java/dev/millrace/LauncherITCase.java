package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a project of its own, with stand-ins for Java and Maven that tell what they do.
 */
class LauncherITCase {

  private static final String INCUBATOR = "WARNING: Using incubator modules: jdk.incubator.vector";

  private record Result(int exitCode, String out, String err) {}

  @TempDir private Path directory;
  private Path project;
  private Path builds;
  private final Map<Process, Path> errors = new ConcurrentHashMap<>();

  @BeforeEach
  void createProject() throws IOException {
    project = Files.createDirectories(directory.resolve("a project"));
    builds = directory.resolve("builds");
    Files.createDirectories(project.resolve("schemas"));
    Files.createDirectories(project.resolve("flink-conf"));
    Files.createDirectories(project.resolve("examples/data"));
    write("pom.xml", "<project/>");
    write("src/core/pom.xml", "<project/>");
    write("docs/openapi.yaml", "openapi: 3.1.0");
    write("src/core/src/main/java/Main.java", "class Main {}");
    write("src/core/src/test/java/MainTest.java", "class MainTest {}");
    executable(project.resolve("millrace"), Files.readString(Path.of("millrace")));
    java("17");
    // Like the real build: the jar, then the class path; slow enough for two to meet.
    executable(
        directory.resolve("bin/mvn"),
        "echo built >> '%s'; sleep 0.3; mkdir -p target src/bench/target; touch target/dep.jar src/bench/target/millrace-bench-1.jar"
                .formatted(builds)
            + " src/bench/target/millrace-bench-1-tests.jar; printf %s \"$PWD/target/dep.jar\""
            + " > target/launcher.classpath");
    for (String file :
        List.of(
            "pom.xml",
            "src/core/src/main/java/Main.java",
            "src/core/src/main/java",
            "src/core/src/main",
            "src/core/pom.xml",
            "examples/data",
            "docs/openapi.yaml",
            "schemas",
            "flink-conf")) {
      age(project.resolve(file));
    }
  }

  @Test
  void buildsOnFirstUseOnly() throws Exception {
    Result first = launch();
    Result second = launch();

    assertThat(first.err).contains("Building Millrace");
    assertThat(second.err).doesNotContain("Building");
    assertThat(builds).hasContent("built");
  }

  @Test
  void buildsAgainWhenASourceIsNewerButNotForATest() throws Exception {
    launch();

    write("src/core/src/test/java/MainTest.java", "class MainTest { int changed; }");
    launch();
    assertThat(Files.readAllLines(builds)).hasSize(1);

    write("src/core/src/main/java/Main.java", "class Main { int changed; }");
    launch();
    assertThat(Files.readAllLines(builds)).hasSize(2);

    Files.delete(project.resolve("src/core/src/main/java/Main.java"));
    launch();
    assertThat(Files.readAllLines(builds)).hasSize(3);
  }

  @Test
  void buildsAgainWhenAJarOfTheClassPathIsGone() throws Exception {
    launch();
    Files.delete(project.resolve("target/dep.jar"));

    launch();

    assertThat(Files.readAllLines(builds)).hasSize(2);
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    Process one = start(Map.of());
    Process two = start(Map.of());

    assertThat(finish(one).exitCode).isEqualTo(7);
    assertThat(finish(two).exitCode).isEqualTo(7);
    assertThat(Files.readAllLines(builds)).hasSize(1);
  }

  @Test
  void aProcessThatGotTheNumberOfAKilledBuildIsNotWaitedFor() throws Exception {
    Files.createDirectories(project.resolve("target"));
    Files.createSymbolicLink(
        project.resolve("target/launcher-build.lock"), Path.of("" + ProcessHandle.current().pid()));

    Process process = start(Map.of());

    assertEnds(process);
    assertThat(builds).hasContent("built");
  }

  @Test
  void aBuildInAReadOnlyDirectoryFailsWithTheRemedy() throws Exception {
    executable(directory.resolve("bin/ln"), "echo 'ln: Permission denied' >&2; exit 1");

    Process process = start(Map.of());

    assertEnds(process);
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors.get(process))
        .hasContent(
            "Millrace has to be built, and cannot be in %1$s/target:\nln: Permission denied\n"
                    .formatted(project.toRealPath())
                + "Fix that, have the owner of %s run ./millrace, or build a clone of your own."
                    .formatted(project.toRealPath()));
  }

  @Test
  void namesAJarThatItMayNotReadWhenItMustNotBuild() throws Exception {
    launch();
    Files.delete(project.resolve("target/dep.jar"));

    Result result = finish(start(Map.of("MILLRACE_NO_BUILD", "1")));

    assertThat(result.exitCode).isEqualTo(1);
    assertThat(result.err)
        .startsWith(project.toRealPath().resolve("target/dep.jar") + " cannot be read");
  }

  @Test
  void showsMavensErrorsWhenTheBuildFails() throws Exception {
    executable(
        directory.resolve("bin/mvn"),
        "echo '[INFO] scanning'; echo '[ERROR] Main.java:[1,1] not a statement'; exit 1");

    Result result = launch();

    assertThat(result.exitCode).isEqualTo(1);
    assertThat(result.err)
        .contains("Main.java:[1,1] not a statement")
        .contains("launcher-build.log");
    assertThat(result.err).doesNotContain("scanning");
    assertThat(result.out).isEmpty();
  }

  @Test
  void theEnvironmentTurnsTheBuildOff() throws Exception {
    Result result = finish(start(Map.of("MILLRACE_NO_BUILD", "1")));

    assertThat(result.exitCode).isEqualTo(1);
    assertThat(result.err).contains("MILLRACE_NO_BUILD").contains("mvn -f");
    assertThat(builds).doesNotExist();
  }

  @Test
  void passesArgumentsAndExitCodeUnchanged() throws Exception {
    Result result = finish(start(Map.of("JAVA_OPTS", "-Xmx1g -Dx=*"), "demo", "two words", ""));

    assertThat(result.exitCode).isEqualTo(7);
    assertThat(result.out)
        .contains("[-Xmx1g][-Dx=*][-cp]")
        .contains("/src/bench/target/millrace-bench-1.jar:")
        .endsWith("[dev.millrace.cli.Millrace][demo][two words][]\n");
  }

  @Test
  void putsMoreJarsBehindItsOwn() throws Exception {
    Result result = finish(start(Map.of("MILLRACE_CLASSPATH", "/opt/a.jar:/opt/b.jar")));

    assertThat(result.out)
        .endsWith("/target/dep.jar:/opt/a.jar:/opt/b.jar][dev.millrace.cli.Millrace]\n");
  }

  @Test
  void givesTheFlagsThatTheJavaVersionNeeds() throws Exception {
    assertThat(launch().out)
        .contains("[--add-modules][jdk.incubator.vector]", "[-XX:+ExitOnOutOfMemoryError]")
        .contains("[-Dmillrace.stderr.fd=3][--add-opens][java.base/java.io=ALL-UNNAMED]")
        .contains("[-Dmillrace.logs=" + project.toRealPath() + "/logs]")
        .doesNotContain("unsafe");

    java("25");
    assertThat(launch().out)
        .contains("[--enable-native-access=ALL-UNNAMED][--sun-misc-unsafe-memory-access=allow]");
  }

  @Test
  void runsThroughASymbolicLinkFromAnotherDirectory() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), project.resolve("millrace"));

    Result result = finish(process(link, Map.of()).directory(directory.toFile()).start());

    assertThat(result.exitCode).isEqualTo(7);
    assertThat(result.out).contains("[-Dmillrace.logs=" + project.toRealPath() + "/logs]");
  }

  @Test
  void hidesTheIncubatorNoticeAndNothingElse() throws Exception {
    launch();

    String expected =
        "NOTE: Picked up JDK_JAVA_OPTIONS: y\nPicked up JAVA_TOOL_OPTIONS: x\nfirst\n"
            + INCUBATOR
            + "\nlast";

    Process process = start(Map.of());
    process.waitFor();

    // The filter may end after the JVM.
    Awaitility.await().until(() -> Files.readString(errors.get(process)).equals(expected));
  }

  @Test
  void anUnusableJavaFailsWithTheRemedy() throws Exception {
    java("11");
    assertThat(launch().err).contains("is Java 11").contains("17 or newer");

    Result noJava = finish(start(Map.of("JAVA_HOME", "/nowhere")));
    assertThat(noJava.exitCode).isEqualTo(1);
    assertThat(noJava.err).contains("JAVA_HOME is /nowhere").contains("unset it");
  }

  private Result launch() throws Exception {
    return finish(start(Map.of()));
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    ProcessBuilder builder = process(project.resolve("millrace"), environment, arguments);
    Path file = Files.createTempFile(directory, "stderr", ".txt");
    Process process = builder.redirectError(file.toFile()).start();
    errors.put(process, file);
    return process;
  }

  private ProcessBuilder process(
      Path launcher, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>(List.of("bash", launcher.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder process = new ProcessBuilder(command);
    process.environment().remove("JAVA_OPTS");
    process.environment().remove("MILLRACE_NO_BUILD");
    process.environment().remove("MILLRACE_CLASSPATH");
    process.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    process.environment().put("PATH", directory.resolve("bin") + ":" + System.getenv("PATH"));
    process.environment().putAll(environment);
    return process;
  }

  private static void assertEnds(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroy();
    }
  }

  private Result finish(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    String err =
        errors.containsKey(process)
            ? Files.readString(errors.get(process))
            : new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.exitValue(), out, err);
  }

  private void java(String version) throws IOException {
    executable(
        directory.resolve("jdk/bin/java"),
        """
        if [ "$1" = -XshowSettings:properties ]; then
          echo '    java.specification.version = %s' >&2
          exit 0
        fi
        echo 'NOTE: Picked up JDK_JAVA_OPTIONS: y' >&2
        echo 'Picked up JAVA_TOOL_OPTIONS: x' >&2
        echo '%s' >&2
        echo first >&2
        echo '%s' >&2
        printf last >&2
        printf '[%%s]' "$@"
        echo
        exit 7\
        """
            .formatted(version, INCUBATOR, INCUBATOR));
  }

  private void write(String file, String content) throws IOException {
    Path path = project.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, content);
  }

  private static void executable(Path file, String script) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, script.startsWith("#!") ? script : "#!/bin/bash\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static void age(Path path) throws IOException {
    Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
  }
}
