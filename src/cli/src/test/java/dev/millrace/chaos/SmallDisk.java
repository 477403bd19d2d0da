package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of a few megabytes, mounted in memory, that can be filled to the last byte. */
final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 4_096;

  private final Path root;

  private SmallDisk(Path root) {
    this.root = root;
  }

  /** Mounts one, or skips the test where the user may not. */
  static SmallDisk mount(Path root, int megabytes) throws IOException, InterruptedException {
    Files.createDirectories(root);
    int exitCode =
        run(List.of("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", "" + root));
    assumeTrue(exitCode == 0, "needs the right to mount a file system, as root has it on Linux");
    return new SmallDisk(root);
  }

  Path root() {
    return root;
  }

  /** Fills it; what is there already can neither grow nor get company. */
  void fill() throws IOException {
    byte[] block = new byte[BLOCK];
    try (OutputStream out = Files.newOutputStream(ballast())) {
      while (true) {
        out.write(block);
      }
    } catch (IOException full) {
      assertThat(Files.getFileStore(root).getUsableSpace()).isLessThan(BLOCK);
    }
  }

  /** Makes room again. */
  void free() throws IOException {
    Files.deleteIfExists(ballast());
  }

  private Path ballast() {
    return root.resolve("ballast");
  }

  @Override
  public void close() throws IOException, InterruptedException {
    run(List.of("umount", "-l", root.toString()));
  }

  private static int run(List<String> command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
