package dev.millrace.codec.fields;

import dev.millrace.codec.text.RejectedException;
import dev.millrace.data.Example;
import java.io.IOException;

/** Reads one kind of record value into an example: label, features, weight, event time, key. */
public interface ExampleReader {

  /**
   * Reads a value.
   *
   * @param from index of the first byte after the framing
   * @throws RejectedException if the record is well-formed but not valid
   * @throws IOException if the record is malformed; runtime exceptions of parsers mean the same
   */
  void read(byte[] value, int from, Example into) throws RejectedException, IOException;
}
