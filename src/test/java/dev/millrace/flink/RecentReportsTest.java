package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.MetricsReport;
import dev.millrace.nn.Workspace;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import org.junit.jupiter.api.Test;

class RecentReportsTest {
  private final RecentReports recent = new RecentReports();

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
    for (int i = 0; i < RecentReports.KEPT; i++) {
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
    TrainScratch scratch = new TrainScratch();
    PrequentialModel model =
        TrainState.begin(spec, chunk, new Workspace()).resume(spec, new Workspace());
    for (int row = 0; row < examples; row++) {
      scratch.findClasses(chunk, model.classes(), spec.model().classWeights());
      if (scratch.classOf[chunk.labelOf(row)] < 0) {
        model.meetClass(chunk, row, scratch);
      } else {
        model.learnClasses(chunk, row, row + 1, scratch);
      }
    }
    return model.report(spec, "a");
  }
}
