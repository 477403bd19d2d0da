package dev.millrace.codec.text;

import dev.millrace.data.Example;
import dev.millrace.data.IdHash;
import org.apache.avro.util.Utf8;

/** Reads the group of an example as the hash of its text. Not thread-safe. */
public final class GroupReader {
  private final IdHash hash;

  /**
   * @param field name of the field
   */
  public GroupReader(String field) {
    hash = new IdHash(field);
  }

  /** Sets the group; an empty text is none. */
  public void read(Utf8 text, Example into) {
    int length = text.getByteLength();
    if (length > 0) {
      long group = hash.of(text.getBytes(), length);
      into.group = group == 0 ? 1 : group; // 0 is none
    }
  }
}
