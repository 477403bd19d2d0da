package dev.millrace.config.kafka;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

/** Recognises Kafka properties that are secrets, and masks their values. */
public final class Secrets {
  /** A placeholder that Kafka config providers resolve, as in Kafka's ConfigTransformer. */
  static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}:]+):[^}]+\\}");

  private static final Pattern NAMES_A_SECRET =
      Pattern.compile(
          "password|passphrase|passwd|secret|token|credential|jaas|user\\.info|api\\.?key"
              + "|private\\.key|(^|\\.)key$",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NAMES_A_PLACE =
      Pattern.compile("\\.(file|path|paths|location|url|class|type|source|pattern|ms)$");
  private static final Pattern JAAS_SECRET =
      Pattern.compile(
          "\\w*(?:password|passphrase|secret|token|key)\\w*\\s*=\\s*"
              + "(\"[^\"]*\"?|'[^']*'?|[^\\s;]+)",
          Pattern.CASE_INSENSITIVE);

  /** Options of Kafka's own login modules that match the pattern above but hold no secret. */
  private static final Pattern JAAS_HARMLESS =
      Pattern.compile("(?:keyTab|useKeyTab|storeKey|tokenauth)\\s*=.*", Pattern.CASE_INSENSITIVE);

  private Secrets() {}

  /** Returns true if the property's value must not be shown. */
  static boolean isSecret(String key) {
    ConfigKey known = KafkaClientKeys.known(key);
    return known != null
        ? known.type == ConfigDef.Type.PASSWORD
        : NAMES_A_SECRET.matcher(key).find() && !NAMES_A_PLACE.matcher(key).find();
  }

  /** Returns true if the value is a secret, rather than a placeholder for it. */
  static boolean isClearText(String key, String value) {
    if (!key.endsWith("sasl.jaas.config")) {
      return !PLACEHOLDER.matcher(value.strip()).matches();
    }
    Matcher option = JAAS_SECRET.matcher(value);
    while (option.find()) {
      String bare = option.group(1).replaceAll("^[\"']|[\"']$", "");
      if (!JAAS_HARMLESS.matcher(option.group()).matches()
          && !PLACEHOLDER.matcher(bare).matches()) {
        return true;
      }
    }
    return false;
  }

  /** Returns the properties in the order of their names, with every secret as {@code ***}. */
  public static Map<String, String> masked(Map<String, String> properties) {
    Map<String, String> masked = new TreeMap<>(properties);
    masked.replaceAll((key, value) -> isSecret(key) ? "***" : value);
    return masked;
  }
}
