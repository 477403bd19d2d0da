package dev.millrace.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PastedLineTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all 20,000   0.93 | all     20,000     0.9300",
        "all 20,000   0.93 | all     20,000     0.9399",
        "all 20,000   0.93 | all     20,000     0.9201",
        "mae 1,234.6 | mae 1,289.5678",
        "mae 40.7 | mae 41.6982",
        "log-loss 0.40 (class frequencies 3.26) | log-loss 0.3984 (class frequencies 3.2619)",
        "{\"ok\":0.002,\"fraud\":0.998} | {\"ok\":2.492717E-3,\"fraud\":0.9975073}",
        "0 dead letters, models … | 0 dead letters, models b7eeacfe74ef…",
        "mixture led by ferns; … help | mixture led by ferns; recent and replay help",
        "electroni… 0.50 | electroni… 0.501",
        "+-----+----+ | +-----+-----------+",
        "coverage 0.9 from 0.1.0 | coverage 0.9 from 0.1.0",
      })
  void showsWhatWasPrintedWithFewerDigits(String shown, String printed) {
    assertThat(new PastedLine(shown).shows(printed)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "all 20,000 0.93 | all 20,000 0.9401",
        "all 20,000 0.9300 | all 20,000 0.9301",
        "all 20,000 0.93 | all 20,001 0.9300",
        "mae 40.7 | mae 41.7982",
        "all 20,000 0.93 | all 20,000 0.9300 0.9300",
        "key 0.93 | all 0.9300",
        "Millrace 0.1.0 | Millrace 0.1.1",
        "\"ok\":0.002 | \"fraud\":0.002492717",
        "coverage 0.9 | coverage -0.9",
      })
  void doesNotShowOtherFiguresCountsAndWords(String shown, String printed) {
    assertThat(new PastedLine(shown).shows(printed)).isFalse();
  }

  @Test
  void isRewrittenWithItsDecimals() {
    PastedLine line = new PastedLine("all  20,000   0.93  0.8801  1,234.5  models …");

    assertThat(line.rewrite("all 20,000 0.9444 0.8999 2,234.56 models b7eeacfe74ef…"))
        .isEqualTo("all  20,000   0.94  0.8999  2,234.6  models …");
    assertThat(line.rewrite("every 20,000 0.9444")).isEqualTo("every 20,000 0.9444");
  }

  @Test
  void figuresThatItShowsStay() {
    assertThat(new PastedLine("all 0.93  0.5").rewrite("all 0.9399  0.9"))
        .isEqualTo("all 0.93  0.9");
  }
}
