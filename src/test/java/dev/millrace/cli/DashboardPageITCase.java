package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page in a real browser: what it shows, that it changes live, and that it stays at home. */
class DashboardPageITCase {
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");
  private static final int RECORDS = 220;

  @TempDir private Path directory;
  private DashboardServer server;
  private DashboardBrowser browser;

  @BeforeEach
  void openPage() throws IOException {
    assumeTrue(
        DashboardBrowser.isInstalled(),
        "skipped: needs /usr/bin/chromium and /usr/bin/chromedriver (Debian: chromium-driver)");
    server = new DashboardServer("127.0.0.1", 0);
    server.start();
    browser = new DashboardBrowser(directory);
    browser.resize(1400, 900);
    browser.open(server.address());
  }

  @AfterEach
  void closePage() throws IOException {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void saysWhatItWaitsForUntilTheFirstRecordArrives() throws IOException {
    awaitText("connection", "waiting for data");
    assertThat(browser.text("waiting")).contains("Waiting for the first metrics record");
    browser.screenshot(SCREENSHOTS.resolve("waiting.png"));

    server.publish(new DashboardSamples("shop-1", 1, 0.1).nextBinary());

    awaitText("connection", "live");
    awaitText("key-name", "shop-1");
    awaitText("examples", "200");
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void showsTheFiguresOfTheChosenKeyAndChangesThemLive() throws IOException {
    List<DashboardSamples> shops = shops();
    for (int i = 0; i < RECORDS; i++) {
      shops.forEach(shop -> server.publish(shop.nextBinary()));
    }
    awaitText("key-count", "14");
    awaitText("total-examples", "616,000");
    awaitText("examples", "44,000");
    awaitRows(14);
    browser.open(URI.create(server.address() + "/#key=shop-11"));
    awaitText("key-name", "shop-11");
    awaitText("examples", "44,000");
    assertThat(browser.text("connection")).isEqualTo("live");

    server.publish(record("shop-11", 44_200, "0.4321", "0.3210", "9.8765"));

    awaitText("examples", "44,200");
    awaitText("window-accuracy", "0.432");
    awaitText("window-f1", "0.321");
    awaitText("window-loss", "9.88");
    await().untilAsserted(() -> assertThat(firstRow()).as("worst first").isEqualTo("shop-11"));
    assertThat(browser.text("window-accuracy-delta")).isEqualTo("\u22120.468 vs no-change");
    assertThat(browser.text("confusion")).contains("ok", "fraud", "958", "23");
    assertThat(browser.text("config")).isEqualTo("b1946ac9");
    assertThat(browser.text("learning-rate")).isEqualTo("0.005");
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void looksRightInLightAndDarkOnDesktopAndPhone() throws IOException {
    List<DashboardSamples> shops = shops();
    for (int i = 1; i <= RECORDS; i++) {
      shops.forEach(shop -> server.publish(shop.nextBinary()));
      if (i % 10 == 0) { // at the pace of the page, as a live stream is
        awaitText("total-examples", "%,d".formatted(14 * i * DashboardSamples.EVERY));
      }
    }
    awaitText("examples", "44,000");
    awaitRows(14);
    await().until(() -> firstRow().equals("shop-22"));
    for (String scheme : List.of("light", "dark")) {
      browser.colourScheme(scheme);
      browser.resize(1400, 900);
      screenshot("binary-" + scheme + "-1400");
      assertNothingWiderThanThePage();
      browser.resize(390, 844);
      screenshot("binary-" + scheme + "-390");
      assertNothingWiderThanThePage();
    }
    browser.resize(1000, 800);
    screenshot("binary-dark-1000");
    assertNothingWiderThanThePage();
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void showsARegressionAgainstTheLastValue() throws IOException {
    DashboardSamples model = new DashboardSamples("chick", 5, 0.3);
    String last = null;
    for (int i = 0; i < RECORDS; i++) {
      last = model.nextRegression();
      server.publish(last);
    }
    awaitText("examples", "44,000");
    assertThat(browser.text("window-mae")).isNotEqualTo("\u2013");
    assertThat(browser.text("window-r2")).startsWith("0.");
    assertThat(browser.text("window-mae-delta")).endsWith("vs last value");
    assertThat(browser.text("compare")).contains("last value27.", "mean56.", "since start");
    assertThat(
            browser.script("return document.getElementById('confusion-panel').hidden").asBoolean())
        .isTrue();
    screenshot("regression");
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void showsManyClassesAsColours() throws IOException {
    List<String> letters = new ArrayList<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      letters.add(String.valueOf(letter));
    }
    DashboardSamples model = new DashboardSamples("letters", 9, 0.5);
    for (int i = 0; i < 60; i++) {
      server.publish(model.nextClasses("multiclass", letters.toArray(new String[0])));
    }
    awaitText("examples", "12,000");
    String cells = "return document.querySelectorAll('#confusion tbody td').length";
    await().until(() -> browser.script(cells).asInt() == 26 * 26);
    screenshot("multiclass-26");
    assertNothingWiderThanThePage();
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void keysAndClassNamesAreTextHoweverTheyRead() throws IOException {
    String odd = "<img src=x onerror=document.title=1> a/b?c=d&\u00e9 #%";
    server.publish(record(odd, 200, "0.5", "0.5", "0.7").replace("\"ok\"", "\"<b>ok</b>\""));
    server.publish(record("", 200, "0.9", "0.9", "0.1"));
    awaitText("key-name", odd);
    awaitText("window-accuracy", "0.500");
    awaitRows(2);
    assertThat(browser.text("confusion")).contains("<b>ok</b>");
    assertThat(browser.script("return document.querySelectorAll('.board img, .board b b').length"))
        .hasToString("0");

    browser.script("document.querySelectorAll('#key-list button')[1].click()");

    awaitText("key-name", "(empty key)");
    awaitText("window-accuracy", "0.900");
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void keysAreReachedByKeyboard() throws IOException {
    for (int i = 0; i < 3; i++) {
      server.publish(record("key-" + i, 200, "0.9", "0.9", "0." + (9 - i)));
    }
    awaitRows(3);
    awaitText("key-name", "key-0");
    browser.script("document.querySelector('#key-list button[tabindex=\"0\"]').focus()");
    for (String key : List.of("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp")) {
      browser.script(
          "document.activeElement.dispatchEvent("
              + ("new KeyboardEvent('keydown', {key: '" + key + "', bubbles: true}))"));
    }
    assertThat(browser.script("return document.activeElement.title").asText()).isEqualTo("key-1");

    browser.script("document.activeElement.click()");

    awaitText("key-name", "key-1");
    assertThat(browser.script("return location.hash").asText()).isEqualTo("#key=key-1");
  }

  @Test
  void searchFindsOneOfTenThousandKeys() throws IOException {
    for (int i = 0; i < 10_000; i++) {
      server.publish(record("sensor-" + i, 200, "0.9", "0.9", "0." + (10_000 + i)));
    }
    awaitText("key-count", "10,000");
    awaitText("key-list-note", "200 of 10,000 keys shown. Search finds the others.");
    awaitRows(200);

    browser.script(
        "const box = document.getElementById('search'); box.value = 'SENSOR-1234';"
            + "box.dispatchEvent(new Event('input'))");

    awaitRows(1);
    assertThat(firstRow()).isEqualTo("sensor-1234");
    screenshot("search");
    assertCleanConsoleAndNoOutsideRequest();
  }

  @Test
  void saysThatTheConnectionIsLostAndComesBack() throws IOException {
    server.publish(record("shop-1", 200, "0.5", "0.5", "0.7"));
    awaitText("window-accuracy", "0.500");
    URI address = server.address();

    server.close();
    awaitText("connection", "connection lost, retrying");
    browser.screenshot(SCREENSHOTS.resolve("lost.png"));
    server = new DashboardServer("127.0.0.1", address.getPort());
    server.publish(record("shop-2", 400, "0.6", "0.6", "0.6"));
    server.note("replay finished");
    server.start();

    awaitText("connection", "live");
    awaitText("key-name", "shop-2");
    awaitText("window-accuracy", "0.600");
    awaitText("note", "replay finished");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> browser.text("connection").matches("no new data for \\d+ s"));
    browser.screenshot(SCREENSHOTS.resolve("silent.png"));
  }

  private static List<DashboardSamples> shops() {
    List<DashboardSamples> shops = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      shops.add(new DashboardSamples("shop-" + (i + 11), 100 + i, 0.03 + 0.012 * i));
    }
    return shops;
  }

  private static String record(String key, long seq, String accuracy, String f1, String loss) {
    return DashboardServerTest.record(key, seq, accuracy, f1, loss);
  }

  private void screenshot(String name) throws IOException {
    // Two animation frames, so that the charts have taken on a new size.
    browser.script(
        "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
  }

  private String firstRow() throws IOException {
    return browser.script("return document.querySelector('.key-name').textContent").asText();
  }

  private void awaitRows(int count) {
    String rows = "return document.querySelectorAll('#key-list button').length";
    await().atMost(Duration.ofSeconds(20)).until(() -> browser.script(rows).asInt() == count);
  }

  private void awaitText(String id, String expected) {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(() -> assertThat(browser.text(id)).as(id).isEqualTo(expected));
  }

  private void assertNothingWiderThanThePage() throws IOException {
    String overflow =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assertThat(browser.script(overflow).asInt()).isLessThanOrEqualTo(0);
  }

  private void assertCleanConsoleAndNoOutsideRequest() throws IOException {
    assertThat(browser.consoleMessages("SEVERE")).isEmpty();
    assertThat(browser.requests())
        .isNotEmpty()
        .allMatch(uri -> "127.0.0.1".equals(uri.getHost()), "stays on 127.0.0.1");
  }
}
