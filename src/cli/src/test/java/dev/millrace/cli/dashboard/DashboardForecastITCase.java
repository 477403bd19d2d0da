package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What the page shows of values that have not come, in a real browser. */
class DashboardForecastITCase extends DashboardPage {
  private static final int HOURS = 72;

  /** Pixels of the series' chart that are shaded as the area of an interval is. */
  private static final String SHADED =
      """
      const canvas = document.querySelector('#charts .wide canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const shade = getComputedStyle(document.documentElement).getPropertyValue('--interval');
      const alpha = 255 * shade.match(/[\\d.]+/g)[3];
      let count = 0;
      for (let i = 0; i < data.length; i += 4) {
        if (Math.abs(data[i + 3] - alpha) < 3 && data[i + 2] > data[i] + 50) count++;
      }
      return count;
      """;

  @Test
  void aSeriesGoesOnWithTheForecastsOfAllItsHorizonsAndTheirIntervals() throws IOException {
    for (int hour = 1; hour <= HOURS; hour++) {
      server.publish(DashboardSamples.forecast("lemon", 1, hour, true));
      server.publish(DashboardSamples.forecast("lemon", 24, hour, true));
    }
    openKey("lemon@1");
    awaitText("examples", "72");
    assertThat(chartTitles("charts")).startsWith("Series", "MAE");
    awaitSeries("value 40.00, forecast 40.13, next 43.00, low 37.00, high 49.00");
    assertThat(browser.text("key-sub")).endsWith("next 45.30 (39.30 to 51.30) at 2025-01-04 01:00");

    readChart("End");
    awaitRead("2025-01-05 00:00:00Z", "\u2013", "\u2013", "43.00", "37.00", "49.00");
    readChart("ArrowLeft");
    awaitRead("2025-01-04 23:00:00Z", "\u2013", "\u2013", "37.82", "31.82", "43.82");
    for (int hour = 22; hour >= 1; hour--) {
      readChart("ArrowLeft");
    }
    awaitRead("2025-01-04 01:00:00Z", "\u2013", "\u2013", "45.30", "39.30", "51.30");
    readChart("ArrowLeft");
    awaitRead("2025-01-04 00:00:00Z", "40.00", "40.13", "40.00", "34.13", "46.13");
    readChart("ArrowLeft");
    awaitRead("2025-01-03 23:00:00Z", "34.82", "34.95", "\u2013", "28.95", "40.95");

    int whole = browser.script(SHADED).asInt();
    assertThat(whole).as("shaded area").isGreaterThan(2_000);
    press("range-switch", "latest");
    press("axis-switch", "time");
    for (String scheme : new String[] {"light", "dark"}) {
      browser.media("prefers-color-scheme", scheme);
      awaitTrue("return document.documentElement.dataset.theme === '" + scheme + "'");
      for (int width : new int[] {1920, 1400, 390}) {
        browser.resize(width, 900);
        screenshot("series-" + scheme + "-" + width);
        assertNothingWiderThanThePage();
        DashboardContrast.assertLegible(browser);
      }
    }
  }

  @Test
  void withoutAKnownIntervalTheForecastHasNoArea() throws IOException {
    for (int hour = 1; hour <= HOURS; hour++) {
      server.publish(DashboardSamples.forecast("lemon", 6, hour, false));
    }
    awaitText("examples", "72");

    awaitSeries("value 40.00, forecast 40.75, next 60.75");
    screenshot("series-without-interval");
    assertThat(browser.script(SHADED).asInt()).as("shaded area").isLessThan(200);
  }

  @Test
  void noLineLeadsAcrossRecordsThatWereNotReported() throws IOException {
    for (int hour = 1; hour <= 1_000; hour += hour < 760 ? 190 : 1) {
      server.publish(DashboardSamples.forecast("lemon", 1, hour, true));
    }
    awaitText("examples", "1,000");
    awaitTrue("return document.querySelector('#charts .wide canvas') !== null");

    screenshot("series-of-a-backlog");
    assertThat(browser.script(SHADED).asInt()).as("shaded area").isBetween(200, 4_000);
  }

  @Test
  void forecastsShowTheirMaseInsteadOfALoss() throws IOException {
    for (String mase : new String[] {"0.5", "1.5"}) {
      server.publish(
          DashboardSamples.forecast("lemon-" + mase, 1, 10, true)
              .replaceFirst("\"loss\":[^}]*", "\"loss\":null,\"mase\":" + mase));
    }
    server.sample();
    awaitCharts("summary-charts", "Throughput", "MASE of the keys");
    awaitFirstRow("lemon-1.5@1");
    assertThat(browser.text("key-list")).contains("MASE 1.50 \u00b7 MAE 0.1250");
    assertThat(browser.text("worst")).startsWith("keyMASEMAEexampleslemon-1.5@11.500.125010");

    openKey("lemon-1.5@1");

    awaitText("window-mase", "1.50");
    assertThat(chartTitles("charts"))
        .containsExactly("Series", "MAE", "RMSE", "R\u00b2", "MASE", "Throughput");
    awaitTrue("return document.getElementById('window-loss').parentNode.hidden");
    assertThat(browser.text("compare")).doesNotContain("loss");
    screenshot("forecast-without-loss");
  }

  @Test
  void theShownHorizonFollowsTheForecastsOfTheOthers() throws IOException {
    server.publish(DashboardSamples.forecast("lemon", 1, 1, true));
    server.publish(DashboardSamples.forecast("mango", 1, 1, true));
    openKey("lemon@1");
    awaitSeries("value 45.18, forecast 45.30, next 50.13, low 44.13, high 56.13");

    server.publish(DashboardSamples.forecast("lemon", 6, 1, true));
    server.publish(DashboardSamples.forecast("mango", 12, 1, true));

    awaitSeries("value 45.18, forecast 45.30, next 60.07, low 54.07, high 66.07");
  }

  @Test
  void theAccuracyBeforeTheLabelsIsShownAsAnEstimateWhileTheyAreAwaited() throws IOException {
    server.publish(waiting("09:14:03.120Z", "0.8125"));

    awaitText("estimated-accuracy", "0.813");
    assertThat(browser.text("estimated-accuracy-delta")).isEqualTo("640 without labels");
    assertThat(
            browser
                .script(
                    "return"
                        + " document.getElementById('estimated-accuracy').previousSibling.textContent")
                .asText())
        .isEqualTo("Accuracy estimate");
    assertThat(browser.text("window-accuracy")).isEqualTo("0.900");
    assertThat(browser.text("labels"))
        .startsWith("accuracy, an estimate0.813F1, an estimate0.625labels joined1,200");
    assertThat(browser.text("charts")).contains("estimate 0.813", "estimate 0.625");
    screenshot("estimate");

    server.publish(waiting("10:14:03.120Z", "0.25"));
    awaitText("estimated-accuracy", "0.250");
    assertThat(browser.text("examples")).isEqualTo("200");

    server.publish(record("shop-2", 100, "0.9", "0.9", "0.3"));
    openKey("shop-2");
    awaitText("examples", "100");
    awaitTrue("return document.getElementById('estimated-accuracy').parentNode.hidden");
  }

  /** A record of a pipeline whose labels are late. */
  private static String waiting(String time, String accuracy) {
    return with(
        record("shop-1", 200, "0.9", "0.9", "0.3").replace("09:14:03.120Z", time),
        "\"labels\":{\"pending\":640,\"matched\":1200},"
            + "\"estimate\":{\"predictions\":640,\"accuracy\":"
            + accuracy
            + ",\"f1\":0.625}");
  }

  /** Waits until the description of the series' chart begins with its latest values. */
  private void awaitSeries(String values) {
    awaitTrue(
        "return document.querySelector('#charts .wide .plot')?.getAttribute('aria-label')"
            + "?.startsWith('Series: "
            + values
            + ";') ?? false");
  }

  private void readChart(String key) throws IOException {
    browser.script("document.querySelector('#charts .wide .plot').focus()");
    browser.press(key);
  }

  /** Waits until the legend of the series' chart shows a time, and the values at it. */
  private void awaitRead(String time, String... values) {
    awaitTrue(
        "const legends = [...document.querySelectorAll('#charts .wide .legend')];"
            + "return legends[0].textContent === '"
            + time
            + "' && legends.slice(1).map(one => one.lastChild.textContent).join(' ') === '"
            + String.join(" ", values)
            + "'");
  }
}
