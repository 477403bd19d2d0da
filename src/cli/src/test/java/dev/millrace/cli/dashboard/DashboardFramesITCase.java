package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * What the browser does while all keys learn on and the list is scrolled. What it changes at once
 * is compared; how long the frames took is a figure of the machine, kept in
 * target/screenshots/frames.txt.
 */
class DashboardFramesITCase extends DashboardPage {
  // Publishing to very many keys takes seconds each time, in which the page draws often.
  private static final int ROUNDS_OF_FEW = 20;
  private static final int ROUNDS_OF_MANY = 8;

  /**
   * From here on: milliseconds from one frame to the next and of long tasks, and how many changes
   * of the page come together, which a late frame does not make more.
   */
  private static final String WATCH =
      """
      const frames = window.frameLog = { millis: [], changes: [], tasks: [] };
      new MutationObserver((list) => frames.changes.push(list.length))
        .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      new PerformanceObserver((list) => list.getEntries().forEach((task) => frames.tasks.push(task.duration)))
        .observe({ type: 'longtask' });
      const box = document.getElementById('key-scroll');
      let last = performance.now();
      requestAnimationFrame(function next(now) {
        frames.millis.push(now - last);
        last = now;
        box.scrollTop = box.scrollTop + box.clientHeight < box.scrollHeight ? box.scrollTop + 25 : 0;
        requestAnimationFrame(next);
      });
      """;

  /** Frames of a page: milliseconds from one to the next, and the most changes at once. */
  private record Frames(int keys, double[] millis, int maxChanges, double[] tasks) {
    Frames {
      Arrays.sort(millis);
      Arrays.sort(tasks);
    }

    @Override
    public String toString() {
      return "%,d keys: %d frames, median %.1f ms, p99 %.1f ms, longest %.1f ms; tasks above 50 ms: %d, longest %.0f ms; most changes at once: %d%n"
          .formatted(
              keys,
              millis.length,
              millis[millis.length / 2],
              millis[millis.length * 99 / 100],
              millis[millis.length - 1],
              tasks.length,
              tasks.length == 0 ? 0 : tasks[tasks.length - 1],
              maxChanges);
    }
  }

  @Test
  void tenThousandKeysThatLearnOnChangeNoMoreAtOnceThanAHundred() throws IOException {
    Frames few = framesOf(100, 0, ROUNDS_OF_FEW);
    browser.open(server.address());
    Frames many = framesOf(10_000, ROUNDS_OF_FEW, ROUNDS_OF_MANY);

    Files.createDirectories(SCREENSHOTS);
    Files.writeString(SCREENSHOTS.resolve("frames.txt"), few.toString() + many);
    assertThat(many.maxChanges).as("%s%s", few, many).isBetween(1, 2 * few.maxChanges);
  }

  private Frames framesOf(int keys, int roundsBefore, int rounds) throws IOException {
    learn(keys, roundsBefore + 1);
    awaitTrue("return document.querySelectorAll('#key-list li').length > 20");
    browser.script(WATCH);

    for (int round = 2; round <= rounds; round++) {
      learn(keys, roundsBefore + round);
    }

    JsonNode log = browser.script("return window.frameLog");
    return new Frames(
        keys,
        numbers(log.path("millis")),
        (int) Arrays.stream(numbers(log.path("changes"))).max().orElseThrow(),
        numbers(log.path("tasks")));
  }

  /** Every key learns 100 examples more, and the page says so. */
  private void learn(int keys, int round) {
    for (int key = 0; key < keys; key++) {
      server.publish(
          record(
              "key-" + key,
              100L * round,
              "0.9",
              "0.9",
              "0." + (10_000 + (key * 7 + round) % keys)));
    }
    awaitText("total-examples", String.format(Locale.ROOT, "%,d", 100L * round * keys));
  }

  private static double[] numbers(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
