package dev.millrace.cli.http;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What every HTTP server of the project does alike. */
public final class HttpSafety {
  /** Within which a request must have come. */
  public static final String SECONDS_PER_REQUEST = "20";

  /** Connections that a server has at most. */
  static final int CONNECTIONS = 1_000;

  private HttpSafety() {}

  /**
   * Limits what clients can hold on to; the JDK's server reads this once, before the first is made.
   */
  public static void limitRequests() {
    // Without the first a small answer waits 40 ms for the client's acknowledgement; without the
    // others a client could hold a thread for ever, or all sockets.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    System.setProperty("sun.net.httpserver.maxReqTime", SECONDS_PER_REQUEST);
    System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS));
  }

  /**
   * Headers with which a page may load from this server and from nowhere else, and no other site
   * may read it.
   */
  public static void secure(Headers headers) {
    headers.set(
        "Content-Security-Policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none';"
            + " frame-ancestors 'none'");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("X-Frame-Options", "DENY");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cache-Control", "no-store");
  }

  /**
   * Whether a request is for the server that got it. A page of another site can have its own name
   * resolve to 127.0.0.1 and then read what is served there (DNS rebinding); its requests carry
   * that name, so on loopback only our own are answered.
   */
  public static boolean isAddressedTo(InetSocketAddress server, Headers request) {
    String host = request.getFirst("Host");
    if (host == null || !server.getAddress().isLoopbackAddress()) {
      return true;
    }
    String name = host.replaceFirst(":\\d*$", "");
    return name.equalsIgnoreCase("localhost")
        || name.matches("127(\\.\\d{1,3}){3}")
        || name.equals("[::1]");
  }

  /** Where a client on this machine finds a server, such as {@code http://127.0.0.1:8090}. */
  public static URI address(InetSocketAddress server) {
    InetAddress bound = server.getAddress();
    String host = bound.isAnyLocalAddress() ? "127.0.0.1" : bound.getHostAddress();
    String inUrl = host.contains(":") ? "[" + host + "]" : host;
    return URI.create("http://" + inUrl + ":" + server.getPort());
  }

  /**
   * The parameters of a request.
   *
   * @throws IllegalArgumentException if they are not URL-encoded UTF-8
   */
  public static Map<String, String> query(URI request) {
    Map<String, String> query = new HashMap<>();
    if (request.getRawQuery() != null) {
      for (String pair : request.getRawQuery().split("&")) {
        int equals = pair.indexOf('=');
        String name = equals < 0 ? pair : pair.substring(0, equals);
        String value = equals < 0 ? "" : pair.substring(equals + 1);
        query.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return query;
  }

  /** One short line of printable ASCII, whatever was sent; for logs. */
  public static String printable(Object text) {
    String clean = String.valueOf(text).replaceAll("[^\\x20-\\x7e]", "?");
    return clean.length() > 120 ? clean.substring(0, 120) + "..." : clean;
  }
}
