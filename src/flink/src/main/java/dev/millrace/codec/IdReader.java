package dev.millrace.codec;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import org.apache.avro.util.Utf8;

/** Reads what names an example. Not thread-safe. */
final class IdReader {
  /** Longest name, UTF-8 bytes. */
  static final int MAX_BYTES = 256;

  private final boolean required;

  /**
   * @param required whether labels come later, and find their features by the name
   */
  IdReader(boolean required) {
    this.required = required;
  }

  /**
   * Takes the name over.
   *
   * @param text null if there is none
   */
  void read(Utf8 text, Example into) throws RefusedException {
    int length = text == null ? 0 : text.getByteLength();
    if (length == 0) {
      if (required) {
        throw new RefusedException(DeadLetterReason.MISSING_ID, "the record has no id");
      }
      return;
    }
    if (length > MAX_BYTES) {
      throw new RefusedException(
          DeadLetterReason.INVALID_ID,
          "the id has " + length + " bytes; it may have at most " + MAX_BYTES);
    }
    into.setId(text.getBytes(), length);
  }
}
