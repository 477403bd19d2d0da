package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import org.apache.flink.metrics.HistogramStatistics;
import org.junit.jupiter.api.Test;

class SecondsHistogramTest {

  @Test
  void millisecondsAreReportedAsFractionsOfSeconds() {
    SecondsHistogram histogram = new SecondsHistogram(3, TimeUnit.MILLISECONDS);
    for (long millis : new long[] {9_000, 250, 1_500, 2_750}) {
      histogram.update(millis);
    }

    HistogramStatistics statistics = histogram.getStatistics();

    assertThat(histogram.getCount()).isEqualTo(4);
    assertThat(statistics.size()).isEqualTo(3); // the first value has left
    assertThat(statistics.getQuantile(0.5)).isEqualTo(1.5);
    assertThat(statistics.getMean()).isEqualTo(1.5);
    assertThat(statistics.getStdDev()).isCloseTo(1.25, within(1e-12));
  }

  @Test
  void wholeNumbersEncloseTheValues() {
    SecondsHistogram histogram = new SecondsHistogram(8, TimeUnit.NANOSECONDS);
    histogram.update(1_400_000_000L);
    histogram.update(2_600_000_000L);

    HistogramStatistics statistics = histogram.getStatistics();

    assertThat(statistics.getMin()).isEqualTo(1);
    assertThat(statistics.getMax()).isEqualTo(3);
    assertThat(statistics.getValues()).containsExactlyInAnyOrder(1, 3);
  }
}
