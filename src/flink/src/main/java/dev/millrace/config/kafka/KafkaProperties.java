package dev.millrace.config.kafka;

import dev.millrace.config.yaml.ConfigErrors;
import dev.millrace.config.yaml.Suggestions;
import dev.millrace.config.yaml.YamlNode;
import dev.millrace.config.yaml.YamlNode.Entry;
import dev.millrace.config.yaml.YamlNode.Mapping;
import dev.millrace.config.yaml.YamlNode.Scalar;
import dev.millrace.config.yaml.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code kafka}: client properties, which are passed through. The clients resolve
 * placeholders, so that no job graph, log or checkpoint has a secret.
 */
public final class KafkaProperties {
  private static final String SERVERS = KafkaOptions.BOOTSTRAP_SERVERS.name();
  private static final String PROVIDERS = AbstractConfig.CONFIG_PROVIDERS_CONFIG;
  private static final Pattern SERVER =
      Pattern.compile("(?:[0-9a-zA-Z_]+://)?(?:\\[[0-9a-fA-F:.%]+]|[0-9a-zA-Z._-]+):(\\d{1,5})");
  private static final int MIN_CORRECTED = 5;

  /** Kafka's own providers by the names that placeholders usually have. */
  private static final Map<String, String> WELL_KNOWN =
      Map.of(
          "env", EnvVarConfigProvider.class.getName(),
          "file", FileConfigProvider.class.getName(),
          "directory", DirectoryConfigProvider.class.getName());

  /** Properties that follow from other options, with the reason. */
  private static final Map<String, String> MANAGED =
      Map.of(
          "group.id", "it is the pipeline's name",
          "transactional.id", "it follows from the pipeline's name",
          "auto.offset.reset", "input.start decides it",
          "enable.auto.commit", "offsets are committed with checkpoints",
          "key.serializer", "records are written as bytes",
          "value.serializer", "records are written as bytes",
          "key.deserializer", "records are read as bytes",
          "value.deserializer", "records are read as bytes");

  private final ConfigErrors errors;
  private final Map<String, String> properties = new TreeMap<>();
  private final Map<String, Integer> lines = new HashMap<>();

  private KafkaProperties(ConfigErrors errors) {
    this.errors = errors;
  }

  /**
   * Reads the settings of clients.
   *
   * @param exactlyOnce whether records are written in transactions
   */
  public static Map<String, String> read(Mapping kafka, boolean exactlyOnce, ConfigErrors errors) {
    KafkaProperties reader = new KafkaProperties(errors);
    int before = errors.count();
    kafka.entries().forEach(reader::add);
    if (!kafka.entries().containsKey(SERVERS)) {
      errors.add(
          kafka.line(),
          "kafka."
              + SERVERS
              + " is missing. Add it, for example: "
              + KafkaOptions.BOOTSTRAP_SERVERS.example());
    }
    reader.addProviders();
    if (errors.noneSince(before)) {
      KafkaClientRules.check(reader.properties, reader.lines, kafka.line(), exactlyOnce, errors);
    }
    return Map.copyOf(reader.properties);
  }

  private void add(String key, Entry entry) {
    lines.put(key, entry.line());
    String error = null;
    String value = textOf(entry.value());
    if (value == null) {
      error = "must be text, a number, true or false, but was " + shape(entry.value());
    } else if (MANAGED.containsKey(key)) {
      error = "cannot be set, because " + MANAGED.get(key) + ". Remove it";
    } else if (Secrets.isSecret(key)) {
      if (Secrets.isClearText(key, value)) {
        error =
            "holds a secret in clear text. Write ${env:NAME} for an environment variable, or"
                + " ${file:/path/to.properties:key}, or use another Kafka config provider";
      }
    } else {
      error = misspelt(key);
      if (error == null && !Secrets.PLACEHOLDER.matcher(value).find()) {
        error = key.equals(SERVERS) ? wrongServers(value) : wrongValue(key, value);
        if (error == null && key.equals("acks") && (value.equals("0") || value.equals("1"))) {
          error =
              "must be all, because the delivery guarantees need it, but was "
                  + value
                  + ". Remove it";
        }
      }
    }
    if (error != null) {
      errors.add(entry.line(), "kafka." + key + " " + error);
    } else {
      properties.put(key, value);
    }
  }

  /** Returns text of a single value, or of a list as Kafka writes lists; null otherwise. */
  private static @Nullable String textOf(YamlNode node) {
    if (node instanceof Scalar scalar) {
      return scalar.text();
    }
    if (!(node instanceof Sequence sequence)) {
      return null;
    }
    List<String> items = new ArrayList<>();
    for (YamlNode item : sequence.items()) {
      if (!(item instanceof Scalar scalar) || scalar.text() == null) {
        return null;
      }
      items.add(scalar.text());
    }
    return String.join(",", items);
  }

  private static String shape(YamlNode node) {
    return node instanceof Mapping
        ? "a map. Write nested names with dots, such as security.protocol"
        : node.describe();
  }

  /**
   * Returns an error for a name that is similar to a known property, null for any other:
   * interceptors, registries and config providers have properties of their own.
   */
  private static @Nullable String misspelt(String key) {
    if (KafkaClientKeys.known(key) != null || key.length() < MIN_CORRECTED) {
      return null;
    }
    String nearest = Suggestions.nearest(key, KafkaClientKeys.names());
    return nearest == null || Suggestions.distance(key, nearest) > 2
        ? null
        : "is not a property of Kafka clients. Did you mean \"" + nearest + "\"?";
  }

  private static @Nullable String wrongServers(String value) {
    for (String server : value.split(",", -1)) {
      Matcher matcher = SERVER.matcher(server.strip());
      if (!matcher.matches() || Integer.parseInt(matcher.group(1)) > 65_535) {
        return "must be HOST:PORT, several separated by commas, but was " + Scalar.quote(value);
      }
    }
    return null;
  }

  private static @Nullable String wrongValue(String key, String value) {
    ConfigKey known = KafkaClientKeys.known(key);
    if (known == null || known.type == ConfigDef.Type.CLASS) {
      return null; // classes may exist on the cluster only
    }
    Object parsed;
    try {
      parsed = ConfigDef.parseType(key, value, known.type);
    } catch (ConfigException e) {
      return "must be of Kafka's type "
          + known.type.name().toLowerCase(Locale.ROOT)
          + ", but was "
          + Scalar.quote(value);
    }
    try {
      if (known.validator != null) {
        known.validator.ensureValid(key, parsed);
      }
    } catch (ConfigException e) {
      return "must be what Kafka allows, "
          + known.validator
          + ", but was "
          + new Scalar(value, 0).describe();
    }
    return null;
  }

  /** Adds Kafka's own providers if placeholders use them, and rejects unknown providers. */
  private void addProviders() {
    Set<String> named = new HashSet<>();
    for (String name : properties.getOrDefault(PROVIDERS, "").split(",")) {
      named.add(name.strip());
    }
    named.remove("");
    Set<String> added = new TreeSet<>();
    properties.forEach(
        (key, value) -> {
          Matcher placeholder = Secrets.PLACEHOLDER.matcher(value);
          while (placeholder.find()) {
            String provider = placeholder.group(1);
            if (!named.contains(provider) && WELL_KNOWN.containsKey(provider)) {
              added.add(provider);
            } else if (!named.contains(provider)) {
              errors.add(
                  Objects.requireNonNull(lines.get(key)),
                  String.format(
                      "kafka.%s uses the config provider \"%s\", which is not in %s."
                          + " Add it there, or use one of: directory, env, file",
                      key, provider, PROVIDERS));
            }
          }
        });
    if (added.isEmpty()) {
      return;
    }
    Set<String> all = new TreeSet<>(named);
    all.addAll(added);
    properties.put(PROVIDERS, String.join(",", all));
    for (String provider : added) {
      properties.putIfAbsent(PROVIDERS + "." + provider + ".class", WELL_KNOWN.get(provider));
    }
  }
}
