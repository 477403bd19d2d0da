package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Monitoring;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links between the project's pages lead somewhere, and every page can be reached. */
class DocumentationLinksTest {
  private static final Path ROOT = Path.of("").toAbsolutePath();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("^#{1,6} (.*)$");

  private final Map<Path, Set<String>> anchors = new HashMap<>();

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
      Stream.concat(top, docs).filter(p -> p.toString().endsWith(".md")).forEach(pages::add);
    }
    return pages;
  }

  /** The text without code, in which brackets are no links. */
  private static String prose(Path page) throws IOException {
    return Files.readString(page).replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "code");
  }

  private static List<String> links(Path page) throws IOException {
    List<String> links = new ArrayList<>();
    Matcher matcher = LINK.matcher(prose(page));
    while (matcher.find()) {
      if (!matcher.group(1).matches("(https?|mailto):.*")) {
        links.add(matcher.group(1));
      }
    }
    return links;
  }

  private static Path target(Path page, String link) {
    String file = link.replaceFirst("#.*", "");
    return file.isEmpty() ? page : page.resolveSibling(file).normalize();
  }

  /** The anchors that GitHub makes of headings. */
  private Set<String> anchors(Path page) throws IOException {
    Set<String> known = anchors.get(page);
    if (known == null) {
      known = new HashSet<>();
      for (String line : Files.readString(page).replaceAll("(?s)```.*?```", "").split("\n")) {
        Matcher heading = HEADING.matcher(line);
        if (heading.find()) {
          known.add(
              heading
                  .group(1)
                  .strip()
                  .toLowerCase(Locale.ROOT)
                  .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
                  .replace(' ', '-'));
        }
      }
      anchors.put(page, known);
    }
    return known;
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (String link : links(page)) {
        if (!leadsSomewhere(page, link)) {
          broken.add(ROOT.relativize(page) + ": " + link);
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  @Test
  void everyAlertNamesAPageAndAHeading() throws IOException {
    List<String> links = Monitoring.alertDocs();

    assertThat(links).hasSameSizeAs(Monitoring.alerts()).allMatch(link -> link.contains("#"));
    for (String link : links) {
      assertThat(leadsSomewhere(ROOT.resolve("README.md"), link)).as(link).isTrue();
    }
  }

  private boolean leadsSomewhere(Path page, String link) throws IOException {
    Path target = target(page, link);
    String anchor = link.contains("#") ? link.replaceFirst("[^#]*#", "") : "";
    return Files.exists(target)
        && (anchor.isEmpty()
            || !target.toString().endsWith(".md")
            || anchors(target).contains(anchor));
  }

  @Test
  void everyPageCanBeReachedFromTheIndex() throws IOException {
    Set<Path> linked = new HashSet<>();
    Path index = ROOT.resolve("docs/README.md");
    for (String link : links(index)) {
      linked.add(target(index, link));
    }
    List<Path> pages = pages();
    pages.removeIf(page -> !page.startsWith(ROOT.resolve("docs")) || page.equals(index));

    assertThat(linked).containsAll(pages);
  }
}
