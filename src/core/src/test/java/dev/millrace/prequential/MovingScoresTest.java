package dev.millrace.prequential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import org.junit.jupiter.api.Test;

class MovingScoresTest {
  private final MovingScores recent = new MovingScores();

  @Test
  void withoutReportsThereIsNothingToSay() {
    assertThat(recent.accuracy()).isNaN();
    assertThat(recent.loss()).isNaN();
    assertThat(recent.betterThanBaseline()).isNaN();
  }

  @Test
  void onlyTheLastReportsCount() throws Exception {
    MetricsReport early = reportAfter(30);
    MetricsReport late = reportAfter(600);
    for (int i = 0; i < 10; i++) {
      recent.add(early);
    }
    double before = recent.loss();
    for (int i = 0; i < MovingScores.KEPT; i++) {
      recent.add(late);
    }
    double after = recent.loss();
    recent.add(early);

    assertThat(after).isLessThan(before);
    assertThat(recent.loss()).isGreaterThan(after);
  }

  private static MetricsReport reportAfter(int examples) throws Exception {
    TrainSpec spec = Specs.train(Specs.small(1));
    Chunk chunk = Chunks.of(Chunks.classes("a", examples, 1));
    TrainState state = Learning.begin(spec, chunk);
    Learning.learn(state, spec, chunk, 0, examples);
    return state.model().report(spec, "a");
  }
}
