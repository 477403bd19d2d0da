package dev.millrace.cli;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the commands that listen on a port share. */
final class Ports {
  /** Where they listen: what they offer is for this machine alone. */
  static final String HOST = "127.0.0.1";

  private Ports() {}

  /** Refuses a {@code --port} that no machine has. */
  static void require(CommandSpec spec, int port) {
    if (port < 0 || port > 65535) {
      throw new ParameterException(
          spec.commandLine(),
          "--port must be between 0 (any free port) and 65535, but was " + port);
    }
  }

  /**
   * Listens on {@code 127.0.0.1:port}; 0 takes a free port.
   *
   * @throws CliError if the port is taken
   */
  static ServerSocketChannel bind(int port) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (BindException e) {
      throw new CliError(
          "Port " + port + " on " + HOST + " is in use. Choose another: --port N, or 0 for any.",
          e);
    } catch (IOException e) {
      throw new CliError("Cannot listen on " + HOST + ":" + port + ": " + e.getMessage(), e);
    }
  }
}
