package dev.millrace.cli.http;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * Token that requests to an HTTP server must bear: {@code Authorization: Bearer TOKEN}, or the
 * token as the password of any user, for which a browser asks.
 */
public final class HttpToken {
  /** No token: every request is admitted. */
  public static final HttpToken NONE = new HttpToken(null);

  private static final int MIN_LENGTH = 16;

  private final byte @Nullable [] token;

  public HttpToken(@Nullable String token) {
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns true if a request may be answered. */
  public boolean admits(Headers request) {
    return token == null || MessageDigest.isEqual(token, given(request));
  }

  private static byte[] given(Headers request) {
    String authorization = request.getFirst("Authorization");
    String[] parts = authorization == null ? new String[0] : authorization.split(" ", 2);
    if (parts.length < 2) {
      return new byte[0];
    }
    return switch (parts[0].toLowerCase(Locale.ROOT)) {
      case "bearer" -> parts[1].strip().getBytes(StandardCharsets.UTF_8);
      case "basic" -> password(parts[1].strip());
      default -> new byte[0];
    };
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
            "Token that requests must bear; required if other machines reach the address. Set it as"
                + " MILLRACE_TOKEN in the environment, since all users see command lines.")
    private @Nullable String token;

    @Spec(Target.MIXEE)
    private CommandSpec command;

    /**
     * Returns the token for an address to listen on, the value of {@code --host}.
     *
     * @throws ParameterException if the address is not loopback and there is no token, or a short
     *     one
     */
    public HttpToken forAddress(String address) {
      if (token != null && token.length() < MIN_LENGTH) {
        throw wrong(
            "--token must have at least "
                + MIN_LENGTH
                + " characters. Create one with: openssl rand -hex 16");
      }
      if (token == null && !isLoopback(address)) {
        throw wrong(
            "--host %s is reachable from other machines and requires a token: --token, or MILLRACE_TOKEN"
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
