package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.core.lookup.ConfigurationStrSubstitutor;
import org.apache.logging.log4j.core.lookup.Interpolator;
import org.apache.logging.log4j.message.SimpleMessage;
import org.apache.logging.log4j.util.SortedArrayStringMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two formats of the logs, of the commands and of the image. */
class LogFormatTest {
  private static final String CLI = "src/cli/src/main/resources/log4j2-cli.properties";
  private static final String IMAGE = "flink-conf/log4j-console.properties";

  @ParameterizedTest
  @ValueSource(strings = {CLI, IMAGE})
  void aLineOfJsonHasThePipelineAndTheKeyWhateverTheyAre(String file) throws IOException {
    String line = line(file, "absent", "json", event("shop \"17\"\n", new IOException("no\nway")));

    assertThat(line).endsWith("}" + System.lineSeparator());
    assertThat(line.strip().lines()).hasSize(1);
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.path("time").asText()).isEqualTo("2026-11-25T09:54:03.120Z");
    assertThat(json.path("level").asText()).isEqualTo("WARN");
    assertThat(json.path("logger").asText()).isEqualTo("dev.millrace.flink.ModelLog");
    assertThat(json.path("pipeline").asText()).isEqualTo("fraud");
    assertThat(json.path("key").asText()).isEqualTo("shop \"17\"\n");
    assertThat(json.path("message").asText()).isEqualTo("Key \"a\"\tis reset");
    assertThat(json.path("exception").asText()).contains("java.io.IOException: no\nway");
  }

  @ParameterizedTest
  @ValueSource(strings = {CLI, IMAGE})
  void aLineIsTextUnlessAskedOtherwise(String file) throws IOException {
    String line = line(file, "MILLRACE_LOG_FORMAT", "text", event("a", null));

    assertThat(line).contains(" WARN ").endsWith("Key \"a\"\tis reset\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {CLI, IMAGE})
  void limitsTheLogOfADeletedTopic(String file) throws Exception {
    Properties properties = properties(file);

    assertThat(Class.forName(properties.getProperty("logger.kafka-fetch.name"))).isNotNull();
    assertThat(properties.getProperty("logger.kafka-fetch.filter.burst.type"))
        .isEqualTo("BurstFilter");
  }

  @ParameterizedTest
  @ValueSource(strings = {CLI, IMAGE})
  void theLevelIsThatOfTheEnvironment(String file) throws Exception {
    assertThat(properties(file).getProperty("rootLogger.level"))
        .isEqualTo("${env:MILLRACE_LOG_LEVEL:-info}");
  }

  private static Properties properties(String file) throws IOException {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      properties.load(in);
    }
    return properties;
  }

  /** A line in the format that the environment names, or another where it does not. */
  private static String line(String file, String variable, String otherwise, LogEvent event)
      throws IOException {
    Properties properties = properties(file);
    String pattern = "${${env:MILLRACE_LOG_FORMAT:-text}}";
    assertThat(properties.getProperty("appender.file.layout.pattern")).isEqualTo(pattern);
    Map<String, String> formats =
        Map.of(
            "text",
            properties.getProperty("property.text"),
            "json",
            properties.getProperty("property.json"));
    String chosen = pattern.replace("MILLRACE_LOG_FORMAT:-text", variable + ":-" + otherwise);
    return PatternLayout.newBuilder()
        .withPattern(new ConfigurationStrSubstitutor(new Interpolator(formats)).replace(chosen))
        .build()
        .toSerializable(event);
  }

  private static LogEvent event(String key, Throwable thrown) {
    SortedArrayStringMap context = new SortedArrayStringMap();
    context.putValue("pipeline", "fraud");
    context.putValue("key", key);
    return Log4jLogEvent.newBuilder()
        .setLoggerName("dev.millrace.flink.ModelLog")
        .setLevel(Level.WARN)
        .setMessage(new SimpleMessage("Key \"a\"\tis reset"))
        .setThrown(thrown)
        .setThreadName("train (1/2)")
        .setTimeMillis(1_795_600_443_120L)
        .setContextData(context)
        .build();
  }
}
