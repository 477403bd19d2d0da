package dev.millrace.cli.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Ports of commands that listen. */
public final class Ports {
  /** Default address: reachable from this machine only. */
  public static final String HOST = "127.0.0.1";

  private static final int FIRST_FREE = 10_000;
  // Linux gives ports from 32768 on to outgoing connections, other systems from 49152 on.
  private static final int FIRST_OUTGOING = 32_768;
  private static final int MAX_TRIES = 1000;

  private Ports() {}

  /** Checks the range of {@code --port}. */
  public static void require(CommandSpec spec, int port) {
    require(spec, "--port", port);
  }

  /** Checks the range of an option that names a port. */
  public static void require(CommandSpec spec, String option, int port) {
    if (port < 0 || port > 65535) {
      throw new ParameterException(
          spec.commandLine(),
          option + " must be between 0 (any free port) and 65535, but was " + port);
    }
  }

  /**
   * Listens on {@code 127.0.0.1:port}; 0 means any free port.
   *
   * @throws CliError if the port cannot be used
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

  /** Returns one of {@link #free(int)}. */
  public static int free() {
    return free(1).get(0);
  }

  /**
   * Returns free ports for processes that listen a while later. They are below those that operating
   * systems give to outgoing connections, so that no connection takes one before its process
   * listens, and no retrying client connects to itself.
   */
  public static List<Integer> free(int count) {
    List<ServerSocketChannel> channels = new ArrayList<>();
    try {
      for (int tries = 0; channels.size() < count; tries++) {
        addIfFree(channels, tries);
      }
      return channels.stream().map(channel -> channel.socket().getLocalPort()).toList();
    } finally {
      channels.forEach(Ports::close);
    }
  }

  private static void addIfFree(List<ServerSocketChannel> channels, int tries) {
    int port = ThreadLocalRandom.current().nextInt(FIRST_FREE, FIRST_OUTGOING);
    try {
      channels.add(bind(port));
    } catch (CliError taken) {
      if (tries == MAX_TRIES) {
        throw taken;
      }
    }
  }

  private static void close(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the error of an address on which a command cannot listen. */
  public static CliError unusable(String host, int port, IOException e) {
    if (isUnknown(host)) {
      return CliError.usage("--host %s is an unknown address.".formatted(host));
    }
    return e instanceof BindException && isElsewhere(host)
        ? CliError.usage("--host %s is not an address of this machine.".formatted(host))
        : new CliError(
            "Port %d on %s cannot be used: %s. Choose another one; 0 is any free port."
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
      return false; // unknown
    }
  }
}
