package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.testing.Patience;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A browser that serves all cases of a class. */
abstract class BrowserPage {
  static final Path SCREENSHOTS = Path.of("target", "screenshots");

  @TempDir static Path directory;
  static DashboardBrowser browser;

  @BeforeAll
  static void startBrowser() throws IOException {
    assumeTrue(
        DashboardBrowser.isInstalled(),
        "skipped: needs /usr/bin/chromium and /usr/bin/chromedriver (Debian: chromium-driver)");
    browser = new DashboardBrowser(directory);
  }

  @AfterAll
  static void closeBrowser() throws IOException {
    if (browser != null) {
      browser.close();
      browser = null;
    }
  }

  /** Opens a page in a window of its usual size, with nothing on the console before it. */
  static void open(URI page) throws IOException {
    browser.resize(1400, 900);
    browser.consoleMessages("SEVERE");
    browser.requests();
    browser.open(page);
  }

  static void screenshot(String name) throws IOException {
    // Two animation frames, so that the charts have taken on a new size.
    browser.script(
        "return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    browser.screenshot(SCREENSHOTS.resolve(name + ".png"));
  }

  static void awaitText(String id, String expected) {
    await()
        .atMost(Patience.MAX)
        .untilAsserted(() -> assertThat(browser.text(id)).as(id).isEqualTo(expected));
  }

  static void awaitTrue(String script) {
    await().atMost(Patience.MAX).until(() -> browser.script(script).asBoolean());
  }
}
