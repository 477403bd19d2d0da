package dev.millrace.cli.console;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What a {@link LiveScreen} shows. Not thread-safe. */
public interface LiveView {
  /** Takes in a record. */
  void accept(JsonNode record);

  /** What is to be seen now, in at most so many lines. */
  List<String> lines(Terminal.Size size);
}
