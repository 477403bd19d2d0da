package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Continuous integration and releases: workflows name what exists, and the script refuses. */
class WorkflowsTest {
  private static final Path FOLDER = Path.of(".github", "workflows");
  private static final Pattern SCRIPT = Pattern.compile("(?:^|\\s)(\\.ci/\\w+|\\./\\w+)");
  private static final Pattern RELEASE = Pattern.compile("\\n## \\[(\\d+\\.\\d+\\.\\d+)\\]");
  private static final Pattern PART =
      Pattern.compile("(?m)^(\\S+) +((?:mvn -B|\\.ci/release) .*)$");
  private static final Pattern PROFILE = Pattern.compile("-P ?([\\w.-]+)");

  @TempDir private Path project;

  @BeforeEach
  void makeProject() throws IOException {
    Files.createDirectories(project.resolve(".ci"));
    Files.copy(Path.of(".ci", "release"), project.resolve(".ci/release"));
    Files.writeString(
        project.resolve("pom.xml"), "<project>\n<revision>1.2.3</revision>\n</project>");
    Files.writeString(
        project.resolve("CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n\n- More.\n");
  }

  @Test
  void everyStepRunsAScriptAndAProfileThatExist() throws IOException {
    String pom = poms();
    List<String> scripts = new ArrayList<>();
    for (Path workflow : workflows()) {
      for (String run : steps(workflow).stream().map(s -> s.path("run").asText("")).toList()) {
        SCRIPT.matcher(run).results().map(found -> found.group(1)).forEach(scripts::add);
        for (MatchResult profile : PROFILE.matcher(mavenOnly(run)).results().toList()) {
          assertThat(pom).as("%s: %s", workflow, run).contains("<id>" + profile.group(1) + "</id>");
        }
      }
    }

    assertThat(scripts).contains(".ci/run", ".ci/release", "./millrace");
    assertThat(scripts).allMatch(script -> Files.isExecutable(Path.of(script)));
  }

  @Test
  void theReleaseIsBuiltWithoutRightsAndPublishedWithoutTheProject() throws IOException {
    JsonNode release = read(FOLDER.resolve("release.yml"));

    assertThat(release.at("/on/push/tags/0").asText()).isEqualTo("v*");
    assertThat(release.path("permissions")).isEmpty();
    assertThat(release.at("/jobs/build/permissions/contents").asText()).isEqualTo("read");
    assertThat(release.at("/jobs/build").toString()).contains(".ci/release");
    assertThat(release.at("/jobs/publish/needs").toString())
        .isEqualTo("[\"build\",\"provenance\"]");
    assertThat(release.at("/jobs/provenance").toString())
        .contains("attest-build-provenance")
        .doesNotContain("checkout", ".ci/", "mvn", "contents");
    assertThat(release.at("/jobs/publish").toString()).doesNotContain("checkout", ".ci/", "mvn");
    assertThat(release.at("/jobs/site/permissions/contents").asText()).isEqualTo("read");
    assertThat(release.at("/jobs/publish-site").toString())
        .doesNotContain("checkout", ".ci/", "mvn");
    assertThat(release.at("/jobs/central/needs").asText()).isEqualTo("build");
    assertThat(release.at("/jobs/central").toString()).doesNotContain("checkout", ".ci/", "mvn");
    assertThat(release.at("/jobs/build").toString()).doesNotContain("secrets.");
    for (JsonNode step : steps(FOLDER.resolve("release.yml"))) {
      if (step.has("uses")) {
        assertThat(step.path("uses").asText()).as("pinned").matches("[\\w./-]+@[0-9a-f]{40}");
      }
    }
  }

  @Test
  void theScriptThatReleasesRunsMavenWithAProfileAndAScriptThatExist() throws IOException {
    String script = Files.readString(Path.of(".ci", "release"));

    assertThat(script).contains("mvn -B -ntp -Prelease deploy", ".ci/reproducible", "sha512sum");
    assertThat(poms()).contains("<id>release</id>");
    assertThat(Path.of(".ci", "reproducible")).isExecutable();
  }

  @Test
  void thePublicApiIsComparedWithTheNewestRelease() throws IOException {
    String pom = Files.readString(Path.of("pom.xml"));
    String newest =
        RELEASE
            .matcher(Files.readString(Path.of("CHANGELOG.md")))
            .results()
            .map(found -> found.group(1))
            .filter(version -> !pom.contains("<revision>" + version + "</revision>"))
            .findFirst()
            .orElse("none");

    assertThat(pom)
        .contains("<api.baseline>" + newest + "</api.baseline>")
        .contains("<japicmp.skip>" + newest.equals("none") + "</japicmp.skip>");
  }

  @Test
  void aVersionThatIsNotThePomsOrNotInTheChangelogIsNotReleased() throws Exception {
    assertThat(release()).startsWith("Usage: .ci/release VERSION");
    assertThat(release("1.2.4"))
        .isEqualTo("pom.xml is of version 1.2.3, not 1.2.4. Change its <revision> or the tag.\n");
    assertThat(release("1.2.3"))
        .isEqualTo(
            "CHANGELOG.md has no heading \"## [1.2.3] - YYYY-MM-DD\".\n"
                + "Give the section of the release that heading, with the date of today.\n");
    Files.writeString(project.resolve("CHANGELOG.md"), "# Changelog\n\n## [Unreleased]\n\n");
    assertThat(release("--rehearse"))
        .isEqualTo("CHANGELOG.md says nothing under \"## [1.2.3]\" and \"## [Unreleased]\".\n");
  }

  @Test
  void aReleaseNeedsCommittedChanges() throws Exception {
    Programs.require("git", "git");
    Files.writeString(
        project.resolve("CHANGELOG.md"), "# Changelog\n\n## [1.2.3] - 2026-11-26\n\n- More.\n");
    run("git", "init", "-q");

    assertThat(release("1.2.3")).startsWith("There are changes that are not committed");
  }

  @Test
  void filesThatMavenCentralWouldRejectAreNamed() throws Exception {
    Programs.require("python3", "python3");
    Files.copy(Path.of(".ci", "central"), project.resolve(".ci/central"));
    Path folder = Files.createDirectories(project.resolve("maven/dev/a/1-SNAPSHOT"));
    Files.writeString(
        folder.resolve("a-1-SNAPSHOT.pom"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <groupId>dev</groupId><artifactId>a</artifactId><version>1-SNAPSHOT</version>
          <repositories/>
        </project>
        """);
    Files.writeString(folder.resolve("a-1-SNAPSHOT.pom.md5"), "0");

    assertThat(run("bash", "-c", "python3 .ci/central maven").lines())
        .contains(
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom has no name",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom has no licenses/license/url",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom has repositories",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom contains -SNAPSHOT",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom differs from a-1-SNAPSHOT.pom.md5",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT.pom has no a-1-SNAPSHOT.pom.sha1",
            "maven/dev/a/1-SNAPSHOT/a-1-SNAPSHOT-sources.jar is missing");
  }

  @ParameterizedTest
  @CsvSource({
    "90, 10, '', 0, Lines run by tests: 90.0 % of 100",
    "89, 11, '', 1, That is less than 90 %: target/site/jacoco/index.html",
    "90, 10, '[WARNING] /src/A.java:[3,4] [Unused] a', 1, The compiler warns of the lines above."
  })
  void continuousIntegrationFailsOnWarningsAndLowCoverage(
      int covered, int missed, String said, int exitCode, String told) throws Exception {
    Programs.require("bash", "bash");
    Files.copy(Path.of(".ci", "run"), project.resolve(".ci/run"));
    maven("echo '" + said + "'");
    Path report = Files.createDirectories(project.resolve("target/site/jacoco"));
    Files.writeString(
        report.resolve("jacoco.csv"),
        "GROUP,PACKAGE,CLASS,INSTRUCTION_MISSED,INSTRUCTION_COVERED,BRANCH_MISSED,BRANCH_COVERED,"
            + "LINE_MISSED,LINE_COVERED,COMPLEXITY_MISSED\n"
            + "m,p,A,1,1,1,1,0,%d,1\nm,p,B,1,1,1,1,%d,0,1\n".formatted(covered, missed));

    assertThat(withMaven(exitCode, ".ci/run")).contains(told);
  }

  @Test
  void everyPartOfTheNightIsInTheWorkflowAndRunsAProfileThatExists() throws IOException {
    List<String> parts = new ArrayList<>();
    String script = Files.readString(Path.of(".ci", "nightly"));
    for (MatchResult part : PART.matcher(script).results().toList()) {
      parts.add(part.group(1));
      for (MatchResult profile : PROFILE.matcher(part.group(2)).results().toList()) {
        assertThat(poms()).contains("<id>" + profile.group(1) + "</id>");
      }
    }
    JsonNode matrix = read(FOLDER.resolve("nightly.yml")).at("/jobs/part/strategy/matrix/part");

    assertThat(parts).contains("chaos", "attacks", "fuzz", "mutation", "release");
    assertThat(new YAMLMapper().convertValue(matrix, String[].class))
        .containsExactlyElementsOf(parts);
  }

  @Test
  void aPartOfTheNightRunsUntilItHasPassedAtTheCommit() throws Exception {
    Programs.require("git", "git");
    Files.copy(Path.of(".ci", "nightly"), project.resolve(".ci/nightly"));
    Files.writeString(project.resolve(".gitignore"), "target/\nbin/\n");
    run("git", "init", "-q");
    run("git", "add", "-A");
    run("git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "a");

    String failed = night(1, "chaos");
    String passed = night(0, "chaos");
    String again = night(0, "chaos");

    assertThat(failed).contains("\tchaos\tfailed\t", "[ERROR] it broke");
    assertThat(passed).contains("\tchaos\tpassed\t");
    assertThat(again).startsWith("chaos: passed at ").contains(" before");
    assertThat(project.resolve("target/nightly/results.tsv")).content().hasLineCount(2);
    assertThat(night(2, "chaoss")).startsWith("Unknown part \"chaoss\". Known parts: chaos, ");
  }

  /** Runs parts of the night with a Maven that ends with the exit code. */
  private String night(int exitCode, String part) throws Exception {
    maven("echo '[ERROR] it broke'; exit " + exitCode);
    return withMaven(exitCode, ".ci/nightly", part);
  }

  /** Runs a script with the Maven of the test, and requires its exit code. */
  private String withMaven(int exitCode, String... script) throws Exception {
    List<String> command = new ArrayList<>(List.of("bash"));
    command.addAll(List.of(script));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true);
    builder.environment().put("PATH", project.resolve("bin") + ":" + System.getenv("PATH"));
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isEqualTo(exitCode);
    return out;
  }

  private void maven(String script) throws IOException {
    Path bin = Files.createDirectories(project.resolve("bin"));
    Path maven = Files.writeString(bin.resolve("mvn"), "#!/bin/sh\n" + script + "\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
  }

  private String release(String... arguments) throws Exception {
    Programs.require("bash", "bash");
    List<String> command = new ArrayList<>(List.of("bash", ".ci/release"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(project.toFile()).redirectErrorStream(true).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(out).isEqualTo(command[0].equals("bash") ? 1 : 0);
    return out;
  }

  private static String mavenOnly(String run) {
    return run.contains("mvn ") ? run.substring(run.indexOf("mvn ")) : "";
  }

  private static String poms() throws IOException {
    StringBuilder poms = new StringBuilder(Files.readString(Path.of("pom.xml")));
    for (String module : List.of("core", "flink", "table", "cli", "bench")) {
      poms.append(Files.readString(Path.of("src", module, "pom.xml")));
    }
    return poms.toString();
  }

  private static List<Path> workflows() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.toList();
    }
  }

  private static JsonNode read(Path workflow) throws IOException {
    return new YAMLMapper().readTree(workflow.toFile());
  }

  private static List<JsonNode> steps(Path workflow) throws IOException {
    List<JsonNode> steps = new ArrayList<>();
    for (JsonNode job : read(workflow).path("jobs")) {
      job.path("steps").forEach(steps::add);
    }
    return steps;
  }
}
