package dev.millrace.codec;

import dev.millrace.data.Example;
import java.io.IOException;

/** Reads one kind of record value into an example: label, features, weight, event time, key. */
interface ExampleReader {

  /**
   * Reads a value.
   *
   * @param from first byte behind the framing
   * @throws RefusedException if the record is well-formed but not usable
   * @throws IOException if the bytes are not such a record; so are the runtime exceptions that
   *     parsers throw on bad bytes
   */
  void read(byte[] value, int from, Example into) throws RefusedException, IOException;
}
