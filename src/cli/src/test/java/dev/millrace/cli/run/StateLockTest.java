package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.console.OutputFile;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLockTest {
  @TempDir private Path dir;

  @Test
  void anUnusableStateDirectoryIsReportedWithTheCause() throws IOException {
    Path file = Files.writeString(dir.resolve("state"), "");

    assertThatThrownBy(() -> StateLock.acquire(file, "shops"))
        .isInstanceOf(CliError.class)
        .hasMessage("--state-dir %1$s cannot be used: %1$s is a file".formatted(file));
    assertThatThrownBy(() -> StateLock.acquire(file.resolve("shops"), "shops"))
        .hasMessageEndingWith("Not a directory");
    // What root, as whom tests may run, never sees.
    assertThat(OutputFile.obstacle(new AccessDeniedException("state/.lock")))
        .isEqualTo("this user may not write to state/.lock");
    assertThat(OutputFile.obstacle(new NoSuchFileException("/proc/state")))
        .isEqualTo("/proc/state does not exist");
  }

  @Test
  void aNewStateDirectoryIsForItsOwnerAlone() throws IOException {
    Path state = dir.resolve("state/shops");

    StateLock.acquire(state, "shops").close();

    assertThat(Files.getPosixFilePermissions(state))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
  }

  @Test
  void anUnwritableFileIsReportedInTheSameWords() {
    assertThat(OutputFile.failure(Path.of("a"), new AccessDeniedException("a")))
        .hasMessage("a cannot be written: this user may not write to a");
    assertThatThrownBy(() -> OutputFile.write(dir, new byte[1]))
        .hasMessage(dir + " cannot be written: Is a directory");
  }
}
