package dev.millrace.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Content of a {@link LiveScreen}. Not thread-safe. */
public interface LiveView {
  /** Adds a record. */
  void accept(JsonNode record);

  /** Returns the current lines, which fit the size. */
  List<String> lines(Terminal.Size size);
}
