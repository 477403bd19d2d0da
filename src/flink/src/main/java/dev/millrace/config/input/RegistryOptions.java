package dev.millrace.config.input;

import dev.millrace.config.option.Option;
import dev.millrace.config.option.OptionGroup;
import dev.millrace.config.option.OptionReader;
import dev.millrace.input.RegistrySpec;
import org.jspecify.annotations.Nullable;

/** Declares and reads the options of {@code input.registry}. */
final class RegistryOptions {
  static final OptionGroup GROUP =
      new OptionGroup(
              "input.registry",
              "",
              "Reads records in the Confluent wire format, in addition to single-object encoding."
                  + " Each is resolved from the schema that it was written with; see"
                  + " docs/formats.md. Secrets are placeholders, as in `kafka`.")
          .declare(RegistrySpec.class, "url", "basic-auth", "bearer-token")
          .declare(RegistrySpec.Tls.class)
          .declare(RegistrySpec.Timing.class)
          .declare(RegistrySpec.class, "cache-size");

  private static final Option<?> BASIC = GROUP.named("basic-auth");
  private static final Option<?> BEARER = GROUP.named("bearer-token");
  private static final Option<?> TRUSTSTORE = GROUP.named("truststore");
  private static final Option<?> TRUSTSTORE_PASSWORD = GROUP.named("truststore-password");
  private static final Option<?> KEYSTORE = GROUP.named("keystore");
  private static final Option<?> KEYSTORE_PASSWORD = GROUP.named("keystore-password");

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
    return registry.has(GROUP.named("url")) ? registry.read(RegistrySpec.class) : null;
  }

  private static void requireStore(OptionReader registry, Option<?> password, Option<?> store) {
    if (registry.mentions(password) && !registry.mentions(store)) {
      registry.reject(password, "has no effect without " + store.name() + ". Remove it");
    }
  }
}
