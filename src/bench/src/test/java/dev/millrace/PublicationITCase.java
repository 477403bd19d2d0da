package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.testing.Maven;
import dev.millrace.testing.Programs;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.tools.ToolProvider;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

/** The dry run of a publication on Maven Central: what would be uploaded, and how it is checked. */
@Tag("exhaustive")
class PublicationITCase {
  private static final List<String> MODULES = List.of("core", "flink", "table");
  private static final List<String> PARTS = List.of(".jar", ".pom", "-javadoc.jar", "-sources.jar");
  private static final String PASSPHRASE = "for a minute";

  @TempDir private static Path folder;

  private static Path repository;
  private static Path published;
  private static Maven maven;
  private static String version;

  @BeforeAll
  static void deployToAFolder() throws Exception {
    maven = Maven.in(folder);
    version = Maven.version();
    repository = copyOfTheRepository();
    // As the runner of the workflow has it.
    published = folder.resolve("release").resolve("maven");
    maven.run(
        repository,
        "-Prelease",
        "deploy",
        "-pl",
        ".,src/core,src/flink,src/table",
        "-Dmaven.test.skip=true",
        "-Dmaven.main.skip=true",
        "-Dmaven.install.skip=true",
        "-Dspotless.check.skip=true",
        "-DaltDeploymentRepository=staging::" + published.toUri());
  }

  @Test
  void eachArtifactHasSourcesJavadocAndChecksums() throws Exception {
    try (Stream<Path> artifacts = Files.list(published.resolve("dev/millrace"))) {
      assertThat(artifacts.map(artifact -> artifact.getFileName().toString()))
          .containsExactlyInAnyOrder("millrace-core", "millrace-flink", "millrace-table");
    }
    for (Path part : parts()) {
      byte[] content = Files.readAllBytes(part);
      assertThat(sibling(part, ".md5")).hasContent(hash("MD5", content));
      assertThat(sibling(part, ".sha1")).hasContent(hash("SHA-1", content));
    }
    for (String module : MODULES) {
      assertThat(filesOf(module)).hasSize(3 * PARTS.size());
    }
    assertThat(entries(part("core", "-sources.jar"))).contains("dev/millrace/nn/Learner.java");
    assertThat(entries(part("core", "-javadoc.jar"))).contains("dev/millrace/nn/Learner.html");
    assertThat(entries(part("flink", "-javadoc.jar")))
        .contains("dev/millrace/config/PipelineFile.html");
  }

  @Test
  void eachPomHasWhatMavenCentralRequiresAndNeedsNoParent() throws Exception {
    for (String module : MODULES) {
      Path pom = part(module, ".pom");
      Document document =
          DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(pom.toFile());
      XPath xpath = XPathFactory.newInstance().newXPath();
      for (String required :
          List.of(
              "groupId",
              "artifactId",
              "version",
              "name",
              "description",
              "url",
              "licenses/license/name",
              "licenses/license/url",
              "developers/developer/name",
              "scm/connection",
              "scm/developerConnection",
              "scm/url")) {
        assertThat(xpath.evaluate("/project/" + required, document))
            .as("%s of %s", required, pom)
            .isNotBlank();
      }
      assertThat(Files.readString(pom))
          .doesNotContain("${", "<parent>", "SNAPSHOT", "millrace-cli", "<scope>test</scope>");
    }
  }

  @Test
  void programsGetTheVersionsThatTheJobIsTestedWith() throws Exception {
    Path program = Files.createDirectories(folder.resolve("program"));
    Files.writeString(
        program.resolve("pom.xml"),
        """
        <project xmlns="http://maven.apache.org/POM/4.0.0">
          <modelVersion>4.0.0</modelVersion>
          <groupId>org.example</groupId>
          <artifactId>job</artifactId>
          <version>1</version>
          <repositories>
            <repository>
              <id>dry-run</id>
              <url>%s</url>
            </repository>
          </repositories>
          <dependencies>
            <dependency>
              <groupId>dev.millrace</groupId>
              <artifactId>millrace-flink</artifactId>
              <version>%s</version>
            </dependency>
          </dependencies>
        </project>
        """
            .formatted(published.toUri(), version));
    Path classPath = folder.resolve("program.classpath");

    maven.run(
        program,
        "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
        "-Dmdep.outputFile=" + classPath);

    List<String> expected = new ArrayList<>(jars(Path.of("target", "job-jar.classpath")));
    expected.add("millrace-flink-" + version + ".jar");
    assertThat(jars(classPath)).containsExactlyInAnyOrderElementsOf(expected);
  }

  @Test
  void theWorkflowSignsAllPartsAndUploadsThemInOneBundle() throws Exception {
    Programs.require("gpg", "gnupg");
    Programs.require("zip", "zip");
    Path keys = Files.createDirectory(folder.resolve("keys"));
    Path runner = Files.createDirectory(folder.resolve("runner"));
    try {
      gpg(keys, "--quick-generate-key", "Dry run <dry-run@example.org>", "ed25519", "sign", "1d");
      String key = gpg(keys, "--armor", "--export-secret-keys");

      step(
          "Sign",
          Map.of(
              "GNUPGHOME", runner.toString(),
              "SIGNING_KEY", key,
              "SIGNING_PASSPHRASE", PASSPHRASE));

      List<String> bundled = new ArrayList<>();
      for (Path part : parts()) {
        gpg(runner, "--verify", sibling(part, ".asc").toString(), part.toString());
        for (String file : List.of("", ".md5", ".sha1", ".asc")) {
          bundled.add(published.relativize(sibling(part, file)).toString());
        }
      }
      assertThat(entries(folder.resolve("release/central.zip"))).containsAll(bundled);
    } finally {
      for (Path home : List.of(keys, runner)) {
        run(folder, Map.of(), "gpgconf", "--homedir", home.toString(), "--kill", "all");
      }
    }

    Path bin = Files.createDirectory(folder.resolve("bin"));
    Path curl = Files.writeString(bin.resolve("curl"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(curl.toFile().setExecutable(true)).isTrue();
    String request =
        step(
            "Upload",
            Map.of(
                "CENTRAL_TOKEN", "dG9rZW4=",
                "GITHUB_REF_NAME", "v" + version,
                "PATH", bin + File.pathSeparator + System.getenv("PATH")));
    assertThat(request.lines())
        .contains(
            "Authorization: UserToken dG9rZW4=",
            "bundle=@release/central.zip",
            "https://central.sonatype.com/api/v1/publisher/upload?name=millrace-"
                + version
                + "&publishingType=USER_MANAGED");
  }

  @Test
  void aBuildThatBreaksThePublicApiFailsAndInternalTypesMayChange() throws Exception {
    Path jar = folder.resolve("baseline.jar");
    Files.copy(Maven.jar("core"), jar);
    addMember(jar, "dev/millrace/nn/spec/Regularizer");
    addMember(jar, "dev/millrace/data/Sha256");
    maven.install("core", "0.0.1", jar);

    String output =
        maven.tryToRun(
            repository,
            "verify",
            "-pl",
            "src/core",
            "-Dmaven.test.skip=true",
            "-Dmaven.main.skip=true",
            "-Dspotless.check.skip=true",
            "-Djapicmp.skip=false",
            "-Dapi.baseline=0.0.1");

    assertThat(output)
        .contains("BUILD FAILURE", "dev.millrace.nn.spec.Regularizer.gone()", "METHOD_REMOVED")
        .doesNotContain("Sha256");
  }

  /** Adds a method to a type in a jar of the core. */
  private static void addMember(Path jar, String type) throws Exception {
    Path changed = Files.createTempDirectory(folder, "changed");
    String source = Files.readString(Path.of("src/core/src/main/java", type + ".java"));
    Path file = changed.resolve(Path.of(type + ".java").getFileName());
    int end = source.lastIndexOf('}');
    Files.writeString(file, source.substring(0, end) + "public void gone() {}\n}\n");
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                changed.toString(),
                file.toString());
    assertThat(compiled).isZero();
    try (FileSystem inside = FileSystems.newFileSystem(jar)) {
      Files.copy(
          changed.resolve(type + ".class"),
          inside.getPath(type + ".class"),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Copies what Maven reads, with the classes that are compiled. */
  private static Path copyOfTheRepository() throws IOException {
    Path copy = folder.resolve("repository");
    for (String file : List.of("pom.xml", "LICENSE", "NOTICE")) {
      copy(Path.of(file), copy);
    }
    copyAll(Path.of("schemas"), copy);
    for (String module : List.of("core", "flink", "table", "cli", "bench")) {
      copy(Path.of("src", module, "pom.xml"), copy);
    }
    for (String module : MODULES) {
      copyAll(Path.of("src", module, "src", "main"), copy);
      copyAll(Path.of("src", module, "target", "classes"), copy);
    }
    return copy;
  }

  private static void copyAll(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        copy(file, to);
      }
    }
  }

  private static void copy(Path file, Path to) throws IOException {
    Path target = to.resolve(file);
    Files.createDirectories(target.getParent());
    Files.copy(file, target, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static List<Path> parts() {
    return MODULES.stream()
        .flatMap(module -> PARTS.stream().map(name -> part(module, name)))
        .toList();
  }

  private static Path part(String module, String name) {
    return folderOf(module).resolve("millrace-" + module + "-" + version + name);
  }

  private static Path folderOf(String module) {
    return published.resolve(Path.of("dev", "millrace", "millrace-" + module, version));
  }

  private static List<Path> filesOf(String module) throws IOException {
    try (Stream<Path> files = Files.list(folderOf(module))) {
      return files.filter(file -> !file.toString().endsWith(".asc")).toList();
    }
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static List<String> entries(Path zip) throws IOException {
    try (ZipFile file = new ZipFile(zip.toFile())) {
      return file.stream().map(entry -> entry.getName()).toList();
    }
  }

  private static List<String> jars(Path classPath) throws IOException {
    return Stream.of(Files.readString(classPath).strip().split(File.pathSeparator))
        .map(jar -> Path.of(jar).getFileName().toString())
        .toList();
  }

  private static String hash(String algorithm, byte[] content) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
  }

  private static String gpg(Path home, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE));
    command.addAll(List.of(arguments));
    return run(folder, Map.of("GNUPGHOME", home.toString()), command.toArray(String[]::new));
  }

  /** Runs a step of the job "central" as the workflow does. */
  private static String step(String name, Map<String, String> environment) throws Exception {
    Programs.require("bash", "bash");
    JsonNode workflow =
        new YAMLMapper().readTree(Path.of(".github", "workflows", "release.yml").toFile());
    for (JsonNode step : workflow.at("/jobs/central/steps")) {
      if (step.path("name").asText().equals(name)) {
        assertThat(step.path("shell").asText()).isEqualTo("bash");
        Path directory = folder.resolve(step.path("working-directory").asText("."));
        String script = step.path("run").asText();
        return run(directory, environment, "bash", "-eo", "pipefail", "-c", script);
      }
    }
    throw new AssertionError("release.yml has no step " + name);
  }

  private static String run(Path directory, Map<String, String> environment, String... command)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
