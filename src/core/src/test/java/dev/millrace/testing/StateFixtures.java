package dev.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Stored state of one kind as each format version wrote it, in {@code state/KIND/vVERSION}: {@code
 * NAME.bin}, and in {@code NAME.sha256} what must come of it when it goes on.
 *
 * <p>Files are kept as they were written. With {@code -Dmillrace.fixtures.write=true} the tests
 * that read them make those of a format version that has none yet.
 */
public final class StateFixtures {

  // Tests run in the root of the project, those of mutants in the module.
  private static final Path OF_MODULE = Path.of("src/test/resources/state");
  private static final Path STATE =
      Files.isDirectory(OF_MODULE) ? OF_MODULE : Path.of("src/core").resolve(OF_MODULE);
  private static final String BYTES = ".bin";
  private static final String HASH = ".sha256";

  /** Bytes of one version, and the hash of what they end in. */
  public record Fixture(int version, String name, byte[] bytes, String hash) {
    @Override
    public String toString() {
      return name + " of version " + version;
    }
  }

  private final Path folder;

  /**
   * @param kind the folder's name
   */
  public StateFixtures(String kind) {
    folder = STATE.resolve(kind);
  }

  /** Whether new files are asked for. */
  public static boolean writing() {
    return Boolean.getBoolean("millrace.fixtures.write");
  }

  /** All there are, by version and name. */
  public List<Fixture> all() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(BYTES))
          .sorted()
          .map(StateFixtures::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Fixture read(Path file) {
    String name = file.getFileName().toString().replace(BYTES, "");
    int version = Integer.parseInt(file.getParent().getFileName().toString().substring(1));
    try {
      String hash = Files.readString(file.resolveSibling(name + HASH)).strip();
      return new Fixture(version, name, Files.readAllBytes(file), hash);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes the files of a version.
   *
   * @throws IllegalStateException if the version has files
   */
  public void write(int version, List<Fixture> fixtures) {
    Path target = folder.resolve("v" + version);
    if (Files.exists(target)) {
      throw new IllegalStateException(
          target + " exists. State of a released format is never written anew: raise VERSION");
    }
    try {
      Files.createDirectories(target);
      for (Fixture fixture : fixtures) {
        Files.write(target.resolve(fixture.name() + BYTES), fixture.bytes());
        Files.writeString(target.resolve(fixture.name() + HASH), fixture.hash() + "\n");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SHA-256 in hex. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
