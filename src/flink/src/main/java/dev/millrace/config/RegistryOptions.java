package dev.millrace.config;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.config.option.OptionType;
import dev.millrace.config.option.OptionTypes;
import dev.millrace.data.RegistrySpec;
import dev.millrace.data.Secret;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code input.registry}. */
final class RegistryOptions {
  private static final Pattern URL =
      Pattern.compile(
          "https?://(?:\\[[0-9a-fA-F:.]+]|[0-9a-zA-Z._-]+)(?::\\d{1,5})?(?:/[^\\s?#]*)?");

  static final OptionGroup GROUP =
      new OptionGroup(
          "input.registry",
          "",
          "Reads records in the Confluent wire format, in addition to single-object encoding. Each"
              + " is resolved from the schema that it was written with; see docs/formats.md."
              + " Secrets are placeholders, as in `kafka`.");
  static final Option<String> REGISTRY_URL =
      GROUP.required(
          "url",
          url(),
          "url: http://localhost:8081",
          "address of the registry; Apicurio's Confluent interface has the path /apis/ccompat/v7");
  static final Option<Secret> BASIC =
      GROUP.optional(
          "basic-auth", secret("USER:PASSWORD"), "none", "user and password, USER:PASSWORD");
  static final Option<Secret> BEARER =
      GROUP.optional(
          "bearer-token", secret("a token"), "none", "token; read again for each request");
  static final Option<String> TRUSTSTORE =
      GROUP.optional(
          "truststore",
          file(),
          "the JVM's authorities",
          "certificates to trust: PEM, PKCS #12 or JKS, a path where the job runs");
  static final Option<Secret> TRUSTSTORE_PASSWORD =
      GROUP.optional(
          "truststore-password", secret("a password"), "none", "password of the truststore");
  static final Option<String> KEYSTORE =
      GROUP.optional(
          "keystore",
          file(),
          "none",
          "key and certificate of the client (mTLS): PKCS #12 or JKS, a path where the job runs");
  static final Option<Secret> KEYSTORE_PASSWORD =
      GROUP.optional(
          "keystore-password",
          secret("a password"),
          "required with keystore",
          "password of the keystore and its key");

  static {
    GROUP.declare(RegistrySpec.Timing.class).declare(RegistrySpec.class);
  }

  private RegistryOptions() {}

  /** Returns the registry, null if its url is invalid. */
  static @Nullable RegistrySpec read(OptionReader registry) {
    if (registry.has(BASIC) && registry.has(BEARER)) {
      registry.reject(BEARER, "and " + registry.name(BASIC) + " exclude each other. Remove one");
    }
    requireStore(registry, TRUSTSTORE_PASSWORD, TRUSTSTORE);
    requireStore(registry, KEYSTORE_PASSWORD, KEYSTORE);
    if (registry.has(KEYSTORE) && !registry.mentions(KEYSTORE_PASSWORD)) {
      registry.reject(
          KEYSTORE,
          "needs keystore-password, for example: keystore-password: \"${env:KEYSTORE_PASSWORD}\"");
    }
    String url = registry.given(REGISTRY_URL);
    if (url == null) {
      return null;
    }
    return registry.read(
        new RegistrySpec(
            url.replaceAll("/+$", ""),
            registry.given(BASIC),
            registry.given(BEARER),
            new RegistrySpec.Tls(
                registry.given(TRUSTSTORE),
                registry.given(TRUSTSTORE_PASSWORD),
                registry.given(KEYSTORE),
                registry.given(KEYSTORE_PASSWORD)),
            registry.read(RegistrySpec.Timing.class),
            1));
  }

  private static void requireStore(OptionReader registry, Option<?> password, Option<?> store) {
    if (registry.mentions(password) && !registry.mentions(store)) {
      registry.reject(password, "has no effect without " + store.name() + ". Remove it");
    }
  }

  private static OptionType<String> file() {
    return OptionTypes.text("(?s).+", "the path of a file");
  }

  /** Returns the type of addresses without a password, which an invalid one may contain. */
  private static OptionType<String> url() {
    return OptionTypes.hidden(
        "http:// or https://, host, port and path, no user and no query",
        text -> URL.matcher(text).matches() ? text : null);
  }

  /** Returns the type of placeholders; any other text may be a secret. */
  private static OptionType<Secret> secret(String what) {
    return OptionTypes.hidden(
        "a placeholder for "
            + what
            + ": ${env:NAME}, ${file:/path/to.properties:key} or ${directory:/path:file}",
        text -> Secret.isPlaceholder(text) ? new Secret(text) : null);
  }
}
