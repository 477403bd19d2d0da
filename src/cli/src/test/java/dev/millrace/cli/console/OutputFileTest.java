package dev.millrace.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir private Path dir;
  private Path file;

  @BeforeEach
  void formerFile() throws IOException {
    file = Files.writeString(dir.resolve("model.onnx"), "former");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aReaderOfTheFormerFileReadsAllOfIt() throws IOException {
    try (InputStream former = Files.newInputStream(file)) {
      OutputFile.write(file, bytes("new"));

      assertThat(former.readAllBytes()).isEqualTo(bytes("former"));
    }
    assertThat(file).hasContent("new");
    assertThat(dir).isDirectoryContaining(file::equals).isDirectoryNotContaining(this::isOther);
  }

  @Test
  void theFormerFileStaysIfTheNewOneCannotBeWritten() throws IOException {
    Files.createDirectories(OutputFile.unfinished(file).resolve("in the way"));

    assertThatThrownBy(() -> OutputFile.write(file, bytes("new")))
        .isInstanceOf(CliError.class)
        .hasMessageContaining("model.onnx cannot be written");

    assertThat(file).hasContent("former");
  }

  @Test
  void writesAFileThatDoesNotExist() {
    Path first = dir.resolve("first.onnx");

    OutputFile.write(first, bytes("new"));

    assertThat(first).hasContent("new");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void keepsThePermissionsOfTheFormerFile() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));

    OutputFile.write(file, bytes("new"));

    assertThat(Files.getPosixFilePermissions(file))
        .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void writesTheFileThatALinkNames() throws IOException {
    Path link = Files.createSymbolicLink(dir.resolve("newest"), file.getFileName());

    OutputFile.write(link, bytes("new"));

    assertThat(link).isSymbolicLink();
    assertThat(file).hasContent("new");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void writesDevicesInPlace() {
    Path full = Path.of("/dev/full");
    assumeThat(full).exists();

    assertThatThrownBy(() -> OutputFile.write(full, bytes("new")))
        .hasMessage("/dev/full cannot be written: No space left on device");
    assertThat(full).exists();
  }

  private boolean isOther(Path path) {
    return !path.equals(file);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
