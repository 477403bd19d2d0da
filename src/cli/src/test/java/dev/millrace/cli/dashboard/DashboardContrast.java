package dev.millrace.cli.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Contrast of what a page shows, as WCAG 2.2 computes it (1.4.3 and 1.4.11, level AA). */
final class DashboardContrast {
  private static final String SCRIPT =
      """
      const parse = (text) => {
        const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
        return [r, g, b, a];
      };
      const over = ([r, g, b, a], [r2, g2, b2]) =>
        [r * a + r2 * (1 - a), g * a + g2 * (1 - a), b * a + b2 * (1 - a), 1];
      const luminance = (colour) => {
        const [r, g, b] = colour.slice(0, 3).map((c) => c / 255)
          .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ratio = (one, two) => {
        const [low, high] = [luminance(one), luminance(two)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
      };
      const back = (node) => {
        if (node == null) return parse(getComputedStyle(document.body).backgroundColor);
        const colour = parse(getComputedStyle(node).backgroundColor);
        return colour[3] === 1 ? colour : over(colour, back(node.parentElement));
      };
      const resolve = (name) => {
        const probe = document.body.appendChild(document.createElement('i'));
        probe.style.color = 'var(' + name + ')';
        const colour = parse(getComputedStyle(probe).color);
        probe.remove();
        return colour;
      };
      const found = [];
      let texts = 0;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const box = node.getBoundingClientRect();
        const style = getComputedStyle(node);
        if (!walker.currentNode.textContent.trim() || box.width < 2 || style.visibility === 'hidden') continue;
        texts++;
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && +style.fontWeight >= 700);
        const contrast = ratio(over(parse(style.color), back(node)), back(node));
        if (contrast < (large ? 3 : 4.5)) {
          found.push(walker.currentNode.textContent.trim().slice(0, 30) + ' ' + contrast.toFixed(2));
        }
      }
      const panel = resolve('--panel');
      for (const name of ['--text', '--model', '--second', '--baseline', '--warn', '--bad', '--good', '--edge']) {
        const contrast = ratio(resolve(name), panel);
        if (contrast < 3) found.push(name + ' ' + contrast.toFixed(2));
      }
      return { texts, found };
      """;

  private DashboardContrast() {}

  /**
   * Checks every text in sight against what lies under it, and the colours of lines, marks and
   * edges against the panels.
   */
  static void assertLegible(DashboardBrowser browser) throws IOException {
    JsonNode result = browser.script(SCRIPT);
    assertThat(result.path("texts").asInt()).as("texts looked at").isGreaterThan(20);
    List<String> found = new ArrayList<>();
    result.path("found").forEach(one -> found.add(one.asText()));
    assertThat(found).as("too little contrast").isEmpty();
  }
}
