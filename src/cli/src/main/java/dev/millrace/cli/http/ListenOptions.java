package dev.millrace.cli.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Options of the commands that listen for HTTP requests: address and token. */
public final class ListenOptions {
  private static final int MIN_LENGTH = 16;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on (default: ${DEFAULT-VALUE}, this machine only).")
  private String host;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:MILLRACE_TOKEN}",
      description =
          "Token that requests must bear; required if other machines reach the address. Set it as"
              + " MILLRACE_TOKEN in the environment, since all users see command lines.")
  private @Nullable String token;

  @Spec(Target.MIXEE)
  private CommandSpec command;

  public String host() {
    return host;
  }

  /**
   * Returns the token that requests must carry; one that admits all requests if none was given.
   *
   * @throws ParameterException if the address is not loopback and there is no token, or a short one
   */
  public HttpToken token() {
    if (token != null && token.length() < MIN_LENGTH) {
      throw wrong(
          "--token must have at least "
              + MIN_LENGTH
              + " characters. Create one with: openssl rand -hex 16");
    }
    if (token == null && !isLoopback()) {
      throw wrong(
          "--host %s is reachable from other machines and requires a token: --token, or MILLRACE_TOKEN"
              .formatted(host));
    }
    return new HttpToken(token);
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw wrong("--host " + host + " is an unknown address");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(command.commandLine(), message);
  }
}
