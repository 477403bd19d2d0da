package dev.millrace.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Cli;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Credit data in which one of fifteen borrowers is in arrears: one pass, no setting tuned. */
class ImbalanceTest {
  private static final Path CREDITS = Path.of("../shared/data/gmsc.csv.gz");

  @Test
  void aThresholdThatFollowsTheF1FindsThePositiveClass() throws Exception {
    assumeTrue(Files.exists(CREDITS), CREDITS + " is not there");

    Cli run =
        Cli.run(
            "evaluate",
            "--input",
            CREDITS.toString(),
            "--label",
            "isFraud",
            "--task",
            "binary",
            "--threshold-metric",
            "f1",
            "--json");

    assertThat(run.exitCode()).as(run.err()).isZero();
    String[] lines = run.out().strip().split("\n");
    JsonNode result = new ObjectMapper().readTree(lines[lines.length - 1]);
    assertThat(result.get("f1").asDouble()).isGreaterThan(0.37);
  }
}
