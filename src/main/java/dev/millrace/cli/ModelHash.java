package dev.millrace.cli;

import dev.millrace.data.OutputRecord;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** One SHA-256 over the bytes of all models, in the order of their keys. Not thread-safe. */
final class ModelHash {
  private final Map<String, byte[]> models = new TreeMap<>();

  /** Takes a model's snapshot, or a tombstone; the last one of a key counts. */
  void accept(OutputRecord snapshot) {
    String key = new String(snapshot.key(), StandardCharsets.UTF_8);
    if (snapshot.value() == null) {
      models.remove(key);
    } else {
      models.put(key, snapshot.value());
    }
  }

  String hex() {
    MessageDigest sha256;
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
    models.forEach(
        (key, bytes) -> {
          sha256.update(key.getBytes(StandardCharsets.UTF_8));
          sha256.update((byte) 0);
          sha256.update(bytes);
        });
    return HexFormat.of().formatHex(sha256.digest());
  }
}
