package dev.millrace.cli.http;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * What requests to an HTTP server must bear, if anything: {@code Authorization: Bearer TOKEN}, or
 * the token as the password of any user, for which a browser asks.
 */
public final class HttpToken {
  /** A server that answers everybody. */
  public static final HttpToken NONE = new HttpToken(null);

  private static final int MIN_LENGTH = 16;

  // Null if none is asked for.
  private final byte[] token;

  public HttpToken(String token) {
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
  }

  /** Whether a request may be answered. */
  public boolean admits(Headers request) {
    return token == null || isRight(request.getFirst("Authorization"));
  }

  private boolean isRight(String authorization) {
    if (authorization == null) {
      return false;
    }
    String[] parts = authorization.split(" ", 2);
    if (parts.length < 2) {
      return false;
    }
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "bearer" -> isRight(parts[1].strip().getBytes(StandardCharsets.UTF_8));
      case "basic" -> isRight(password(parts[1].strip()));
      default -> false;
    };
  }

  // In the same time whatever of it is right.
  private boolean isRight(byte[] given) {
    return MessageDigest.isEqual(token, given);
  }

  private static byte[] password(String basic) {
    try {
      String login = new String(Base64.getDecoder().decode(basic), StandardCharsets.UTF_8);
      return login.substring(login.indexOf(':') + 1).getBytes(StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** The option of commands that listen. */
  public static final class Given {
    @Option(
        names = "--token",
        paramLabel = "TOKEN",
        defaultValue = "${env:MILLRACE_TOKEN}",
        description =
            "What requests must bear; needed where others reach the address. Better in the"
                + " environment, as MILLRACE_TOKEN: command lines are seen by all.")
    private String token;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    /**
     * Returns the token for an address to listen on, the value of {@code --host}.
     *
     * @throws ParameterException if others reach it and there is no token, or a weak one
     */
    public HttpToken forAddress(String address) {
      if (token != null && token.length() < MIN_LENGTH) {
        throw wrong(
            "--token must have at least "
                + MIN_LENGTH
                + " characters. Make one with: openssl rand -hex 16");
      }
      if (token == null && !isLoopback(address)) {
        throw wrong(
            "--host %s is reached by others and needs a token: --token, or MILLRACE_TOKEN"
                .formatted(address));
      }
      return new HttpToken(token);
    }

    private boolean isLoopback(String address) {
      try {
        return InetAddress.getByName(address).isLoopbackAddress();
      } catch (UnknownHostException e) {
        throw wrong("--host " + address + " is not an address of this machine");
      }
    }

    private ParameterException wrong(String message) {
      return new ParameterException(command.commandLine(), message);
    }
  }
}
