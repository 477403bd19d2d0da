package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the page shows of several outputs, in a real browser. */
class DashboardOutputsITCase extends DashboardPage {

  @Test
  void aKeyShowsItsOutputsAndEachLeadsToItsOwnPage() throws IOException {
    for (int seq = 100; seq <= 500; seq += 100) {
      server.publish(record("shop-1@very sad", seq, "0.9", "0.8", "0.3"));
      server.publish(several("shop-1", seq, 0.25 + seq / 1_000.0));
    }
    awaitText("examples", "500");

    assertThat(browser.text("key-name")).isEqualTo("shop-1");
    assertThat(browser.text("key-count")).isEqualTo("1");
    assertThat(browser.text("window-f1")).isEqualTo("0.750");
    assertThat(browser.text("window-exact-match")).isEqualTo("0.125");
    assertThat(chartTitles("charts"))
        .containsExactly("F1", "Jaccard", "Exact match", "Hamming loss", "Throughput");
    assertThat(browser.text("outputs-classes"))
        .contains("very sad0.9000.8000.3000.500")
        .doesNotContain("amount");
    assertThat(browser.text("outputs-values")).contains("amount4.002.506.000.250");
    assertThat(browser.text("key-warnings")).isEqualTo("Worse than a baseline: amount.");
    assertThat(isHidden("confusion-panel")).isTrue();
    for (int width : new int[] {1920, 1400, 390}) {
      browser.resize(width, 900);
      screenshot("outputs-" + width);
      assertNothingWiderThanThePage();
      DashboardContrast.assertLegible(browser);
    }

    browser.script("document.querySelector('#outputs-classes a').click()");

    awaitText("window-accuracy", "0.900");
    assertThat(browser.text("key-name")).isEqualTo("shop-1@very sad");
    assertThat(isHidden("outputs-panel")).isTrue();
  }

  private static String several(String key, long seq, double f1) {
    return """
        {"pipeline":"fraud","key":"%s","seq":%d,"task":"multi-target","examples":%2$d,
         "event_time":"2026-11-25T09:14:03.120Z",
         "window":{"size":100,"f1":%s,"exact_match":0.125,"macro_f1":0.5,"jaccard":0.4,
         "jaccard_samples":0.45,"hamming_loss":0.25,"precision":0.5,"recall":0.5},
         "total":{"f1":0.5,"exact_match":0.125,"macro_f1":0.5,"jaccard":0.4},
         "outputs":{
         "very sad":{"task":"binary","window":{"accuracy":0.9,"f1":0.8,"log_loss":0.3,"log_loss_baseline":0.5,"better_than_baseline":true}},
         "amount":{"task":"regression","window":{"mae":4,"mae_baseline":2.5,"rmse":6,"r2":0.25,"better_than_baseline":false}}}}
        """
        .formatted(key, seq, f1)
        .replace("\n", "");
  }
}
