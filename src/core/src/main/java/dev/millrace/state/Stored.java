package dev.millrace.state;

import dev.millrace.data.PublicApi;
import java.io.DataOutput;
import java.io.IOException;

/** What writes its state. */
@PublicApi
public interface Stored {

  /** Writes the complete state. */
  void write(DataOutput out) throws IOException;
}
