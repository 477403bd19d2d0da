package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.testing.Maven;
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
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contents of the jars that bundle the work of others, and what they say about it. */
class BundledJarsITCase {
  private static final Path TARGET = Path.of("target");
  private static final Pattern LISTED =
      Pattern.compile(
          "(?m)^  ([a-z0-9.-]+:[a-z0-9-]+) +(Apache-2.0|BSD-[23]-Clause|MIT)(, job only)?$");
  private static final Pattern OF_OTHER_JDKS = Pattern.compile("^META-INF/versions/\\d+/");
  private static final String SERVICES = "META-INF/services/";

  private enum Bundle {
    JOB(
        "millrace-",
        "job-jar.classpath",
        List.of("dev/millrace/MillraceJob.class"),
        List.of("dev/millrace/table/", "org/apache/flink/table/planner/")),
    // Classes with names that a cluster may have in other versions, and Flink's own.
    SQL(
        "millrace-sql-",
        "sql-jar.classpath",
        List.of(
            "dev/millrace/table/LearnFunction.class",
            SERVICES + "org.apache.flink.table.factories.Factory"),
        List.of(
            "org/apache/flink/",
            "org/slf4j/",
            "com/fasterxml/",
            "com/google/",
            "org/apache/avro/",
            "org/apache/commons/",
            "org/yaml/",
            "ai/onnx/"));

    private final String name;
    private final String classPath;
    private final List<String> contents;
    private final List<String> absent;

    Bundle(String name, String classPath, List<String> contents, List<String> absent) {
      this.name = name;
      this.classPath = classPath;
      this.contents = contents;
      this.absent = absent;
    }

    private JarFile open() throws IOException {
      return new JarFile(TARGET.resolve(name + Maven.version() + ".jar").toFile());
    }

    private List<Path> artifacts() throws IOException {
      String paths = Files.readString(TARGET.resolve(classPath)).strip();
      return Arrays.stream(paths.split(Pattern.quote(File.pathSeparator)))
          .map(Path::of)
          .filter(jar -> !jar.getFileName().toString().startsWith("millrace-core-"))
          .toList();
    }

    /** Returns the coordinates that the NOTICE lists for this jar. */
    private List<String> listed(String notice) {
      return LISTED
          .matcher(notice.split("The commands use", 2)[0])
          .results()
          .filter(found -> this == JOB || found.group(3) == null)
          .map(found -> found.group(1))
          .toList();
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyArtifactInTheJarIsListedWithItsLicence(Bundle bundle) throws IOException {
    List<String> listed;
    try (JarFile jar = bundle.open()) {
      listed = bundle.listed(text(jar, "META-INF/NOTICE"));
    }

    assertAreListed(bundle.artifacts(), listed);
  }

  @ParameterizedTest
  @EnumSource
  void everyLicenceThatIsNamedIsInTheJar(Bundle bundle) throws IOException {
    try (JarFile jar = bundle.open()) {
      String notice = text(jar, "META-INF/NOTICE");
      assertThat(text(jar, "META-INF/LICENSE")).contains("Apache License", "Version 2.0");
      for (String licence : List.of("MIT", "BSD-2-Clause", "BSD-3-Clause")) {
        assertThat(notice).contains(licence);
        assertThat(text(jar, "META-INF/licenses/" + licence + ".txt")).contains("WARRANT");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theJarHasTheEngineAndItsFaceButNoCommandNoSignatureAndNothingTwice(Bundle bundle)
      throws IOException {
    try (JarFile jar = bundle.open()) {
      List<String> names = jar.stream().map(JarEntry::getName).toList();
      assertThat(names)
          .contains(
              "dev/millrace/prequential/PrequentialEngine.class", "schemas/training_example.avsc")
          .containsAll(bundle.contents)
          .doesNotHaveDuplicates()
          .noneMatch(
              name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA|EC)|.*module-info\\.class"));
      assertThat(names.stream().map(name -> OF_OTHER_JDKS.matcher(name).replaceFirst("")))
          .noneMatch(
              name ->
                  name.startsWith("dev/millrace/cli/")
                      || name.startsWith("dev/millrace/bench/")
                      || name.startsWith("picocli/")
                      || name.startsWith("dashboard/")
                      || bundle.absent.stream().anyMatch(name::startsWith));
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyServiceIsOfferedOnceByAClassInTheJar(Bundle bundle) throws IOException {
    try (JarFile jar = bundle.open()) {
      List<String> services =
          jar.stream()
              .map(JarEntry::getName)
              .filter(name -> name.startsWith(SERVICES) && !name.endsWith("/"))
              .toList();
      assertThat(services).isNotEmpty();
      for (String service : services) {
        List<String> providers =
            text(jar, service)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(providers)
            .as(service)
            .isNotEmpty()
            .doesNotHaveDuplicates()
            .allMatch(name -> jar.getEntry(name.replace('.', '/') + ".class") != null, "is there");
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theBillOfMaterialsNamesEveryArtifactInTheJar(Bundle bundle) throws IOException {
    try (JarFile jar = bundle.open()) {
      List<String> bills =
          jar.stream().map(JarEntry::getName).filter(name -> name.endsWith(".cdx.json")).toList();
      assumeThat(bills).as("only mvn -Prelease makes it").isNotEmpty();
      assertThat(bills).hasSize(1);
      List<String> listed =
          StreamSupport.stream(
                  new ObjectMapper()
                      .readTree(text(jar, bills.get(0)))
                      .path("components")
                      .spliterator(),
                  false)
              .map(part -> part.path("group").asText() + ":" + part.path("name").asText())
              .filter(name -> !name.startsWith("dev.millrace:"))
              .toList();

      assertAreListed(bundle.artifacts(), listed);
    }
  }

  private static void assertAreListed(List<Path> artifacts, List<String> listed) {
    assertThat(artifacts)
        .allSatisfy(jar -> assertThat(listed).as("the list").anyMatch(one -> isOf(jar, one)));
    assertThat(listed)
        .doesNotHaveDuplicates()
        .allSatisfy(one -> assertThat(artifacts).as("the jar").anyMatch(jar -> isOf(jar, one)));
  }

  /** Returns true if a jar is where a repository has that of the coordinates. */
  private static boolean isOf(Path jar, String coordinates) {
    String place = coordinates.substring(0, coordinates.indexOf(':')).replace('.', '/');
    String artifact = coordinates.substring(coordinates.indexOf(':') + 1);
    return jar.getParent().getParent().endsWith(Path.of(place, artifact));
  }

  private static String text(JarFile jar, String name) throws IOException {
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
