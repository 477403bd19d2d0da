package dev.millrace.cli.predictions;

import java.io.IOException;

/** Takes one line, without its end. */
public interface LineWriter {
  void write(String line) throws IOException;
}
