package dev.millrace.config.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.cli.Cli;
import dev.millrace.config.PipelineFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that are named where a model is wanted. */
class ModelFileTest {
  @TempDir private Path dir;

  @Test
  void aFileIsReadUpToALimitThatTheErrorNames() throws IOException {
    byte[] bytes = {1, 2, 3};
    Path file = Files.write(dir.resolve("model"), bytes);

    assertThat(ModelFile.read(file, 3)).isEqualTo(bytes);
    assertThat(ModelFile.read(file)).isEqualTo(bytes);
    assertThatThrownBy(() -> ModelFile.read(file, 2))
        .hasMessageStartingWith("it has more than 2 bytes, which is a quarter of the heap. Is it a")
        .hasMessageEndingWith("-Xmx");
  }

  @Test
  void aFileWithoutContentAndAFolderAreRejected() throws IOException {
    Path empty = Files.createFile(dir.resolve("empty"));

    assertThatThrownBy(() -> ModelFile.read(empty)).hasMessage("it is empty. Create it again");
    assertThatThrownBy(() -> ModelFile.read(dir))
        .hasMessage("it is a directory. Name a file in it");
    assertThatThrownBy(() -> ModelFile.read(dir.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFileOfOthersIsRejected() throws IOException {
    Path file = Files.write(dir.resolve("model"), new byte[1]);
    Files.setPosixFilePermissions(file, Set.of());
    assumeThat(Files.isReadable(file)).as("a user that may read everything").isFalse();

    assertThatThrownBy(() -> ModelFile.read(file))
        .hasMessage("access is denied. Check its permissions");
  }

  @Test
  @Timeout(20)
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void rejectsPipesAndDevices() throws Exception {
    Path pipe = dir.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    for (Path endless : new Path[] {pipe, Path.of("/dev/zero")}) {
      assertThatThrownBy(() -> ModelFile.read(endless))
          .hasMessage("it is a pipe or a device. Name a file");
    }
  }

  @ParameterizedTest
  @EnabledOnOs({OS.LINUX, OS.MAC})
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          auto: { warm-start: { file: /dev/zero } }    | auto.warm-start.file cannot start from /dev/zero: it is a pipe or a d
          auto: { warm-start: { file: . } }            | auto.warm-start.file cannot start from .: it is a directory. Name a file
          model: { warm-start: { file: /dev/zero } }   | model.warm-start.file cannot start from /dev/zero: it is a pipe or a
          model: { warm-start: { file: . } }           | model.warm-start.file cannot start from .: it is a directory. Name a fil
          model: { warm-start: { file: none.onnx } }   | model.warm-start.file is not a file: none.onnx does not exist. Paths are
          model: { warm-start: { file: "a\\0.onnx" } } | model.warm-start.file cannot be a file name: "a .onnx"
          """)
  void optionsThatNameNoModelAreRejectedInOneLine(String model, String message) {
    String yaml =
        "pipeline: p\nkafka: { bootstrap.servers: localhost:9092 }\ninput: { label: y }\n" + model;

    assertThatThrownBy(() -> PipelineFile.parse("p.yaml", yaml, dir))
        .hasMessageContaining("p.yaml:4  " + message)
        .hasMessageContaining("1 error.");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void predictReadsNoDeviceAndNoFolder() throws IOException {
    Path input = Files.writeString(dir.resolve("rows.csv"), "x,y\n1,2\n");
    Path pipeline =
        Files.writeString(
            dir.resolve("p.yaml"),
            "pipeline: p\nkafka: { bootstrap.servers: localhost:9092 }\ninput: { label: y }\n");

    assertThat(predict(pipeline, input, "/dev/zero"))
        .isEqualTo("--model /dev/zero cannot be used: it is a pipe or a device. Name a file.\n");
    assertThat(predict(pipeline, input, dir.toString()))
        .isEqualTo("--model " + dir + " cannot be used: it is a directory. Name a file in it.\n");
  }

  private static String predict(Path pipeline, Path input, String model) {
    Cli run = Cli.run("predict", "-c", pipeline + "", "--input", input + "", "--model", model);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.out()).isEmpty();
    return run.err();
  }
}
