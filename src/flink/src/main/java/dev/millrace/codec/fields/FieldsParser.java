package dev.millrace.codec.fields;

import dev.millrace.codec.text.ClockTime;
import dev.millrace.codec.text.RejectedException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Turns bytes into fields. */
public interface FieldsParser {
  /** Returns the fields, null if the record deletes a row. */
  @Nullable RecordFields parse(byte[] value, int from) throws IOException, RejectedException;

  /** Returns the declared unit of times at a path, null if there is none. */
  default ClockTime.@Nullable Unit unit(String[] path) {
    return null;
  }
}
