package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.http.HttpToken;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A page that a browser has open. Each case has a server of its own, in this process. After each of
 * them the console must be empty and every request must have stayed here.
 */
abstract class DashboardPage extends BrowserPage {
  /** What the server's clock is ahead of the machine's. */
  final AtomicLong aheadNanos = new AtomicLong();

  DashboardServer server;
  boolean serverWentAway;

  @BeforeEach
  void openPage() throws IOException {
    server = newServer(0);
    server.start();
    browser.media("prefers-color-scheme", "light");
    open(server.address());
  }

  @AfterEach
  void leavePage() throws IOException {
    try {
      if (!serverWentAway) {
        assertThat(browser.consoleMessages("SEVERE")).isEmpty();
      }
      assertThat(browser.requests())
          .isNotEmpty()
          .allMatch(uri -> "127.0.0.1".equals(uri.getHost()), "stays on 127.0.0.1");
      browser.open(URI.create("about:blank"));
    } finally {
      server.close();
    }
  }

  DashboardServer newServer(int port) throws IOException {
    return new DashboardServer(
        "127.0.0.1", port, HttpToken.NONE, () -> System.nanoTime() + aheadNanos.get());
  }

  static List<DashboardSamples> shops() {
    List<DashboardSamples> shops = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      shops.add(new DashboardSamples("shop-" + (i + 11), 100 + i, 0.03 + 0.012 * i));
    }
    return shops;
  }

  static String record(String key, long seq, String accuracy, String f1, String loss) {
    return DashboardServerTest.record(key, seq, accuracy, f1, loss);
  }

  /** A record with more fields. */
  static String with(String record, String fields) {
    return record.substring(0, record.length() - 1) + "," + fields + "}";
  }

  /** A line of the events topic; {@code what} is its other fields. */
  static String event(String key, long seq, String what) {
    return DashboardServerTest.event(key, seq, what);
  }

  /** Clicks a button with an id. */
  void press(String id) throws IOException {
    browser.script("document.getElementById('" + id + "').click()");
  }

  /** Clicks the button of a value in a group of them. */
  void press(String group, String value) throws IOException {
    browser.script(
        "document.querySelector('#" + group + " button[value=\"" + value + "\"]').click()");
  }

  boolean isHidden(String id) throws IOException {
    return browser.script("return document.getElementById('" + id + "').hidden").asBoolean();
  }

  List<String> chartTitles(String container) throws IOException {
    List<String> titles = new ArrayList<>();
    for (JsonNode title :
        browser.script(
            "return [...document.querySelectorAll('#"
                + container
                + " .chart h3')].map(title => title.firstChild.textContent)")) {
      titles.add(title.asText());
    }
    return titles;
  }

  void awaitCharts(String container, String... titles) {
    await()
        .atMost(Patience.MAX)
        .untilAsserted(() -> assertThat(chartTitles(container)).containsExactly(titles));
  }

  void awaitFirstRow(String key) {
    await()
        .atMost(Patience.MAX)
        .untilAsserted(
            () ->
                assertThat(
                        browser
                            .script("return document.querySelector('.key-text')?.textContent ?? ''")
                            .asText())
                    .isEqualTo(key));
  }

  void awaitRows(int count) {
    awaitTrue("return document.querySelectorAll('#key-list button').length === " + count);
  }

  /** Goes to a key as a link does; null is all of them. */
  void openKey(String key) throws IOException {
    String hash =
        key == null
            ? "all"
            : "key=" + URLEncoder.encode(key, StandardCharsets.UTF_8).replace("+", "%20");
    browser.script("location.hash = '" + hash + "'");
    if (key != null) {
      awaitText("key-name", key);
    }
  }

  void assertNothingWiderThanThePage() throws IOException {
    String overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assertThat(browser.script(overflow).asInt()).isLessThanOrEqualTo(0);
  }
}
