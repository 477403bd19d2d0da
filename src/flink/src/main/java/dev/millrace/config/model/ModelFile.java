package dev.millrace.config.model;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.yaml.NamedFile;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.onnx.OnnxException;
import dev.millrace.onnx.OnnxImport;
import dev.millrace.prequential.key.ModelSnapshot;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads model files that users name. */
public final class ModelFile {
  // The bytes, the decoded model and the job graph are in memory at the same time.
  private static final int SHARE_OF_HEAP = 4;

  private ModelFile() {}

  /**
   * Returns all bytes of a file.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws IOException if the file cannot be used; the message has the reason and the remedy
   */
  public static byte[] read(Path file) throws IOException {
    long maxBytes =
        Math.min(Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP, Integer.MAX_VALUE - 8);
    return read(file, (int) maxBytes);
  }

  static byte[] read(Path file, int maxBytes) throws IOException {
    return NamedFile.read(
        file,
        maxBytes,
        ", which is a quarter of the heap. Is it a model? For a larger one, give the JVM more with"
            + " -Xmx");
  }

  /** Returns true if a file can be read and is a model, as Millrace stores it or in ONNX. */
  public static boolean isModel(String name) {
    try {
      byte[] bytes = read(Path.of(name));
      return isStored(bytes) || isOnnx(bytes);
    } catch (InvalidPathException | IOException e) {
      return false;
    }
  }

  private static boolean isStored(byte[] bytes) {
    try {
      ModelSnapshot.decode(null, null, "", bytes);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isOnnx(byte[] bytes) {
    try {
      OnnxImport.decode(bytes);
      return true;
    } catch (OnnxException e) {
      return false;
    }
  }

  /**
   * Returns the bytes of the file that an option names, null if it names none. If the file cannot
   * be read, adds an error and returns null.
   *
   * @param baseDir directory that the name is relative to
   */
  static byte @Nullable [] readNamed(OptionReader options, Option<String> from, Path baseDir) {
    String name = options.given(from);
    if (name == null) {
      return null;
    }
    try {
      return read(baseDir.resolve(name));
    } catch (NoSuchFileException e) {
      options.reject(
          from,
          "is not a file: %s does not exist. Paths are relative to this file".formatted(name));
    } catch (InvalidPathException e) {
      options.reject(from, "cannot be a file name: " + YamlNode.Scalar.quote(name));
    } catch (IOException e) {
      options.reject(from, "cannot start from %s: %s".formatted(name, e.getMessage()));
    }
    return null;
  }
}
