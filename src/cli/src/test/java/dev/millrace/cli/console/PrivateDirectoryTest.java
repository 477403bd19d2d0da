package dev.millrace.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
  @TempDir private Path dir;

  @Test
  void newDirectoriesAreForTheirOwnerAloneAndOldOnesStayAsTheyAre() throws IOException {
    Path old = Files.createDirectory(dir.resolve("old"));
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));

    PrivateDirectory.create(old.resolve("state/shops"));

    assertThat(permissions(old)).isEqualTo("rwxr-xr-x");
    assertThat(permissions(old.resolve("state"))).isEqualTo("rwx------");
    assertThat(permissions(old.resolve("state/shops"))).isEqualTo("rwx------");
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
