package dev.millrace.input;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Secret;
import dev.millrace.data.Setting;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code input.registry} part of a pipeline: where the schemas of records in the Confluent wire
 * format are.
 *
 * @param url of a registry with Confluent's interface; slashes at its end are cut
 */
@PublicApi
public record RegistrySpec(
    @Setting(
            example = "url: http://localhost:8081",
            pattern = RegistrySpec.URL,
            in = "http:// or https://, host, port and path, no user and no query",
            hidden = true,
            doc =
                "address of the registry; Apicurio's Confluent interface has the path"
                    + " /apis/ccompat/v7")
        String url,
    @Setting(
            shown = "none",
            in = "USER:PASSWORD",
            name = "basic-auth",
            doc = "user and password, USER:PASSWORD")
        @Nullable Secret basic,
    @Setting(
            shown = "none",
            in = "a token",
            name = "bearer-token",
            doc = "token; read again for each request")
        @Nullable Secret bearer,
    Tls tls,
    Timing timing,
    @Setting(
            value = "1000",
            in = "[1, 100000]",
            name = "cache-size",
            doc = "max number of cached schemas")
        int cached)
    implements Serializable {
  static final String URL =
      "https?://(?:\\[[0-9a-fA-F:.]+]|[0-9a-zA-Z._-]+)(?::\\d{1,5})?(?:/[^\\s?#]*)?";

  public RegistrySpec {
    url = url.replaceAll("/+$", "");
  }

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
   */
  public record Tls(
      @Setting(
              shown = "the JVM's authorities",
              pattern = Setting.ANY_TEXT,
              in = "the path of a file",
              doc = "certificates to trust: PEM, PKCS #12 or JKS, a path where the job runs")
          @Nullable String truststore,
      @Setting(shown = "none", in = "a password", doc = "password of the truststore")
          @Nullable Secret truststorePassword,
      @Setting(
              shown = "none",
              pattern = Setting.ANY_TEXT,
              in = "the path of a file",
              doc =
                  "key and certificate of the client (mTLS): PKCS #12 or JKS, a path where the job"
                      + " runs")
          @Nullable String keystore,
      @Setting(
              shown = "required with keystore",
              in = "a password",
              doc = "password of the keystore and its key")
          @Nullable Secret keystorePassword)
      implements Serializable {
    public static final Tls DEFAULT = Declaration.defaults(Tls.class);
  }

  /** Times in milliseconds. */
  public record Timing(
      @Setting(
              value = "5s",
              in = "[10ms, 10m]",
              name = "connect-timeout",
              doc = "max time to connect")
          long connect,
      @Setting(
              value = "10s",
              in = "[10ms, 10m]",
              name = "request-timeout",
              doc = "max time for a whole response")
          long answer,
      @Setting(
              value = "1s",
              in = "[10ms, 10m]",
              name = "retry-backoff",
              doc = "wait before a failed request is repeated; doubled each time")
          long retry,
      @Setting(
              value = "1m",
              in = "[10ms, 1h]",
              name = "retry-backoff-max",
              doc = "max wait between two attempts")
          long maxRetry,
      @Setting(
              value = "1m",
              in = "[10ms, 1d]",
              name = "missing-schema-cache-ttl",
              doc = "how long the answer that a schema does not exist is cached")
          long unknown)
      implements Serializable {}
}
