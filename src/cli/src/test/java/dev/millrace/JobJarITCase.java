package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the job jar says about the work of others in it. */
class JobJarITCase {
  private static final Path TARGET = Path.of("target");
  private static final Pattern LISTED =
      Pattern.compile("(?m)^  ([a-z0-9.-]+:[a-z0-9-]+) +(Apache-2.0|BSD-[23]-Clause|MIT)$");

  @Test
  void everyArtifactInTheJarIsListedWithItsLicence() throws IOException {
    String ofTheJob = entry("META-INF/NOTICE").split("The commands use", 2)[0];
    List<String> listed = LISTED.matcher(ofTheJob).results().map(found -> found.group(1)).toList();

    List<Path> bundled = artifacts();
    assertThat(bundled)
        .allSatisfy(jar -> assertThat(listed).as("the NOTICE").anyMatch(one -> isOf(jar, one)));
    assertThat(listed)
        .doesNotHaveDuplicates()
        .allSatisfy(one -> assertThat(bundled).as("the jar").anyMatch(jar -> isOf(jar, one)));
  }

  @Test
  void theJarHasTheEngineAndTheJobButNoCommand() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      List<String> names = jar.stream().map(JarEntry::getName).toList();
      assertThat(names)
          .contains(
              "dev/millrace/MillraceJob.class",
              "dev/millrace/prequential/PrequentialEngine.class",
              "schemas/training_example.avsc")
          .noneMatch(
              name ->
                  name.startsWith("dev/millrace/cli/")
                      || name.startsWith("dev/millrace/bench/")
                      || name.startsWith("picocli/")
                      || name.startsWith("dashboard/"));
    }
  }

  @Test
  void everyLicenceThatIsNamedIsInTheJar() throws IOException {
    String notice = entry("META-INF/NOTICE");

    assertThat(entry("META-INF/LICENSE")).contains("Apache License", "Version 2.0");
    for (String licence : List.of("MIT", "BSD-2-Clause", "BSD-3-Clause")) {
      assertThat(notice).contains(licence);
      assertThat(entry("META-INF/licenses/" + licence + ".txt")).contains("WARRANT");
    }
  }

  private static List<Path> artifacts() throws IOException {
    String classPath = Files.readString(TARGET.resolve("job-jar.classpath")).strip();
    return Arrays.stream(classPath.split(Pattern.quote(File.pathSeparator)))
        .map(Path::of)
        .filter(jar -> !jar.getFileName().toString().startsWith("millrace-core-"))
        .toList();
  }

  /** Whether a jar is where a repository has that of the coordinates. */
  private static boolean isOf(Path jar, String coordinates) {
    String place = coordinates.substring(0, coordinates.indexOf(':')).replace('.', '/');
    String artifact = coordinates.substring(coordinates.indexOf(':') + 1);
    return jar.getParent().getParent().endsWith(Path.of(place, artifact));
  }

  private static Path jar() throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files
          .filter(file -> file.getFileName().toString().matches("millrace-[0-9].*\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static String entry(String name) throws IOException {
    try (JarFile open = new JarFile(jar().toFile());
        InputStream in = open.getInputStream(open.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
