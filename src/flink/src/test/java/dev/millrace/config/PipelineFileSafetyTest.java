package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.config.yaml.InvalidPipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Text that is YAML and is meant to do harm. */
class PipelineFileSafetyTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL"
            + " [\"http://x\"]]]]",
        "!!com.sun.rowset.JdbcRowSetImpl { dataSourceName: 'ldap://x', autoCommit: true }",
        "!!java.io.File /etc/passwd",
        "!<tag:yaml.org,2002:java.lang.String> a",
        "!!binary aGVsbG8=",
        "!include /etc/passwd",
        "!unknown!tag a",
      })
  void noTypeIsReadNorMade(String value) {
    assertThatThrownBy(() -> parse("input: { label: y }\npipeline: " + value + "\n"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(
            "f.yaml:2  not valid YAML: a type (!). Only maps, lists and plain values are supported");
  }

  @ParameterizedTest
  @CsvSource({"10, 9", "16, 3", "24, 2"})
  void aFewLinesThatStandForBillionsAreRejected(int levels, int times) {
    String bomb =
        "l0: &l0 [lol, lol, lol]\n"
            + IntStream.range(1, levels)
                .mapToObj(
                    level ->
                        "l%d: &l%<d [%s]\n"
                            .formatted(
                                level,
                                IntStream.range(0, times)
                                    .mapToObj(i -> "*l" + (level - 1))
                                    .collect(Collectors.joining(", "))))
                .collect(Collectors.joining());

    assertThatThrownBy(() -> parse(bomb + "pipeline: *l" + (levels - 1)))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageMatching("(?s)f.yaml:\\d+  not (read: |valid YAML: more than 100,000 values).*");
  }

  @Test
  void mergedMapsThatStandForBillionsAreRejected() {
    String bomb =
        "m0: &m0 { a: 1, b: 2, c: 3, d: 4 }\n"
            + IntStream.range(1, 24)
                .mapToObj(i -> "m%d: &m%<d [*m%d, *m%<d]\n".formatted(i, i - 1))
                .collect(Collectors.joining())
            + "pipeline: { <<: *m23 }\n";

    assertThatThrownBy(() -> parse(bomb))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("more than 100,000 values, aliases followed");
  }

  @Test
  void anAliasOfItselfIsRejected() {
    assertThatThrownBy(() -> parse("pipeline: &a [*a]"))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining("an alias inside its own anchor");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- "})
  void deepNestingIsRejected(String opening) {
    assertThatThrownBy(() -> parse("pipeline: " + opening.repeat(200_000)))
        .isInstanceOf(InvalidPipelineException.class);
  }

  @Test
  void aFileThatDoesNotEndIsNotReadToItsEnd() {
    Path endless = Path.of("/dev/zero");
    assumeTrue(Files.exists(endless), "no /dev/zero here");

    assertThatThrownBy(() -> PipelineFile.read(endless))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage("/dev/zero has more than 1,048,576 bytes. Is it a pipeline file?");
  }

  @Test
  void aPlainFileWithAnchorsIsStillRead() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("f.yaml"),
            """
            pipeline: fraud
            kafka: &k { bootstrap.servers: "a:1", acks: !!str all }
            input: { label: 2026-01-01 }
            """);

    assertThat(PipelineFile.read(file).input().spec().label()).isEqualTo("2026-01-01");
  }

  private static void parse(String yaml) {
    PipelineFile.parse("f.yaml", yaml, null);
  }
}
