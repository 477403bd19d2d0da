package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** Compares the libraries of the commands in the image with the launcher's class path. */
class CommandImageITCase {
  private static final Path TARGET = Path.of("target");
  private static final Pattern LIBRARIES = Pattern.compile("-DincludeArtifactIds=(\\S+)");

  // In lib/ of the Flink image, as everything of org.apache.flink.
  private static final Set<String> OF_FLINK =
      Set.of(
          "async-profiler",
          "commons-cli",
          "commons-collections",
          "commons-math3",
          "commons-text",
          "frocksdbjni",
          "javassist",
          "jsr305",
          "kryo",
          "log4j-api",
          "log4j-core",
          "log4j-slf4j-impl",
          "minlog",
          "objenesis",
          "reflectasm",
          "snakeyaml-engine");

  // The image runs neither the local broker nor benchmarks.
  private static final Set<String> NOT_IN_THE_IMAGE =
      Set.of(
          "HdrHistogram",
          "argparse4j",
          "caffeine",
          "commons-beanutils",
          "commons-digester",
          "commons-logging",
          "commons-validator",
          "hash4j",
          "icu4j",
          "jopt-simple",
          "jose4j",
          "metrics-core",
          "pcollections",
          "re2j",
          "scala-library",
          "scala-logging_2.13",
          "scala-reflect");

  @Test
  void theImageHasTheLibrariesThatNeitherTheJobNorFlinkHas() throws IOException {
    Matcher libraries = LIBRARIES.matcher(Files.readString(Path.of("Dockerfile")));
    assertThat(libraries.find()).isTrue();
    List<String> missing = new ArrayList<>();

    String classPath = Files.readString(TARGET.resolve("launcher.classpath")).strip();
    try (JarFile job = new JarFile(jobJar().toFile())) {
      for (String entry : classPath.split(":")) {
        Path jar = Path.of(entry);
        String artifact = jar.getParent().getParent().getFileName().toString();
        boolean isElsewhere =
            entry.contains("/org/apache/flink/")
                || entry.contains("/millrace-")
                || (entry.contains("/org/apache/kafka/") && !artifact.equals("kafka-clients"))
                || OF_FLINK.contains(artifact)
                || NOT_IN_THE_IMAGE.contains(artifact);
        if (!isElsewhere && !isPartOf(job, jar)) {
          missing.add(artifact);
        }
      }
    }

    assertThat(libraries.group(1).split(",")).containsExactlyInAnyOrderElementsOf(missing);
  }

  private static Path jobJar() throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      return files
          .filter(
              file -> file.getFileName().toString().matches("millrace-[0-9.]+(-SNAPSHOT)?\\.jar"))
          .findFirst()
          .orElseThrow();
    }
  }

  /** Returns true if the job jar has the first class of a library. */
  private static boolean isPartOf(JarFile job, Path library) throws IOException {
    try (JarFile jar = new JarFile(library.toFile())) {
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class"))
          .filter(name -> !name.startsWith("META-INF/") && !name.equals("module-info.class"))
          .findFirst()
          .filter(name -> job.getEntry(name) != null)
          .isPresent();
    }
  }
}
