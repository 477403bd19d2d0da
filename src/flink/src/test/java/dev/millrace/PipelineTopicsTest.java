package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineTopicsTest {

  @Test
  void aVariableOfTheRegistryThatIsNotSetIsAnErrorAtTheStart() {
    Settings settings =
        PipelineFile.parse(
            "fraud.yaml",
            """
            pipeline: fraud
            kafka: { bootstrap.servers: "localhost:1" }
            input:
              label: class
              registry: { url: "http://localhost:1", basic-auth: "${env:MILLRACE_NO_SUCH_VARIABLE}" }
            """,
            Path.of(""));

    assertThatThrownBy(() -> PipelineTopics.of(settings, null))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "input.registry names ${env:MILLRACE_NO_SUCH_VARIABLE}, but this environment variable"
                + " is not set. Set it where the job runs.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x-commands", "x-lease", "x.commands", "x_commands"})
  void twoPipelinesShareNoGroupAndNoTransactionalId(String other) {
    assertThat(Stream.of("x", other).map(PipelineTopicsTest::settings))
        .flatMap(PipelineTopicsTest::names)
        .hasSize(8)
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x/commands", "x/lease", "x/"})
  void aPipelineNameContainsNoSeparatorOfGroups(String name) {
    assertThatThrownBy(() -> PipelineFile.requireName("--pipeline", name))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageStartingWith("--pipeline must be ");
  }

  private static List<String> names(Settings settings) {
    return List.of(
        settings.consumerGroup(),
        settings.commandsGroup(),
        settings.leaseGroup(),
        MillraceJob.lease(settings, new Configuration()).transactionalId());
  }

  private static Settings settings(String pipeline) {
    return PipelineFile.parse(
        pipeline + ".yaml",
        "pipeline: %s\nkafka: { bootstrap.servers: \"localhost:1\" }\ninput: { label: class }\n"
            .formatted(pipeline),
        Path.of(""));
  }
}
