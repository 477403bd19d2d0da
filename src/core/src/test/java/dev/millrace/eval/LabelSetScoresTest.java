package dev.millrace.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.report.Score;
import dev.millrace.report.ScoreBlock;
import dev.millrace.state.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Scores of sets, computed by hand. */
class LabelSetScoresTest {
  private static final double EXACT = 1e-15;

  @Test
  void theScoresAreThoseOfTheDefinitions() {
    LabelSetScores scores = new LabelSetScores(100);
    scores.add(2, 1, 0, 4, 1); // predicted three, two of them right
    scores.add(0, 0, 0, 4, 1); // nothing predicted, nothing there
    scores.add(1, 0, 2, 4, 1);

    ScoreBlock block = scores.window(0.5);

    assertThat(block.examples()).isEqualTo(3);
    assertThat(block.get(Score.SET_PRECISION)).isCloseTo(3 / 4.0, within(EXACT));
    assertThat(block.get(Score.SET_RECALL)).isCloseTo(3 / 5.0, within(EXACT));
    assertThat(block.get(Score.SET_F1)).isCloseTo(6 / 9.0, within(EXACT));
    assertThat(block.get(Score.SET_MACRO_F1)).isEqualTo(0.5);
    assertThat(block.get(Score.JACCARD)).isCloseTo(3 / 6.0, within(EXACT));
    assertThat(block.get(Score.JACCARD_SAMPLES))
        .isCloseTo((2 / 3.0 + 1 + 1 / 3.0) / 3, within(EXACT));
    assertThat(block.get(Score.HAMMING_LOSS)).isCloseTo(3 / 12.0, within(EXACT));
    assertThat(block.get(Score.EXACT_MATCH)).isCloseTo(1 / 3.0, within(EXACT));
    assertThat(scores.total(0.5)).isEqualTo(block);
  }

  @Test
  void aWeightCountsAsThatManyExamples() {
    LabelSetScores weighted = new LabelSetScores(100);
    weighted.add(2, 1, 0, 4, 2);
    weighted.add(1, 0, 2, 4, 1);
    LabelSetScores repeated = new LabelSetScores(100);
    repeated.add(2, 1, 0, 4, 1);
    repeated.add(2, 1, 0, 4, 1);
    repeated.add(1, 0, 2, 4, 1);

    assertThat(weighted.window(0).get(Score.SET_F1))
        .isEqualTo(repeated.window(0).get(Score.SET_F1));
    assertThat(weighted.window(0).get(Score.JACCARD_SAMPLES))
        .isCloseTo(repeated.window(0).get(Score.JACCARD_SAMPLES), within(EXACT));
    assertThat(weighted.total(0).get(Score.HAMMING_LOSS))
        .isEqualTo(repeated.total(0).get(Score.HAMMING_LOSS));
  }

  @Test
  void theWindowHasTheLastExamplesAlsoAfterItWasRead() throws IOException {
    LabelSetScores scores = new LabelSetScores(40);
    for (int i = 0; i < 100; i++) {
      scores.add(1, i % 3, 0, 4, 1);
    }
    LabelSetScores last = new LabelSetScores(40);
    for (int i = 60; i < 100; i++) {
      last.add(1, i % 3, 0, 4, 1);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    scores.write(new DataOutputStream(bytes));
    LabelSetScores read = read(bytes.toByteArray(), 40);
    LabelSetScores smaller = read(bytes.toByteArray(), 10);

    assertThat(scores.window(0)).isEqualTo(last.window(0));
    assertThat(read.window(0)).isEqualTo(last.window(0));
    assertThat(read.total(0)).isEqualTo(scores.total(0));
    assertThat(smaller.window(0).examples()).isEqualTo(10);
  }

  private static LabelSetScores read(byte[] bytes, int window) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    return State.read(in, new LabelSetScores(window));
  }

  @Test
  void withoutLabelsThereAreNoScores() {
    ScoreBlock block = new LabelSetScores(10).window(Double.NaN);

    assertThat(block.examples()).isZero();
    assertThat(block.get(Score.SET_F1)).isNaN();
    assertThat(block.get(Score.JACCARD_SAMPLES)).isNaN();
  }
}
