package dev.millrace.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the commands that listen on a port share. */
final class Ports {
  private Ports() {}

  /** Refuses a {@code --port} that no machine has. */
  static void require(CommandSpec spec, int port) {
    if (port < 0 || port > 65535) {
      throw new ParameterException(
          spec.commandLine(),
          "--port must be between 0 (any free port) and 65535, but was " + port);
    }
  }
}
