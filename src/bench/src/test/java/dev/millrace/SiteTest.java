package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Maven;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The site of the docs, built by {@code .ci/site}, which fails at any warning of mkdocs. */
class SiteTest {
  private static final Pattern LOADED =
      Pattern.compile("<(?:script|img|iframe|link)[^>]* (?:src|href)=\"?(https?:[^\" >]+)");
  private static final Pattern ENTRY = Pattern.compile("(?m)^- \\[.*]\\((.*)\\): .+$");

  @TempDir private static Path sites;

  private static String version;
  private static Path site;

  @BeforeAll
  static void build() throws Exception {
    Programs.require("bash", "bash");
    Programs.require("mkdocs", "mkdocs-material");
    version = Maven.version();
    Files.createDirectory(sites.resolve("0.0.9"));
    Process process =
        new ProcessBuilder("bash", ".ci/site", sites.toString()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    site = sites.resolve(version);
  }

  @Test
  void theFolderListsAllVersionsAndLeadsToTheNewest() throws IOException {
    assertThat(sites.resolve("versions.json"))
        .hasContent(
            "[{\"version\": \"%s\", \"title\": \"%s\", \"aliases\": []},"
                    .formatted(version, version)
                + "{\"version\": \"0.0.9\", \"title\": \"0.0.9\", \"aliases\": []}]");
    assertThat(sites.resolve("index.html")).content().contains("url=" + version + "/");
  }

  @Test
  void everyPageIsInTheListForProgramsAsMarkdown() throws IOException {
    List<String> listed = found(ENTRY, site.resolve("llms.txt"));
    List<String> pages = new ArrayList<>(List.of("asyncapi.yaml", "openapi.yaml"));
    for (Path page : files(".html")) {
      pages.add(site.relativize(page).toString().replace(".html", ".md"));
    }
    pages.removeAll(List.of("index.md", "404.md"));

    assertThat(listed).containsExactlyInAnyOrderElementsOf(pages);
    assertThat(listed).allMatch(page -> Files.exists(site.resolve(page)));
    assertThat(site.resolve("stories/fraud.md")).content().contains("(../late-labels.md");
  }

  @Test
  void linksToOtherFilesLeadToThoseOfTheTag() throws IOException {
    Pattern link = Pattern.compile("/(?:blob|tree)/v" + Pattern.quote(version) + "/([^\"#]+)");
    List<String> linked = new ArrayList<>();
    for (Path page : files(".html")) {
      linked.addAll(found(link, page));
    }

    assertThat(linked).contains("flink-conf/config.yaml", "LICENSE");
    assertThat(linked).allMatch(file -> Files.exists(Path.of(file)));
  }

  @Test
  void noPageLoadsAnythingFromAnotherHost() throws IOException {
    for (Path page : files(".html")) {
      assertThat(found(LOADED, page)).as("%s", page).isEmpty();
    }
  }

  private static List<Path> files(String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(site)) {
      return files.filter(file -> file.toString().endsWith(suffix)).toList();
    }
  }

  private static List<String> found(Pattern pattern, Path file) throws IOException {
    List<String> found = new ArrayList<>();
    for (MatchResult match : pattern.matcher(Files.readString(file)).results().toList()) {
      found.add(match.group(1));
    }
    return found;
  }
}
