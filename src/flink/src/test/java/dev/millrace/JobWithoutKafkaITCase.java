package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.JobWithoutKafka;
import dev.millrace.testing.PageCode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A job that has no topics runs without the jars that docs/library.md lets it exclude. */
class JobWithoutKafkaITCase {
  private static final Path PAGE = Path.of("docs", "library.md");
  private static final Pattern EXCLUSION =
      Pattern.compile("<exclusion>.*<artifactId>(.+)</artifactId></exclusion>");

  @Test
  void aJobLearnsFromAStreamWithoutTheJarsThatThePageExcludes() throws IOException {
    List<String> excluded =
        PageCode.blocks(PAGE, "xml").stream()
            .flatMap(block -> EXCLUSION.matcher(block).results())
            .map(exclusion -> exclusion.group(1) + "-")
            .toList();
    assertThat(excluded).contains("kafka-clients-", "tribuo-util-onnx-").hasSize(11);
    String[] jars = System.getProperty("java.class.path").split(File.pathSeparator);
    List<String> excludedJars = Arrays.stream(jars).filter(jar -> isAnyOf(excluded, jar)).toList();
    assertThat(excludedJars).as("none is misspelt").hasSizeGreaterThanOrEqualTo(excluded.size());

    String output =
        ChildJvm.run(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                ChildJvm.MODULE,
                "-cp",
                Arrays.stream(jars)
                    .filter(jar -> !isAnyOf(excluded, jar))
                    .collect(Collectors.joining(File.pathSeparator)),
                JobWithoutKafka.class.getName()));

    assertThat(output.lines())
        .contains("predictions 200, metrics true, events 0, summaries true, rejected 0, models 13");
  }

  private static boolean isAnyOf(List<String> artifacts, String jar) {
    String name = Path.of(jar).getFileName().toString();
    return artifacts.stream().anyMatch(name::startsWith);
  }
}
