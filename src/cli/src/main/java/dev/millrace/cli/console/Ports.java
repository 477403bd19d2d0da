package dev.millrace.cli.console;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What the commands that listen on a port share. */
public final class Ports {
  /** Where they listen: what they offer is for this machine alone. */
  public static final String HOST = "127.0.0.1";

  private Ports() {}

  /** Refuses a {@code --port} that no machine has. */
  public static void require(CommandSpec spec, int port) {
    if (port < 0 || port > 65535) {
      throw new ParameterException(
          spec.commandLine(),
          "--port must be between 0 (any free port) and 65535, but was " + port);
    }
  }

  /**
   * Listens on {@code 127.0.0.1:port}; 0 takes a free port.
   *
   * @throws CliError if the port cannot be had
   */
  public static ServerSocketChannel bind(int port) {
    try {
      ServerSocketChannel channel = ServerSocketChannel.open();
      try {
        channel.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
        return channel;
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw unusable(HOST, port, e);
    }
  }

  /** Returns why no command can listen on an address, which {@code --host} has named. */
  public static CliError unusable(String host, int port, IOException e) {
    if (isUnknown(host)) {
      return CliError.usage("--host %s is no address that this machine knows.".formatted(host));
    }
    return e instanceof BindException && isElsewhere(host)
        ? CliError.usage("--host %s is not an address of this machine.".formatted(host))
        : new CliError(
            "Port %d on %s cannot be used: %s. Choose another: --port N, or 0 for any."
                .formatted(port, host, RootCause.message(e)),
            e);
  }

  private static boolean isUnknown(String host) {
    return new InetSocketAddress(host, 0).isUnresolved();
  }

  private static boolean isElsewhere(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return !address.isAnyLocalAddress()
          && !address.isLoopbackAddress()
          && NetworkInterface.getByInetAddress(address) == null;
    } catch (IOException e) {
      return false; // nobody knows
    }
  }
}
