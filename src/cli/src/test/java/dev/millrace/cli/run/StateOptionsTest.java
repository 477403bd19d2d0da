package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class StateOptionsTest {
  @Test
  void theDefaultIsBesideThePipelineFileWhateverTheWorkingDirectory() {
    assertThat(StateOptions.directory(null, Path.of("/srv/fraud/fraud.yaml")))
        .isEqualTo(Path.of("/srv/fraud/millrace-state"));
    assertThat(StateOptions.directory(null, Path.of("/srv/other/../fraud/fraud.yaml")))
        .isEqualTo(Path.of("/srv/fraud/millrace-state"));
    assertThat(StateOptions.directory(null, Path.of("fraud.yaml")))
        .isEqualTo(Path.of("millrace-state").toAbsolutePath());
  }

  @Test
  void aDirectoryThatTheUserNamesIsThatOne() {
    assertThat(StateOptions.directory(Path.of("elsewhere"), Path.of("/srv/fraud/fraud.yaml")))
        .isEqualTo(Path.of("elsewhere"));
  }

  @Test
  void withoutAPipelineFileItIsInTheWorkingDirectory() {
    assertThat(StateOptions.directory(null, null)).isEqualTo(Path.of("millrace-state"));
  }
}
