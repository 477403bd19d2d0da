package dev.millrace.cli.http;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Token that requests to an HTTP server must bear: {@code Authorization: Bearer TOKEN}, or the
 * token as the password of any user, for which a browser asks.
 */
public final class HttpToken {
  /** No token: every request is admitted. */
  public static final HttpToken NONE = new HttpToken(null);

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
}
