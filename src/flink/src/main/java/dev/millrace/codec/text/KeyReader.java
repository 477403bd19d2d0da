package dev.millrace.codec.text;

import dev.millrace.data.DeadLetterReason;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Reads model keys, with one String for equal keys. Not thread-safe. */
public final class KeyReader {
  private final int maxBytes;
  private final TextCache texts;

  public KeyReader(int maxBytes) {
    this(maxBytes, new TextCache());
  }

  public KeyReader(int maxBytes, TextCache texts) {
    this.maxBytes = maxBytes;
    this.texts = texts;
  }

  /** Returns the texts of keys, which labels share: there is a reader of them for each schema. */
  public TextCache texts() {
    return texts;
  }

  /** Returns the model key in a Kafka record's key. */
  public String read(byte @Nullable [] recordKey) throws RejectedException {
    if (recordKey == null) {
      throw new RejectedException(DeadLetterReason.MISSING_KEY, "the record key is null");
    }
    return read(recordKey, recordKey.length);
  }

  /** Returns the model key in a field. */
  public String read(Utf8 text) throws RejectedException {
    return read(text.getBytes(), text.getByteLength());
  }

  private String read(byte[] bytes, int length) throws RejectedException {
    requireLength(length);
    String key = texts.get(bytes, length);
    if (key == null) {
      throw new RejectedException(DeadLetterReason.INVALID_KEY, "the model key is not UTF-8");
    }
    return key;
  }

  private void requireLength(int length) throws RejectedException {
    if (length == 0) {
      throw new RejectedException(DeadLetterReason.MISSING_KEY, "the model key is empty");
    }
    if (length > maxBytes) {
      throw new RejectedException(
          DeadLetterReason.INVALID_KEY,
          "the model key has " + length + " bytes; limits.key-bytes is " + maxBytes);
    }
  }
}
