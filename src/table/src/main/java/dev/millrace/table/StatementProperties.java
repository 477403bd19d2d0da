package dev.millrace.table;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.table.api.ValidationException;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;

/**
 * Checks Kafka client properties that a statement sets, whose author may not be the one who runs
 * the cluster: they load no classes but Kafka's, also as login modules, and read no files into
 * properties.
 */
final class StatementProperties {
  private static final Pattern CLASSES =
      Pattern.compile(
          "(.+\\.)?(class|classes|deserializer|serializer|strategy|reporters)|security\\.providers");
  private static final String OF_KAFKA = "org.apache.kafka.";

  private static final Pattern PROVIDER = Pattern.compile("config\\.providers\\..+\\.class");
  private static final String ENVIRONMENT =
      OF_KAFKA + "common.config.provider.EnvVarConfigProvider";
  private static final Pattern LOGIN = Pattern.compile("(.+\\.)?sasl\\.jaas\\.config");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^{}]*}");
  private static final Pattern FILE = Pattern.compile("\\$\\{(file|directory):");

  private StatementProperties() {}

  /**
   * @throws ValidationException if a property is not allowed in a statement
   */
  static void check(Map<String, String> properties) {
    SortedMap<String, String> sorted = new TreeMap<>(properties);
    // Placeholders come with the classes of their providers, which no statement has to name.
    sorted.forEach(
        (name, value) -> {
          if (FILE.matcher(value).find()) {
            throw rejected(name, "read a file into a property, only ${env:NAME}");
          }
        });
    sorted.forEach(
        (name, value) -> {
          if (PROVIDER.matcher(name).matches()) {
            if (!value.equals(ENVIRONMENT)) {
              throw rejected(name, "name a config provider, only " + ENVIRONMENT);
            }
          } else if (CLASSES.matcher(name).matches()
              && !Stream.of(value.split(",")).allMatch(each -> each.strip().startsWith(OF_KAFKA))) {
            throw rejected(name, "name a class, only those of " + OF_KAFKA + "*");
          } else if (LOGIN.matcher(name).matches() && !PLACEHOLDER.matcher(value).matches()) {
            checkLogin(name, value);
          }
        });
  }

  /** Checks a login with Kafka's own parser, so that it means the same to both. */
  private static void checkLogin(String name, String value) {
    JaasContext login;
    try {
      login =
          JaasContext.loadClientContext(Map.of(SaslConfigs.SASL_JAAS_CONFIG, new Password(value)));
    } catch (RuntimeException e) {
      // It throws other exceptions than its own, too.
      throw new ValidationException(
          "Kafka property '%s' must be one login module of %s*, with its options and a semicolon at the end"
              .formatted(name, OF_KAFKA));
    }
    if (!login.configurationEntries().stream()
        .allMatch(module -> module.getLoginModuleName().startsWith(OF_KAFKA))) {
      throw rejected(name, "name a login module, only those of " + OF_KAFKA + "*");
    }
  }

  private static ValidationException rejected(String name, String what) {
    return new ValidationException(
        "Kafka property '%s': a statement must not %s. Set it in the file that 'pipeline.file' names"
            .formatted(name, what));
  }
}
