package dev.millrace.data;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code input.registry} part of a pipeline: where the schemas of records in the Confluent wire
 * format are.
 *
 * @param url of a registry with Confluent's interface, without a slash at the end
 * @param basic user and password with a colon between them; null for none
 * @param bearer token; null for none
 * @param cached max number of schemas in the cache
 */
@PublicApi
public record RegistrySpec(
    String url, @Nullable Secret basic, @Nullable Secret bearer, Tls tls, Timing timing, int cached)
    implements Serializable {

  /** Returns true if the user's password or token crosses the network in clear text. */
  public boolean exposesLogin() {
    return (basic != null || bearer != null) && url.regionMatches(true, 0, "http:", 0, 5);
  }

  /** Returns the secrets that the pipeline names. */
  public List<Secret> secrets() {
    return Stream.of(basic, bearer, tls.truststorePassword(), tls.keystorePassword())
        .filter(Objects::nonNull)
        .toList();
  }

  /**
   * Certificates of the registry and its client; null for the JVM's own authorities and for no
   * client certificate.
   *
   * @param truststore file of trusted certificates, PEM, PKCS #12 or JKS
   * @param keystore file of the client's key and certificate, PKCS #12 or JKS
   */
  public record Tls(
      @Nullable String truststore,
      @Nullable Secret truststorePassword,
      @Nullable String keystore,
      @Nullable Secret keystorePassword)
      implements Serializable {
    public static final Tls DEFAULT = new Tls(null, null, null, null);
  }

  /**
   * Times in milliseconds.
   *
   * @param connect timeout of a connection
   * @param answer timeout of a response
   * @param retry backoff before the first retry; doubled each time
   * @param maxRetry max backoff
   * @param unknown time for which it is cached that a schema does not exist
   */
  public record Timing(long connect, long answer, long retry, long maxRetry, long unknown)
      implements Serializable {}
}
