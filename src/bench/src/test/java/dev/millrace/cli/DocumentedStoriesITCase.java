package dev.millrace.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README and the stories as {@link DocumentedCommandsITCase} types the other pages. */
class DocumentedStoriesITCase {
  @TempDir private Path dir;

  static Stream<Path> pages() throws IOException {
    return DocumentedCommandsITCase.findPages(true);
  }

  @ParameterizedTest
  @MethodSource("pages")
  void thePagePrintsTheRealOutput(Path page) throws Exception {
    DocumentedCommandsITCase.play(page, dir);
  }
}
