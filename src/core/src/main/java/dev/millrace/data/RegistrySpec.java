package dev.millrace.data;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The {@code input.registry} part of a pipeline: where the schemas of records in the Confluent wire
 * format are.
 *
 * @param url of a registry with Confluent's interface, without a slash at the end
 * @param basic user and password with a colon between them, or null
 * @param bearer token, or null
 * @param cached schemas that are held at most
 */
public record RegistrySpec(
    String url, Secret basic, Secret bearer, Tls tls, Timing timing, int cached)
    implements Serializable {

  /** Returns whether the user's password or token crosses the network in clear text. */
  public boolean exposesLogin() {
    return (basic != null || bearer != null) && url.regionMatches(true, 0, "http:", 0, 5);
  }

  /** The secrets that the pipeline names. */
  public List<Secret> secrets() {
    return Stream.of(basic, bearer, tls.truststorePassword(), tls.keystorePassword())
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * How the registry and its client know each other; null for the JVM's own authorities and for no
   * client certificate.
   *
   * @param truststore file of trusted certificates, PEM, PKCS #12 or JKS
   * @param keystore file of the client's key and certificate, PKCS #12 or JKS
   */
  public record Tls(
      String truststore, Secret truststorePassword, String keystore, Secret keystorePassword)
      implements Serializable {
    public static final Tls DEFAULT = new Tls(null, null, null, null);
  }

  /**
   * Times in milliseconds.
   *
   * @param connect until there is a connection
   * @param answer until the whole answer is there
   * @param retry before a question is repeated the first time; doubled each time
   * @param maxRetry the longest of these
   * @param unknown for which an answer that there is no such schema holds
   */
  public record Timing(long connect, long answer, long retry, long maxRetry, long unknown)
      implements Serializable {}
}
