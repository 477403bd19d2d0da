package dev.millrace;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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
              registry: { url: "http://localhost:1", basic: "${env:MILLRACE_NO_SUCH_VARIABLE}" }
            """,
            Path.of(""));

    assertThatThrownBy(() -> PipelineTopics.of(settings, null))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessage(
            "input.registry names ${env:MILLRACE_NO_SUCH_VARIABLE}, but this environment variable"
                + " is not set. Set it where the job runs.");
  }
}
