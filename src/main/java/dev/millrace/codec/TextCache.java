package dev.millrace.codec;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.util.Utf8;

/**
 * The Strings of model keys and classes that have come before, so that a record allocates none. Not
 * thread-safe.
 */
final class TextCache {
  private static final long MOST_BYTES = 8L << 20;

  private final Map<Utf8, String> strings = new HashMap<>();
  private long bytesHeld;

  /** The text as a String, or null if the bytes are not UTF-8. */
  String get(Utf8 text) {
    String known = strings.get(text);
    return known != null ? known : decode(text);
  }

  private String decode(Utf8 text) {
    byte[] bytes = java.util.Arrays.copyOf(text.getBytes(), text.getByteLength());
    String decoded;
    try {
      decoded = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return null; // the caller says which field it was
    }
    // An entry costs about a hundred bytes beside its text.
    bytesHeld += 100 + 2L * bytes.length;
    if (bytesHeld > MOST_BYTES) {
      strings.clear();
      bytesHeld = 0;
    }
    strings.put(new Utf8(bytes), decoded);
    return decoded;
  }
}
