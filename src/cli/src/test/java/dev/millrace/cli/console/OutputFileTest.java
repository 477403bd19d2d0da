package dev.millrace.cli.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
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
    Path other = Files.writeString(dir.resolve("other.part"), "other");

    assertThatThrownBy(() -> OutputFile.replace(file, other, bytes("new")))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(file).hasContent("former");
    assertThat(other).hasContent("other");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void doesNotWriteToTheFileOfALinkInTheWay() throws IOException {
    Path other = Files.writeString(dir.resolve("other"), "other");
    Path link = Files.createSymbolicLink(dir.resolve("link.part"), other);

    assertThatThrownBy(() -> OutputFile.replace(file, link, bytes("new")))
        .isInstanceOf(FileAlreadyExistsException.class);

    assertThat(link).isSymbolicLink();
    assertThat(other).hasContent("other");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void writesAFileInPlaceThatCannotBeRenamed() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).isDirectory().isWritable();
    assumeThat(Files.getFileStore(memory)).isNotEqualTo(Files.getFileStore(dir));
    Path elsewhere = memory.resolve(UUID.randomUUID() + ".part");

    OutputFile.replace(file, elsewhere, bytes("new"));

    assertThat(file).hasContent("new");
    assertThat(elsewhere).doesNotExist();
  }

  @Test
  void leavesNoPartOfAFileThatCannotBeWritten() {
    Path part = dir.resolve("new.part");

    assertThatThrownBy(() -> OutputFile.replace(dir, part, bytes("new")))
        .isInstanceOf(IOException.class);

    assertThat(part).doesNotExist();
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
