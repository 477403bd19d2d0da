package dev.millrace.cli;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The pages of the docs, typed from top to bottom as a stranger would, each with a new broker;
 * those with stories are in {@link DocumentedStoriesITCase}, which runs at the same time.
 */
class DocumentedCommandsITCase {
  private static final Path STORIES = Path.of("docs", "stories");
  private static final Path README = Path.of("README.md");
  private static final List<String> PROGRAMS = List.of("python3", "curl");

  @TempDir private Path dir;

  static Stream<Path> pages() throws IOException {
    return findPages(false);
  }

  static Stream<Path> findPages(boolean areStories) throws IOException {
    return DocumentedCommand.all().stream()
        .filter(command -> CommandElsewhere.of(command).isEmpty())
        .map(DocumentedCommand::page)
        .filter(page -> isStory(page) == areStories)
        .distinct();
  }

  private static boolean isStory(Path page) {
    return page.startsWith(STORIES) || page.equals(README);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void thePagePrintsTheRealOutput(Path page) throws Exception {
    play(page, dir);
  }

  static void play(Path page, Path dir) throws Exception {
    for (String program : PROGRAMS) {
      if (Files.readString(page).contains("\n" + program + " ")) {
        Programs.require(program, program);
      }
    }
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        Story story = new Story(page, dir, kafka.bootstrapServers())) {
      story.play();
    }
  }
}
