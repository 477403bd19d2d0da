package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.junit.jupiter.api.Test;

/** The Flink configuration and the compose file say only what Flink 2.2 understands. */
class FlinkConfigTest {

  private static final Path CONFIG = Path.of("flink-conf", "config.yaml");

  /** Keys that Flink reads without an option object of their full name. */
  private static final Map<String, String> READ_OTHERWISE =
      Map.of(
          "metrics.reporter.prom.factory.class", "MetricOptions knows the part after the name prom",
          "metrics.reporter.prom.port", "an option of PrometheusReporterFactory, in Flink's image");

  private static final Map<String, ConfigOption<?>> OPTIONS = knownOptions();

  @Test
  void everyKeyIsAnOptionOfFlink() throws IOException {
    for (String key : keys()) {
      if (!READ_OTHERWISE.containsKey(key)) {
        assertThat(OPTIONS).as("flink-conf/config.yaml: %s", key).containsKey(key);
      }
    }
    assertThat(keys())
        .as("keys that are allowed but not used")
        .containsAll(READ_OTHERWISE.keySet());
  }

  @Test
  void everyValueIsOneThatItsOptionAccepts() throws IOException {
    Configuration configuration = load();

    for (String key : keys()) {
      ConfigOption<?> option = OPTIONS.get(key);
      if (option != null) {
        assertThatCode(() -> assertThat(configuration.getOptional(option)).isPresent())
            .as("flink-conf/config.yaml: %s", key)
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void everyKeySaysWhyItIsThere() throws IOException {
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
  void composePublishesPortsOnLoopbackOnly() throws IOException {
    for (JsonNode service : compose().get("services")) {
      for (JsonNode port : service.path("ports")) {
        assertThat(port.asText()).startsWith("127.0.0.1:");
      }
    }
  }

  @Test
  void composeSetsOptionsOfFlinkWithoutBlanks() throws IOException {
    String properties = compose().at("/x-flink/environment/FLINK_PROPERTIES").asText();

    assertThat(properties).isNotBlank();
    for (String line : properties.lines().toList()) {
      String[] property = line.split(": ", 2);
      assertThat(OPTIONS).as("docker-compose.yml: %s", line).containsKey(property[0]);
      // Some releases of Flink's image take the blanks out of a value.
      assertThat(property[1]).doesNotContain(" ");
    }
  }

  @Test
  void composeRunsThisJobOnAPipelineFileThatExists() throws IOException {
    String command = compose().at("/services/jobmanager/command").asText();

    assertThat(command).contains("--job-classname " + getClass().getPackageName() + ".MillraceJob");
    // Without the two dashes Flink takes -c for its own --configDir, silently.
    assertThat(command.strip()).endsWith(" -- -c /opt/millrace/pipeline.yaml");
    assertThat(Path.of("examples", "compose", "pipeline.yaml")).isRegularFile();
  }

  private static Configuration load() {
    return GlobalConfiguration.loadConfiguration(CONFIG.getParent().toString());
  }

  private static JsonNode compose() throws IOException {
    return new YAMLMapper().readTree(Path.of("docker-compose.yml").toFile());
  }

  private static List<String> keys() throws IOException {
    List<String> keys = new ArrayList<>();
    JsonNode file = new YAMLMapper(new YAMLFactory()).readTree(CONFIG.toFile());
    file.fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** The options in the static fields of the {@code *Options} classes of Flink's jars, by key. */
  private static Map<String, ConfigOption<?>> knownOptions() {
    Map<String, ConfigOption<?>> options = new TreeMap<>();
    addOptionsBeside(ConfigOption.class, options);
    addOptionsBeside(RocksDBOptions.class, options);
    return options;
  }

  private static void addOptionsBeside(Class<?> type, Map<String, ConfigOption<?>> options) {
    String path = type.getProtectionDomain().getCodeSource().getLocation().getPath();
    try (JarFile jar = new JarFile(path)) {
      for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
        if (entry.getName().endsWith("Options.class")) {
          String name = entry.getName().replace('/', '.').replaceAll("\\.class$", "");
          for (Field field : Class.forName(name).getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == ConfigOption.class) {
              ConfigOption<?> option = (ConfigOption<?>) field.get(null);
              options.put(option.key(), option);
            }
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }
}
