package dev.millrace.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Function;

/** Hashes with SHA-256. */
public final class Sha256 {

  private Sha256() {}

  /** Returns a digest without input. */
  public static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns the digest of the bytes, 64 digits in hex. */
  public static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(start().digest(bytes));
  }

  /** Returns the digest of {@link #ofModels(Collection, Function)}, models by model key. */
  public static String ofModels(SortedMap<String, byte[]> models) {
    return ofModels(
        models.keySet(), key -> Objects.requireNonNull(models.get(key), "no null models"));
  }

  /**
   * Returns the digest of all models, 64 digits in hex: of the key in UTF-8, a zero byte and the
   * bytes of each model.
   *
   * @param keys in ascending order
   * @param bytes returns the bytes of a key's model
   */
  public static String ofModels(Collection<String> keys, Function<String, byte[]> bytes) {
    MessageDigest digest = start();
    for (String key : keys) {
      digest.update(key.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      digest.update(bytes.apply(key));
    }
    return HexFormat.of().formatHex(digest.digest());
  }
}
