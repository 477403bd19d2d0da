package dev.millrace.codec.text;

import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/** Reads the id of an example. Not thread-safe. */
public final class IdReader {
  /** Max bytes of an id in UTF-8. */
  static final int MAX_BYTES = 256;

  private final boolean required;

  /**
   * @param required whether delayed labels are joined by the id
   */
  public IdReader(boolean required) {
    this.required = required;
  }

  /**
   * Copies the id.
   *
   * @param text null if there is none
   */
  public void read(@Nullable Utf8 text, Example into) throws RejectedException {
    int length = text == null ? 0 : text.getByteLength();
    if (text == null || length == 0) {
      if (required) {
        throw new RejectedException(DeadLetterReason.MISSING_ID, "the record has no id");
      }
      return;
    }
    if (length > MAX_BYTES) {
      throw new RejectedException(
          DeadLetterReason.INVALID_ID,
          "the id has " + length + " bytes; it may have at most " + MAX_BYTES);
    }
    into.setId(text.getBytes(), length);
  }
}
