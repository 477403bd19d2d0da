package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.nn.Workspace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs that fuzzing of the state begins with are state, else it would not get far. */
class StateCorpusTest {
  private static final Path CORPUS = Path.of("src/test/resources/fuzz/state");

  private static List<Path> states() throws IOException {
    try (Stream<Path> files = Files.list(CORPUS)) {
      return files.filter(file -> specOf(file) != null).sorted().toList();
    }
  }

  private static TrainSpec specOf(Path file) {
    return StateFuzz.SPECS.get(nameOf(file)[0]);
  }

  /** Such as auto and classes.bin. */
  private static String[] nameOf(Path file) {
    return file.getFileName().toString().split("-", 2);
  }

  @ParameterizedTest
  @MethodSource("states")
  void whatIsNamedAfterAKindOfStateIsReadAsSuch(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    TrainSpec spec = specOf(file);

    if (nameOf(file)[1].equals("model.bin")) {
      ModelSnapshot model = ModelSnapshot.decode("p", "c", "k", bytes);
      assertThat(model.model(spec.model(), new Workspace()).examples()).isPositive();
    } else {
      PrequentialModel model = TrainState.frozen(bytes).resume(spec, new Workspace());
      assertThat(model.examples()).isPositive();
    }
  }
}
