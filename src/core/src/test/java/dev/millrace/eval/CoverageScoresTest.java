package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.report.MetricsReport.Coverage;
import dev.millrace.report.MetricsReport.CoverageBlock;
import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CoverageScoresTest {
  private static final MetricsSpec SPEC = MetricsSpec.DEFAULT.with(to -> to.window = 2);

  @Test
  void nothingIsKnownWithoutExamples() {
    CoverageBlock none = new CoverageBlock(Double.NaN, Double.NaN, Double.NaN);
    assertThat(new CoverageScores(0.9, SPEC).report()).isEqualTo(new Coverage(0.9, none, none));
  }

  @Test
  void theWindowHasTheLastExamplesAndTheTotalAllByTheirWeights() {
    Coverage report = scores().report();

    // By hand: (10 + 2 * 20 + 30) / 4 wide, 2 of 4 outside, by 0.5 each; 2 / (1 - 0.9) = 20.
    assertThat(report.total().coverage()).isEqualTo(0.5);
    assertThat(report.total().size()).isEqualTo(20);
    assertThat(report.total().winkler()).isCloseTo(20 + 20 * 0.25, within(1e-9));
    assertThat(report.window().coverage()).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(report.window().size()).isCloseTo(70 / 3.0, within(1e-9));
  }

  @Test
  void copiesAndStoredScoresContinueAlike() throws IOException {
    CoverageScores scores = scores();
    CoverageScores copy = scores.copy();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    scores.write(new DataOutputStream(bytes));
    CoverageScores read =
        State.read(
            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())),
            new CoverageScores(0.9, SPEC));

    copy.add(1, 0, 1, 4);
    read.add(1, 0, 1, 4);

    assertThat(read.report()).isEqualTo(copy.report()).isNotEqualTo(scores.report());
  }

  private static CoverageScores scores() {
    CoverageScores scores = new CoverageScores(0.9, SPEC);
    scores.add(10, 0, 1, 1);
    scores.add(20, 0.5, 2, 2);
    scores.add(30, 0, 1, 3);
    return scores;
  }
}
