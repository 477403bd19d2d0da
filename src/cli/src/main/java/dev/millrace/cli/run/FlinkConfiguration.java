package dev.millrace.cli.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;

/** Flink's configuration of all clusters, flink-conf/config.yaml. */
public final class FlinkConfiguration {
  private static final String RESOURCE = "/flink-conf/config.yaml";

  private FlinkConfiguration() {}

  /** Returns the maximum parallelism, which saved state depends on. */
  public static int maxSubtasks() {
    return Integer.parseInt(file().get("pipeline.max-parallelism"));
  }

  /** Returns the options of the configuration file. */
  public static Map<String, String> file() {
    Map<String, String> options = new TreeMap<>();
    try (InputStream in = FlinkConfiguration.class.getResourceAsStream(RESOURCE)) {
      flatten("", new YAMLMapper().readTree(in), options);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return options;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    node.properties()
        .forEach(
            field -> {
              String key = prefix.isEmpty() ? field.getKey() : prefix + "." + field.getKey();
              if (field.getValue().isObject()) {
                flatten(key, field.getValue(), into);
              } else {
                into.put(key, field.getValue().asText());
              }
            });
  }
}
