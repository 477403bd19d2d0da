package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.millrace.testing.FlinkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.util.PortRange;
import org.junit.jupiter.api.Test;

/** The Flink configuration says only what Flink 2.2 understands. */
class FlinkConfigTest {

  private static final Path CONFIG = Path.of("flink-conf", "config.yaml");

  @Test
  void everyKeyIsAnOptionOfFlink() throws IOException {
    for (String key : keys()) {
      if (!FlinkOptions.OF_THE_REPORTER.containsKey(key)) {
        assertThat(FlinkOptions.KNOWN).as("flink-conf/config.yaml: %s", key).containsKey(key);
      }
    }
    assertThat(keys())
        .as("keys that are allowed but not used")
        .containsAll(FlinkOptions.OF_THE_REPORTER.keySet());
  }

  @Test
  void everyValueIsOneThatItsOptionAccepts() throws IOException {
    Configuration configuration = load();

    for (String key : keys()) {
      ConfigOption<?> option = FlinkOptions.KNOWN.get(key);
      if (option != null) {
        assertThatCode(() -> assertThat(configuration.getOptional(option)).isPresent())
            .as("flink-conf/config.yaml: %s", key)
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void everyKeyHasAReason() throws IOException {
    String above = "";
    for (String line : Files.readAllLines(CONFIG)) {
      if (line.matches("[a-z].*")) {
        assertThat(above).as("the line above %s", line).startsWith("# ").doesNotStartWith("# ---");
      }
      above = line;
    }
  }

  @Test
  void theVectorModuleReachesTheTaskManagers() {
    assertThat(load().toMap().get("env.java.opts.taskmanager"))
        .contains("--add-modules=jdk.incubator.vector");
  }

  @Test
  void theReporterIsFlinksOwnWithARangeOfPorts() throws IOException {
    Properties properties = new Properties();
    load()
        .toMap()
        .forEach((key, value) -> properties.put(key.replace("metrics.reporter.prom.", ""), value));

    assertThat(properties.getProperty("factory.class"))
        .isEqualTo(PrometheusReporterFactory.class.getName());
    PortRange ports = new PortRange(properties.getProperty("port"));
    assertThat(ports.getPortsIterator()).toIterable().hasSizeGreaterThan(1).contains(9249);
    assertThat(properties.getProperty("filterLabelValueCharacters")).isEqualTo("false");
  }

  private static Configuration load() {
    return GlobalConfiguration.loadConfiguration(CONFIG.getParent().toString());
  }

  private static List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    JsonNode file = new YAMLMapper(new YAMLFactory()).readTree(CONFIG.toFile());
    file.fieldNames().forEachRemaining(keys::add);
    return keys;
  }
}
