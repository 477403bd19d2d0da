package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a person does with the page in a real browser, and what happens around it meanwhile. */
class DashboardUseITCase extends DashboardPage {

  @Test
  void severalKeysAreShownTogetherWithTheWorstAndWhatHappened() throws IOException {
    for (int i = 0; i < 30; i++) {
      server.publish(record("key-" + i, 2_000, "0." + (50 + i), "0.9", "0." + (90 - i)));
    }
    server.publish(event("key-3", 1_500, "\"event\":\"drift\",\"detector\":\"adwin\""));
    server.publish(event("key-4", 500, "\"event\":\"drift\",\"detector\":\"adwin\""));
    server.publish(event("key-5", 0, "\"event\":\"reset\",\"reason\":\"other shape\""));
    server.lag(4_321L);
    server.sample();

    awaitCharts("summary-charts", "Throughput", "Lag", "Accuracy of the keys", "Loss of the keys");
    awaitText("summary-keys", "30");
    awaitText("summary-drifting", "1"); // that of key-4 has left its window
    awaitText("lag", "4,321");
    assertThat(browser.text("spread")).contains("accuracy0.5000.5200.6400.7600.790");
    assertThat(browser.text("worst")).contains("key-00.90000.500", "key-9");
    assertThat(browser.text("all-events")).contains("key-5reset: other shape");
    assertThat(browser.script("return document.querySelectorAll('#worst tbody tr').length").asInt())
        .isEqualTo(10);
    awaitTrue("return document.querySelectorAll('.key-drift:not([hidden])').length === 1");
    screenshot("all-keys");

    browser.script("document.querySelector('#all-events a').click()");

    awaitText("key-name", "key-5");
    assertThat(browser.script("return location.hash").asText()).isEqualTo("#key=key-5");
  }

  @Test
  void keysOfARareClassShowF1AndAucOnTheStartPage() throws IOException {
    String rare =
        "\"window\":{\"auc_roc\":0.75,%s},\"baseline\":{\"majority\":{\"window\":{\"accuracy\":0.97}},";
    for (int i = 0; i < 3; i++) {
      String scores = "\"loss\":0.%d,\"accuracy\":0.98,\"f1\":0.%d".formatted(3 + i, 4 + i);
      server.publish(
          record("shop-" + i, 100, "0.98", "0.5", "0.1")
              .replaceFirst("\"window\":[^}]*}", "")
              .replace("\"baseline\":{", rare.formatted(scores))
              .replace(",,", ","));
    }
    server.sample();

    awaitCharts(
        "summary-charts",
        "Throughput",
        "Accuracy of the keys",
        "F1 of the keys",
        "Loss of the keys");
    assertThat(browser.text("spread")).contains("F1 of rare classes0.4000.4000.5000.6000.600");
    assertThat(browser.text("spread")).contains("AUC of rare classes0.750");
    assertThat(browser.text("worst")).contains("F1").contains("shop-20.50000.9800.600100");
    assertThat(browser.text("key-list")).contains("loss 0.500 \u00b7 F1 0.600");
    screenshot("rare-all");
  }

  @Test
  void bothColumnsScrollTogetherAtTheEdgeOfTheWindow() throws IOException {
    server.publish(new DashboardSamples("shop-1", 1, 0.1).nextBinary());
    awaitText("key-name", "shop-1");
    browser.resize(1400, 600);

    awaitTrue(
        """
        const detail = document.getElementById('detail');
        const scrolls = (node) => node.scrollHeight > node.clientHeight + 1
            && getComputedStyle(node).overflowY !== 'visible';
        return scrolls(detail) && detail.getBoundingClientRect().right === innerWidth
            && ![...document.querySelectorAll('#model > *')].some(scrolls)
            && document.documentElement.scrollHeight === innerHeight;
        """);
  }

  @Test
  void theSummaryTopicIsShownIfItIsWritten() throws IOException {
    server.publish(record("key-1", 100, "0.9", "0.9", "0.3"));
    server.publish(record("key-2", 100, "0.9", "0.9", "0.3"));
    awaitText("summary-keys", "2");

    server.publish(DashboardServerTest.summary("2026-11-25T09:00:00.000Z", 70_000));

    awaitText("summary-keys", "70,000");
    assertThat(browser.text("worst")).contains("worst-of-all");
    assertThat(browser.text("summary-sub")).contains("from the summary topic");
  }

  @Test
  void deadLettersAreShownByReasonAlsoWhereNoExampleWasLearned() throws IOException {
    awaitText("connection", "waiting for data");
    server.deadLetter(
        DashboardServerTest.deadLetter("examples", DeadLetterReason.MISSING_LABEL, 7), null);

    awaitText("rejected", "1");
    awaitText("first-dead-letters", "reasoncountmissing-label1");
    assertThat(browser.text("first-dead-letters-last"))
        .isEqualTo("last missing-label, examples [0] offset 7: the value is \"x\"");
    screenshot("dead-letters-first");

    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    server.deadLetter(
        DashboardServerTest.deadLetter("examples", DeadLetterReason.EMPTY_VALUE, 8), null);
    server.deadLetter(
        DashboardServerTest.deadLetter("examples", DeadLetterReason.EMPTY_VALUE, 9), null);
    awaitText("key-name", "shop-1");
    awaitText("dead-letters", "reasoncountempty-value2missing-label1");
    awaitText("rejected", "3");
    assertThat(browser.text("dead-letters-last")).contains("offset 9").doesNotContain("offset 8");
    screenshot("dead-letters-of-a-key");
    press("all-keys");
    awaitText("all-dead-letters", "reasoncountempty-value2missing-label1");
    screenshot("dead-letters-all");
  }

  @Test
  void driftsAndResetsAreMarkedOnTheLines() throws IOException {
    for (int i = 1; i <= 50; i++) {
      server.publish(record("shop-1", i * 100L, "0.9", "0.9", "0.3"));
    }
    awaitText("examples", "5,000");
    assertThat(markedPixels("--warn")).isZero();

    server.publish(event("shop-1", 2_500, "\"event\":\"drift\",\"detector\":\"ddm\""));
    server.publish(event("shop-1", 1_000, "\"event\":\"reset\",\"reason\":\"grown\""));

    awaitTrue("return document.getElementById('marks-legend').children.length === 2");
    assertThat(browser.text("marks-legend")).contains("drift", "reset");
    assertThat(browser.text("events")).contains("drift: ddm2,500", "reset: grown1,000");
    assertThat(markedPixels("--warn")).as("the drift's diamond").isGreaterThan(20);
    assertThat(markedPixels("--bad")).as("the reset's square").isGreaterThan(20);
    screenshot("marks");
  }

  /** Pixels of a colour of the style sheet on the first chart. */
  private int markedPixels(String colour) throws IOException {
    return browser
        .script(
            """
            const probe = document.body.appendChild(document.createElement('i'));
            probe.style.color = 'var(%s)';
            const [r, g, b] = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
            probe.remove();
            const canvas = document.querySelector('#charts canvas');
            const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            let count = 0;
            for (let i = 0; i < data.length; i += 4) {
              if (data[i + 3] > 180 && Math.abs(data[i] - r) < 6 && Math.abs(data[i + 1] - g) < 6
                  && Math.abs(data[i + 2] - b) < 6) count++;
            }
            return count;
            """
                .formatted(colour))
        .asInt();
  }

  @Test
  void tenThousandKeysAreScrolledSearchedAndSortedWithAFewRows() throws IOException {
    for (int i = 0; i < 10_000; i++) {
      server.publish(record("sensor-" + i, 200 + i, "0.9", "0.9", "0." + (10_000 + i)));
    }
    awaitText("key-count", "10,000");
    awaitFirstRow("sensor-9999");
    awaitTrue("return document.getElementById('key-list').offsetHeight === 10000 * 52");
    assertThat(rows()).isLessThan(80);

    browser.script("document.querySelector('#key-list button[tabindex=\"0\"]').focus()");
    browser.press("End");
    awaitFocus("sensor-0");
    browser.press("ArrowUp");
    awaitFocus("sensor-1");
    assertThat(rows()).isLessThan(80);
    assertThat(
            browser
                .script("return document.activeElement.parentNode.getAttribute('aria-posinset')")
                .asText())
        .isEqualTo("9999");
    browser.press("Home");
    awaitFocus("sensor-9999");

    browser.script(
        "const sort = document.getElementById('sort'); sort.value = 'name';"
            + "sort.dispatchEvent(new Event('change'))");
    awaitFirstRow("sensor-0");
    screenshot("ten-thousand-keys");

    browser.press("/");
    for (String letter : "SENSOR-1234".split("")) {
      browser.press(letter);
    }
    awaitRows(1);
    awaitFirstRow("sensor-1234");
    awaitText("key-list-count", "1 match");
    browser.press("Escape");
    awaitText("key-list-count", "");
    awaitFirstRow("sensor-0");
  }

  private int rows() throws IOException {
    return browser.script("return document.querySelectorAll('#key-list li').length").asInt();
  }

  private void awaitFocus(String title) {
    awaitTrue("return document.activeElement.title === '" + title + "'");
  }

  @Test
  void everythingIsReachedByKeyboardAndShowsThatItIs() throws IOException {
    for (int i = 0; i < 3; i++) {
      server.publish(record("key-" + i, 200, "0.9", "0.9", "0." + (9 - i)));
    }
    awaitRows(3);
    awaitText("summary-keys", "3"); // until somebody chooses, several keys are shown together
    browser.press("j");
    awaitText("key-name", "key-0");
    browser.press("j");
    awaitText("key-name", "key-1");
    browser.press("k");
    awaitText("key-name", "key-0");
    awaitText("examples", "200");

    browser.script("document.activeElement.blur()");
    Set<String> reached = new LinkedHashSet<>();
    for (int i = 0; i < 40; i++) {
      browser.press("Tab");
      JsonNode focused =
          browser.script(
              """
              const at = document.activeElement, style = getComputedStyle(at);
              return [at.id || at.getAttribute('aria-label') || at.value || at.className,
                at === document.body || (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)];
              """);
      assertThat(focused.get(1).asBoolean()).as("outline of %s", focused.get(0)).isTrue();
      reached.add(focused.get(0).asText());
    }
    assertThat(reached)
        .contains("search", "sort", "all-keys", "theme", "help-button", "time", "latest")
        .anyMatch(name -> name.startsWith("key-0, loss 0.900"))
        .anyMatch(name -> name.startsWith("Accuracy: model 0.900, no change 0.900"))
        .contains("Confusion matrix", "Classes");

    browser.press("?");
    assertThat(browser.script("return document.getElementById('help').open").asBoolean()).isTrue();
    screenshot("help");
    browser.press("Escape");
    awaitTrue("return !document.getElementById('help').open");
    press("shortcuts");
    browser.press("a");
    assertThat(isHidden("model")).as("letters turned off").isFalse();
    press("shortcuts");
    browser.press("a");
    assertThat(isHidden("model")).isTrue();
  }

  @Test
  void aChartIsReadPointByPoint() throws IOException {
    for (int i = 1; i <= 5; i++) {
      server.publish(record("shop-1", i * 100L, "0." + i, "0.9", "0.3"));
    }
    awaitText("examples", "500");
    browser.script("document.querySelector('#charts .plot').focus()");
    browser.press("ArrowLeft");
    browser.press("ArrowLeft");
    awaitTrue("return document.querySelector('#charts .legend b').textContent === '0.400'");
    browser.press("Home");
    awaitTrue("return document.querySelector('#charts .legend b').textContent === '0.100'");
    browser.press("Tab");
    awaitTrue("return document.querySelector('#charts .legend b').textContent === '0.500'");
  }

  @Test
  void theThemeIsChosenAndKept() throws IOException {
    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    awaitText("window-accuracy", "0.500");
    assertThat(theme()).isEqualTo("light");
    press("theme");
    assertThat(theme()).isEqualTo("dark");
    browser.open(server.address());
    awaitText("window-accuracy", "0.500");
    assertThat(theme()).isEqualTo("dark");
    press("theme");
    browser.media("prefers-color-scheme", "dark");
    awaitTrue("return document.documentElement.dataset.theme === 'dark'");
  }

  private String theme() throws IOException {
    return browser.script("return document.documentElement.dataset.theme").asText();
  }

  @Test
  void nothingMovesForThoseWhoWantThat() throws IOException {
    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    awaitRows(1);
    String moving =
        "return [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
            + " return parseFloat(s.transitionDuration) > 0 || s.animationName !== 'none'"
            + " }).length";
    browser.media("prefers-reduced-motion", "no-preference");
    assertThat(browser.script(moving).asInt()).isPositive();
    browser.media("prefers-reduced-motion", "reduce");
    assertThat(browser.script(moving).asInt()).isZero();
  }

  @Test
  void saysThatNoBrokerAnswers() throws IOException {
    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    awaitText("connection", "live");

    server.trouble("No broker answers at kafka:9092; waiting for it.");

    awaitText("connection", "no broker");
    awaitText("trouble", "No broker answers at kafka:9092; waiting for it.");
    assertThat(browser.script("return document.title").asText())
        .isEqualTo("(!) fraud \u00b7 Millrace");
    DashboardContrast.assertLegible(browser);
    screenshot("no-broker");
    server.trouble("");
    awaitText("connection", "live");
    assertThat(isHidden("trouble")).isTrue();
  }

  @Test
  void saysThatTheConnectionIsLostAndComesBack() throws IOException {
    serverWentAway = true;
    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    awaitText("window-accuracy", "0.500");
    URI address = server.address();

    server.close();
    awaitText("connection", "connection lost, retrying");
    screenshot("lost");
    server = newServer(address.getPort());
    server.publish(record("shop-2", 400, "0.6", "0.6", "0.6"));
    server.note("replay finished");
    server.start();

    awaitText("connection", "live");
    awaitText("key-name", "shop-2");
    awaitText("window-accuracy", "0.600");
    awaitText("note", "replay finished");
    aheadNanos.set(Duration.ofMinutes(5).toNanos());
    await()
        .atMost(Patience.MAX)
        .until(() -> browser.text("connection").equals("last metrics 5 min ago"));
    assertThat(browser.text("spoken")).isEqualTo("last metrics");
    assertThat(browser.script("return document.title").asText()).startsWith("fraud");
    screenshot("silent");

    server.lag(3L);

    awaitText("connection", "no new metrics for 5 min");
    assertThat(browser.script("return document.title").asText()).startsWith("(!) fraud");
    assertThat(List.of("0", "\u2013")).contains(browser.text("rate"));
  }
}
