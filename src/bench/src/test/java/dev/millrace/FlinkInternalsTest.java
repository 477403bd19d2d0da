package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The reference lists each internal class of Flink that a job of ours needs. */
class FlinkInternalsTest {
  private static final Path PAGE = Path.of("docs/reference/flink-internals.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([A-Z]\\w+)` \\| (.+) \\|$");
  private static final Set<String> STABILITY =
      Set.of(
          "org.apache.flink.annotation.Public",
          "org.apache.flink.annotation.PublicEvolving",
          "org.apache.flink.annotation.Experimental");

  @Test
  void eachInternalClassOfFlinkThatAJobNeedsHasItsReasonOnThePage() throws IOException {
    Set<String> listed = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(PAGE));
    while (row.find()) {
      listed.add(row.group(1));
    }

    assertThat(internalClasses()).isEqualTo(listed);
  }

  @Test
  void thePageCountsThem() throws IOException {
    assertThat(Files.readString(PAGE)).contains(" " + internalClasses().size() + " classes ");
  }

  private static Set<String> internalClasses() {
    // The commands and benchmarks run on the Flink that they bring.
    JavaClasses jobs =
        new ClassFileImporter()
            .withImportOption(new ArchitectureTest.WithoutTests())
            .importPackages("dev.millrace");
    Set<String> internal = new TreeSet<>();
    for (JavaClass job : jobs) {
      if (job.getPackageName().matches("dev\\.millrace\\.(cli|bench)(\\..*)?")) {
        continue;
      }
      for (Dependency dependency : job.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (target.getPackageName().startsWith("org.apache.flink") && isInternal(target)) {
          internal.add(outermost(target).getSimpleName());
        }
      }
    }
    return internal;
  }

  private static boolean isInternal(JavaClass type) {
    boolean isStable = STABILITY.stream().anyMatch(type::isAnnotatedWith);
    return !isStable && type.getEnclosingClass().map(FlinkInternalsTest::isInternal).orElse(true);
  }

  private static JavaClass outermost(JavaClass type) {
    Optional<JavaClass> enclosing = type.getEnclosingClass();
    return enclosing.isPresent() ? outermost(enclosing.get()) : type;
  }
}
