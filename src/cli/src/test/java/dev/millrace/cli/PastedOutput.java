package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.GeneratedPage;
import dev.millrace.testing.PastedLine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Output that a page shows, compared line by line with what a command printed: the same lines in
 * the same order, but for what a clock or a machine decides. A line of "..." or "…" stands for
 * lines left out, and "…" within a line for a part of it. Figures may have fewer digits than
 * printed ({@link PastedLine}).
 *
 * <p>With {@code -Dmillrace.docs.write=true} the page is rewritten with what was printed: the first
 * line, and the last after each "...", become the printed lines that begin with the same words, and
 * the lines next to them their neighbours.
 */
final class PastedOutput {
  private static final Pattern LEFT_OUT = Pattern.compile("\\s*(\\.\\.\\.|…)\\s*");
  // Seconds, rates and ports.
  private static final Pattern BY_CHANCE =
      Pattern.compile("\\bin [\\d.,]+ (s|ms)\\b|[\\d.,]+ (records|rows)/s|127\\.0\\.0\\.1:\\d+");
  private static final Pattern FIGURE = Pattern.compile("[0-9a-f]{12}…|[-\\d][\\d.,]*");

  private static final Pattern LAST_COLUMN = Pattern.compile(" +\\S+$");

  private final Path page;
  private final int firstLine;
  private final List<String> pasted;
  private final boolean ratesLast;

  /**
   * Creates the output that a page shows from one of its lines on.
   *
   * @param firstLine number of the first line of {@code pasted} in the page, from 1
   * @param ratesLast whether the last column of the lines is a rate
   */
  private PastedOutput(Path page, int firstLine, List<String> pasted, boolean ratesLast) {
    this.ratesLast = ratesLast;
    this.page = page;
    this.firstLine = firstLine;
    this.pasted = List.copyOf(pasted);
  }

  static PastedOutput of(PageBlock block) {
    return new PastedOutput(block.page(), block.line(), block.lines(), false);
  }

  /** Returns the same of a table whose last column is a rate. */
  PastedOutput withRates() {
    return new PastedOutput(page, firstLine, pasted, true);
  }

  /** Returns the same without the lines up to the first that is left out. */
  PastedOutput afterGap() {
    int gap = 0;
    while (!isGap(pasted.get(gap))) {
      gap++;
    }
    return new PastedOutput(
        page, firstLine + gap + 1, pasted.subList(gap + 1, pasted.size()), ratesLast);
  }

  /** Requires that the lines were printed, or rewrites the page. */
  void requireIn(String printed) throws IOException {
    List<String> lines = printed.lines().filter(line -> !line.isBlank()).toList();
    if (GeneratedPage.isWritten()) {
      write(lines);
      return;
    }
    int from = 0;
    for (int i = 0; i < pasted.size(); i++) {
      String line = pasted.get(i);
      if (line.isBlank() || isGap(line)) {
        continue;
      }
      int at = from;
      while (at < lines.size() && !isShown(line, lines.get(at))) {
        at++;
      }
      assertThat(at)
          .as(
              "%s:%d shows \"%s\", but what was printed is the following; rewrite it with"
                  + " -Dmillrace.docs.write=true:%n%s",
              page, firstLine + i, line, printed)
          .isLessThan(lines.size());
      from = ratesLast ? 0 : at + 1; // reports of several keys come in any order
    }
  }

  private void write(List<String> printed) throws IOException {
    List<String> text = new ArrayList<>(Files.readAllLines(page));
    List<Integer> shown = new ArrayList<>();
    boolean first = true;
    for (int i = 0; i <= pasted.size(); i++) {
      if (i == pasted.size() || isGap(pasted.get(i))) {
        write(shown, first, printed, text);
        first = false;
        shown.clear();
      } else if (!pasted.get(i).isBlank()) {
        shown.add(i);
      }
    }
    Files.write(page, text);
  }

  /**
   * Writes lines between gaps: the first ones from their first line on, others up to their last.
   */
  private void write(List<Integer> shown, boolean first, List<String> printed, List<String> text) {
    for (int s = 0; s < shown.size(); s++) {
      int known = ratesLast ? s : first ? 0 : shown.size() - 1;
      int at = printed.indexOf(like(pasted.get(shown.get(known)), printed)) + s - known;
      String now = printed.get(at);
      String before = pasted.get(shown.get(s));
      if (!isShown(before, now)) {
        text.set(firstLine - 1 + shown.get(s), new PastedLine(before).rewrite(now));
      }
    }
  }

  /** Requires that the lines are the one record that was printed, or rewrites its figures. */
  void requireRecord(String printed) throws IOException {
    String text = String.join("\n", pasted);
    PastedLine record = new PastedLine(text);
    if (GeneratedPage.isWritten()) {
      String now = record.rewrite(printed.strip());
      Files.writeString(page, Files.readString(page).replace(text, now));
      return;
    }
    assertThat(printed)
        .as("%s:%d; rewrite it with -Dmillrace.docs.write=true", page, firstLine)
        .satisfies(now -> assertThat(record.shows(now)).isTrue());
  }

  /** Returns the printed line that a pasted one was once. */
  private String like(String line, List<String> printed) {
    List<Predicate<String>> tries =
        List.of(
            other -> isShown(line, other),
            other -> words(other, 2).equals(words(line, 2)),
            other -> firstWord(other).equals(firstWord(line)),
            other -> shape(other).equals(shape(line)));
    for (Predicate<String> same : tries) {
      List<String> found = printed.stream().filter(same).distinct().toList();
      if (found.size() == 1) {
        return found.get(0);
      }
    }
    throw new AssertionError(
        "%s shows \"%s\", and no printed line is like it. Paste it by hand from:%n%s"
            .formatted(page, line, String.join("\n", printed)));
  }

  private boolean isShown(String line, String printed) {
    return new PastedLine(masked(line)).shows(masked(printed));
  }

  private static boolean isGap(String line) {
    return LEFT_OUT.matcher(line).matches();
  }

  private String masked(String line) {
    String masked = BY_CHANCE.matcher(line).replaceAll("#").strip();
    return ratesLast ? LAST_COLUMN.matcher(masked).replaceAll("") : masked;
  }

  private String shape(String line) {
    return FIGURE.matcher(masked(line)).replaceAll("#");
  }

  private static String firstWord(String line) {
    return words(line, 1);
  }

  private static String words(String line, int count) {
    String[] words = line.strip().split(" +");
    return String.join(" ", List.of(words).subList(0, Math.min(count, words.length)));
  }
}
