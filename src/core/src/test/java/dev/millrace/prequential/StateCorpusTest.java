package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.nn.Workspace;
import dev.millrace.prequential.key.ModelSnapshot;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.StateFixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The inputs that fuzzing of the state begins with are state, else it would not get far. */
class StateCorpusTest {
  private static final Path CORPUS = Path.of("src/cli/src/test/resources/fuzz/state");

  /** Writes the inputs again after a change of the format. */
  @BeforeAll
  static void writeInputs() throws IOException {
    if (!StateFixtures.writing()) {
      return;
    }
    for (Map.Entry<String, TrainSpec> kind : StateFuzz.SPECS.entrySet()) {
      for (Path file : states()) {
        if (nameOf(file)[0].equals(kind.getKey())) {
          Files.write(file, input(kind.getValue(), nameOf(file)[1]));
        }
      }
    }
  }

  private static byte[] input(TrainSpec spec, String name) throws IOException {
    if (name.equals("numbers.bin")) {
      return bytes(state(spec, Chunks.numbers("k", 12, 3)));
    }
    TrainState classes = state(spec, Chunks.classes("k", 12, 3));
    return name.equals("model.bin") ? classes.modelBytes() : bytes(classes);
  }

  private static TrainState state(TrainSpec spec, List<Example> examples) throws IOException {
    Chunk chunk = Chunks.of(examples);
    TrainState state = Learning.begin(spec, chunk);
    Learning.learn(state, spec, chunk, 0, chunk.size());
    return state;
  }

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
  void filesAreReadAsTheKindOfStateInTheirName(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    TrainSpec spec = specOf(file);

    if (nameOf(file)[1].equals("model.bin")) {
      ModelSnapshot model = ModelSnapshot.decode("p", "c", "k", bytes);
      assertThat(model.model(spec.model(), new Workspace()).examples()).isPositive();
    } else {
      PrequentialModel model = TrainState.serialized(bytes).resume(spec, new Workspace());
      assertThat(model.counters.examples).isPositive();
    }
  }
}
