package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import org.apache.avro.util.Utf8;

/** Reads model keys, each distinct one into one String. Not thread-safe. */
final class KeyReader {
  private final int maxBytes;
  private final TextCache texts = new TextCache();

  KeyReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The model key in a Kafka record's key. */
  String read(byte[] recordKey) throws RefusedException {
    if (recordKey == null) {
      throw new RefusedException(DeadLetterReason.MISSING_KEY, "the record key is null");
    }
    return read(recordKey, recordKey.length);
  }

  /** The model key in a field. */
  String read(Utf8 text) throws RefusedException {
    return read(text.getBytes(), text.getByteLength());
  }

  private String read(byte[] bytes, int length) throws RefusedException {
    requireLength(length);
    String key = texts.get(bytes, length);
    if (key == null) {
      throw new RefusedException(DeadLetterReason.INVALID_KEY, "the model key is not UTF-8");
    }
    return key;
  }

  private void requireLength(int length) throws RefusedException {
    if (length == 0) {
      throw new RefusedException(DeadLetterReason.MISSING_KEY, "the model key is empty");
    }
    if (length > maxBytes) {
      throw new RefusedException(
          DeadLetterReason.INVALID_KEY,
          "the model key has " + length + " bytes; limits.key-bytes is " + maxBytes);
    }
  }
}
