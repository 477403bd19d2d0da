package dev.millrace.cli.kafka;

import dev.millrace.cli.console.CliError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;

/**
 * Finds placeholders of environment variables that are not set. Kafka's clients would send the
 * placeholder itself, and a broker would reject it as a wrong password.
 */
public final class UnsetVariables {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}:]+):([^}]+)}");

  private UnsetVariables() {}

  /**
   * Checks the client properties of a pipeline file.
   *
   * @throws CliError that names variable, file and line
   */
  public static void reject(Map<String, String> kafka, Path config) {
    new TreeMap<>(kafka)
        .forEach(
            (property, value) -> {
              Matcher placeholder = PLACEHOLDER.matcher(value);
              while (placeholder.find()) {
                String variable = placeholder.group(2);
                if (isOfEnvironment(placeholder.group(1), kafka)
                    && System.getenv(variable) == null) {
                  throw CliError.usage(
                      "%s:%d kafka.%s uses %s, but this environment variable is not set."
                          .formatted(
                              config,
                              line(placeholder.group(), config),
                              property,
                              placeholder.group()),
                      "Set it where the command runs: export %s=...".formatted(variable));
                }
              }
            });
  }

  private static boolean isOfEnvironment(String provider, Map<String, String> kafka) {
    return EnvVarConfigProvider.class
        .getName()
        .equals(kafka.get("config.providers." + provider + ".class"));
  }

  private static int line(String placeholder, Path config) {
    try {
      List<String> lines = Files.readAllLines(config);
      for (int i = 0; i < lines.size(); i++) {
        if (lines.get(i).contains(placeholder) && !lines.get(i).strip().startsWith("#")) {
          return i + 1;
        }
      }
      return 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e); // it has been read already
    }
  }
}
