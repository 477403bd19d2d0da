package dev.millrace.config;

import dev.millrace.config.option.Durations;
import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.data.RegistrySpec;
import dev.millrace.data.Secret;
import java.util.List;
import java.util.regex.Pattern;

/** The options of {@code input.registry}; see {@link PipelineOptions}. */
final class RegistryOptions {
  private static final Pattern URL =
      Pattern.compile(
          "https?://(?:\\[[0-9a-fA-F:.]+]|[0-9a-zA-Z._-]+)(?::\\d{1,5})?(?:/[^\\s?#]*)?");
  private static final long MINUTE = 60_000;

  static final Option<String> REGISTRY_URL =
      Option.required(
          "url",
          url(),
          "url: http://localhost:8081",
          "where it is; Apicurio's Confluent interface has the path /apis/ccompat/v7");
  static final Option<Secret> BASIC =
      Option.open(
          "basic-auth", secret("USER:PASSWORD"), "none", "user and password, USER:PASSWORD");
  static final Option<Secret> BEARER =
      Option.open("bearer-token", secret("a token"), "none", "token; read again for each request");
  static final Option<String> TRUSTSTORE =
      Option.open(
          "truststore",
          file(),
          "the JVM's authorities",
          "certificates to trust: PEM, PKCS #12 or JKS, a path where the job runs");
  static final Option<Secret> TRUSTSTORE_PASSWORD =
      Option.open(
          "truststore-password", secret("a password"), "none", "password of the truststore");
  static final Option<String> KEYSTORE =
      Option.open(
          "keystore",
          file(),
          "none",
          "key and certificate of the client (mTLS): PKCS #12 or JKS, a path where the job runs");
  static final Option<Secret> KEYSTORE_PASSWORD =
      Option.open(
          "keystore-password",
          secret("a password"),
          "required with keystore",
          "password of the keystore and its key");
  static final Option<Long> CONNECT_TIMEOUT =
      Option.of(
          "connect-timeout", Durations.kind(10, 10 * MINUTE, false), 5_000L, "max time to connect");
  static final Option<Long> TIMEOUT =
      Option.of(
          "request-timeout",
          Durations.kind(10, 10 * MINUTE, false),
          10_000L,
          "max time for a whole response");
  static final Option<Long> RETRY =
      Option.of(
          "retry-backoff",
          Durations.kind(10, 10 * MINUTE, false),
          1_000L,
          "wait before a failed request is repeated; doubled each time");
  static final Option<Long> MAX_RETRY =
      Option.of(
          "retry-backoff-max",
          Durations.kind(10, 60 * MINUTE, false),
          MINUTE,
          "max wait between two attempts");
  static final Option<Long> UNKNOWN =
      Option.of(
          "missing-schema-cache-ttl",
          Durations.kind(10, 24 * 60 * MINUTE, false),
          MINUTE,
          "how long the answer that a schema does not exist is cached");
  static final Option<Integer> CACHE =
      Option.of("cache-size", OptionTypes.whole(1, 100_000), 1_000, "max number of cached schemas");

  static final OptionGroup GROUP =
      new OptionGroup(
          "input.registry",
          "",
          "With it, records in the Confluent wire format are read beside those in single-object"
              + " encoding, each resolved from the schema that it was written with; see"
              + " docs/formats.md. Secrets are placeholders, as in `kafka`.",
          List.of(
              REGISTRY_URL,
              BASIC,
              BEARER,
              TRUSTSTORE,
              TRUSTSTORE_PASSWORD,
              KEYSTORE,
              KEYSTORE_PASSWORD,
              CONNECT_TIMEOUT,
              TIMEOUT,
              RETRY,
              MAX_RETRY,
              UNKNOWN,
              CACHE));

  private RegistryOptions() {}

  /** The registry, or null when its url is wrong. */
  static RegistrySpec read(OptionReader registry) {
    if (registry.has(BASIC) && registry.has(BEARER)) {
      registry.refuse(BEARER, "and " + registry.name(BASIC) + " do not go together. Remove one");
    }
    requireStore(registry, TRUSTSTORE_PASSWORD, TRUSTSTORE);
    requireStore(registry, KEYSTORE_PASSWORD, KEYSTORE);
    if (registry.has(KEYSTORE) && !registry.mentions(KEYSTORE_PASSWORD)) {
      registry.refuse(
          KEYSTORE,
          "needs keystore-password, for example: keystore-password: \"${env:KEYSTORE_PASSWORD}\"");
    }
    String url = registry.get(REGISTRY_URL);
    if (url == null) {
      return null;
    }
    return new RegistrySpec(
        url.replaceAll("/+$", ""),
        registry.get(BASIC),
        registry.get(BEARER),
        new RegistrySpec.Tls(
            registry.get(TRUSTSTORE),
            registry.get(TRUSTSTORE_PASSWORD),
            registry.get(KEYSTORE),
            registry.get(KEYSTORE_PASSWORD)),
        new RegistrySpec.Timing(
            registry.get(CONNECT_TIMEOUT),
            registry.get(TIMEOUT),
            registry.get(RETRY),
            registry.get(MAX_RETRY),
            registry.get(UNKNOWN)),
        registry.get(CACHE));
  }

  private static void requireStore(OptionReader registry, Option<?> password, Option<?> store) {
    if (registry.mentions(password) && !registry.mentions(store)) {
      registry.refuse(password, "has no meaning without " + store.name() + ". Remove it");
    }
  }

  private static OptionType<String> file() {
    return OptionTypes.text("(?s).+", "the path of a file");
  }

  /** An address that holds no password; a wrong one may, and is not shown. */
  private static OptionType<String> url() {
    return new Hidden<>("http:// or https://, host, port and path, no user and no query") {
      @Override
      String parse(String text) {
        return URL.matcher(text).matches() ? text : null;
      }
    };
  }

  /** A placeholder; whatever else stands there may be a secret, and is not shown. */
  private static OptionType<Secret> secret(String what) {
    return new Hidden<>(
        "a placeholder for "
            + what
            + ": ${env:NAME}, ${file:/path/to.properties:key} or ${directory:/path:file}") {
      @Override
      Secret parse(String text) {
        return Secret.isPlaceholder(text) ? new Secret(text) : null;
      }
    };
  }

  /** A kind whose values are not shown when they are wrong. */
  private abstract static class Hidden<T> implements OptionType<T> {
    private final String allowed;

    Hidden(String allowed) {
      this.allowed = allowed;
    }

    /** The value, or null when the text is none. */
    abstract T parse(String text);

    @Override
    public T read(YamlNode node) throws Refusal {
      T value =
          node instanceof Scalar scalar && scalar.text() != null
              ? parse(scalar.text().strip())
              : null;
      if (value == null) {
        throw new Refusal("must be " + allowed + ". What stands there is not shown");
      }
      return value;
    }

    @Override
    public String allowed() {
      return allowed;
    }

    @Override
    public String show(T value) {
      return value.toString();
    }
  }
}
