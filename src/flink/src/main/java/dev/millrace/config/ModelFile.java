package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.NamedFile;
import dev.millrace.config.yaml.YamlNode;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file with a model that someone has named. */
public final class ModelFile {
  // The bytes, what is decoded of them and what the job is sent are there at once.
  private static final int SHARE_OF_HEAP = 4;

  private ModelFile() {}

  /**
   * All bytes of a file.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if it cannot be used: the message says what is wrong with "it", and what to
   *     do
   */
  public static byte[] read(Path file) throws IOException {
    long most = Math.min(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, Integer.MAX_VALUE - 8);
    return read(file, (int) most);
  }

  static byte[] read(Path file, int most) throws IOException {
    return NamedFile.read(
        file,
        most,
        ", which is a quarter of the heap. Is it a model? For a larger one, give the JVM more with"
            + " -Xmx");
  }

  /**
   * The bytes of the file that an option of a pipeline names, or null where they cannot be had:
   * then the option is refused.
   *
   * @param baseDir folder that the name is relative to, or null for the working directory
   */
  static byte[] readNamed(OptionReader options, Option<String> from, Path baseDir) {
    String name = options.given(from);
    try {
      return read(baseDir == null ? Path.of(name) : baseDir.resolve(name));
    } catch (NoSuchFileException e) {
      options.refuse(
          from, "names no file: %s does not exist. Paths start at this file".formatted(name));
    } catch (InvalidPathException e) {
      options.refuse(from, "cannot be the name of a file: " + YamlNode.Scalar.quote(name));
    } catch (IOException e) {
      options.refuse(from, "cannot start from %s: %s".formatted(name, e.getMessage()));
    }
    return null;
  }
}
