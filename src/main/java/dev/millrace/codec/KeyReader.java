package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import org.apache.avro.util.Utf8;

/** Reads model keys, each distinct one into one String. Not thread-safe. */
final class KeyReader {
  private final int mostBytes;
  private final TextCache texts = new TextCache();
  private final Utf8 scratch = new Utf8();

  KeyReader(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** The model key in a Kafka record's key. */
  String read(byte[] recordKey) throws RefusedException {
    if (recordKey == null) {
      throw new RefusedException(DeadLetterReason.MISSING_KEY, "the record key is null");
    }
    requireLength(recordKey.length);
    scratch.setByteLength(recordKey.length);
    System.arraycopy(recordKey, 0, scratch.getBytes(), 0, recordKey.length);
    return read(scratch);
  }

  /** The model key in a field. */
  String read(Utf8 text) throws RefusedException {
    requireLength(text.getByteLength());
    String key = texts.get(text);
    if (key == null) {
      throw new RefusedException(DeadLetterReason.INVALID_KEY, "the model key is not UTF-8");
    }
    return key;
  }

  private void requireLength(int length) throws RefusedException {
    if (length == 0) {
      throw new RefusedException(DeadLetterReason.MISSING_KEY, "the model key is empty");
    }
    if (length > mostBytes) {
      throw new RefusedException(
          DeadLetterReason.INVALID_KEY,
          "the model key has " + length + " bytes; limits.key-bytes is " + mostBytes);
    }
  }
}
