package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.Cli;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The page that {@code evaluate --html} writes, in a real browser without any server. */
class SavedPageITCase extends BrowserPage {
  /** Charts with a line in the colour of the model. */
  private static final String DRAWN =
      """
      const rgb = getComputedStyle(document.documentElement).getPropertyValue('--model-rgb')
          .split(',').map(Number);
      return [...document.querySelectorAll('#charts .chart')].filter((chart) => {
        const canvas = chart.querySelector('canvas');
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let i = 0; i < data.length; i += 4) {
          if (data[i + 3] > 200 && rgb.every((part, c) => Math.abs(data[i + c] - part) < 25)) count++;
        }
        return count > 50;
      }).map((chart) => chart.querySelector('h3').firstChild.textContent).join(', ');
      """;

  @Test
  void oneFileDrawsTheScoresOfEachKeyOverTheRows() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    StringBuilder rows = new StringBuilder("shop,a,b,class\n");
    for (int row = 0; row < 1_200; row++) {
      double a = random.nextDouble();
      String shop = row % 3 == 0 ? "</script>" : row % 3 == 1 ? "hard & fast" : "easy";
      boolean isYes = shop.equals("easy") ? a > 0.5 : random.nextDouble() < (a > 0.5 ? 0.8 : 0.3);
      rows.append(
          "%s,%.3f,%.3f,%s%n".formatted(shop, a, random.nextDouble(), isYes ? "yes" : "no"));
    }

    open(rows.toString(), "--label", "class", "--key", "shop");

    awaitText("connection", "evaluated");
    awaitText("total-examples", "1,200");
    assertThat(browser.text("note")).startsWith("rows.csv, 1,200 examples in ");
    assertThat(browser.text("spread")).startsWith("windowminp10medianp90maxaccuracy");
    assertThat(browser.text("worst")).contains("easy");
    screenshot("saved-all");
    awaitTrue("return document.querySelectorAll('.key-text').length === 3");
    awaitTrue("return document.querySelectorAll('.key-text')[2].textContent === 'easy'");

    browser.script("document.querySelectorAll('#key-list button')[2].click()");

    awaitText("key-name", "easy");
    awaitDrawn("Accuracy, F1, Precision and recall, Loss, Log-loss, AUC");
    assertThat(browser.text("confusion")).contains("no", "yes");
    assertThat(browser.text("classes")).contains("precision", "yes");
    assertThat(browser.text("segments")).contains("window", "since start");
    assertThat(browser.text("compare")).contains("no change", "majority class");
    screenshot("saved-key");
    browser.press("a");
    awaitText("summary-keys", "3");
    browser.script(
        "const sort = document.getElementById('sort'); sort.value = 'name';"
            + "sort.dispatchEvent(new Event('change'))");
    awaitTrue("return document.querySelectorAll('.key-text')[0].textContent === '</script>'");
    browser.script(
        "const search = document.getElementById('search'); search.value = 'FAST';"
            + "search.dispatchEvent(new Event('input'))");
    awaitTrue("return document.querySelectorAll('.key-text').length === 1");
    assertNothingFailedAndNothingWasRequested();
  }

  @Test
  void aSingleModelOfNumbersIsShownAtOnce() throws IOException {
    SplittableRandom random = new SplittableRandom(8);
    StringBuilder rows = new StringBuilder("a,b,price\n");
    for (int row = 0; row < 600; row++) {
      double a = random.nextDouble();
      rows.append(
          "%.3f,%.3f,%.3f%n".formatted(a, random.nextDouble(), 10 * a + random.nextDouble()));
    }

    open(rows.toString(), "--label", "price", "--task", "regression");

    awaitText("key-name", "all");
    awaitDrawn("MAE, RMSE, R\u00b2, Loss");
    assertThat(browser.text("compare")).contains("last value", "mean");
    screenshot("saved-regression");
    assertNothingFailedAndNothingWasRequested();
  }

  private static void open(String rows, String... options) throws IOException {
    Path input = directory.resolve("rows.csv");
    Path page = directory.resolve("page.html");
    Files.writeString(input, rows);
    String[] command = new String[5 + options.length];
    command[0] = "evaluate";
    command[1] = "--input";
    command[2] = input.toString();
    command[3] = "--html";
    command[4] = page.toString();
    System.arraycopy(options, 0, command, 5, options.length);
    Cli run = Cli.run(command);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.err()).contains("Wrote " + page);
    open(page.toUri());
  }

  private static void assertNothingFailedAndNothingWasRequested() throws IOException {
    assertThat(browser.consoleMessages("SEVERE")).isEmpty();
    assertThat(browser.requests()).allMatch(uri -> "file".equals(uri.getScheme()), "no network");
  }

  private static void awaitDrawn(String titles) {
    await()
        .atMost(Patience.MAX)
        .untilAsserted(() -> assertThat(browser.script(DRAWN).asText()).startsWith(titles));
  }
}
