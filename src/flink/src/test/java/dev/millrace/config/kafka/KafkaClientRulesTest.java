package dev.millrace.config.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.yaml.InvalidPipelineException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaClientRulesTest {
  private static final String HEAD =
      "pipeline: a\ninput: { label: y }\noutput: { guarantee: %s }\n"
          + "kafka:\n  bootstrap.servers: localhost:1\n  ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "at-least-once | delivery.timeout.ms: 30000 | 6 | .delivery.timeout.ms must be at least"
            + " linger.ms (5) and request.timeout.ms (30000) together, but was 30000",
        "at-least-once | max.in.flight.requests.per.connection: 6 | 6 |"
            + " .max.in.flight.requests.per.connection must be at most 5, or records may be"
            + " duplicated and reordered, but was 6",
        "at-least-once | default.api.timeout.ms: 1000 | 6 | .default.api.timeout.ms must be at"
            + " least request.timeout.ms (30000), but was 1000",
        "at-least-once | heartbeat.interval.ms: 60000 | 6 | .heartbeat.interval.ms must be less"
            + " than session.timeout.ms (45000), but was 60000",
        "at-least-once | session.timeout.ms: 3000 | 6 | .session.timeout.ms must be more than"
            + " heartbeat.interval.ms (3000), but was 3000",
        "at-least-once | enable.idempotence: true; retries: 0 | 7 | .retries must be more than 0"
            + " with enable.idempotence: true. Remove it: delivery.timeout.ms limits the retries",
        "at-least-once | group.protocol: consumer; session.timeout.ms: 9000 | 5 |"
            + " has properties that Kafka's consumer rejects: session.timeout.ms cannot be set when"
            + " group.protocol=CONSUMER",
        "exactly-once  | enable.idempotence: false | 6 | .enable.idempotence must be true with"
            + " output.guarantee: exactly-once, but was false. Remove it",
        "exactly-once  | retries: 0 | 6 | .retries must be more than 0 with output.guarantee:"
            + " exactly-once. Remove it: delivery.timeout.ms limits the retries",
      })
  void rejectsPropertiesThatTheClientsReject(
      String guarantee, String property, int line, String error) {
    String yaml = HEAD.formatted(guarantee) + lines(property);

    InvalidPipelineException rejection =
        catchThrowableOfType(
            InvalidPipelineException.class, () -> PipelineFile.parse("a.yaml", yaml, null));

    assertThat(rejection.errors())
        .containsExactly(
            "a.yaml:%d  kafka%s%s".formatted(line, error.startsWith(".") ? "" : " ", error));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "retries: 0",
        "enable.idempotence: false",
        "enable.idempotence: false; max.in.flight.requests.per.connection: 6",
        "request.timeout.ms: 200000",
        "delivery.timeout.ms: 30000; request.timeout.ms: 29995",
        "linger.ms: 2147483647; delivery.timeout.ms: 2147483647",
        "group.protocol: consumer",
      })
  void acceptsPropertiesThatTheClientsAccept(String property) {
    Settings settings =
        PipelineFile.parse("a.yaml", HEAD.formatted("at-least-once") + lines(property), null);

    Map<String, Object> client = new HashMap<>(settings.kafka());
    client.put("group.id", "g");
    Admin.create(client).close();
    new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer()).close();
    new KafkaConsumer<>(client, new ByteArrayDeserializer(), new ByteArrayDeserializer()).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "delivery.timeout.ms | 30000",
        "max.in.flight.requests.per.connection | 6",
      })
  void theRulesAreTheProducers(String key, String value) {
    Map<String, Object> client = Map.of("bootstrap.servers", "localhost:1", key, value);

    assertThatThrownBy(
            () -> new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer()))
        .hasStackTraceContaining(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delivery.timeout.ms: ${env:A}",
        "delivery.timeout.ms: 20000; request.timeout.ms: '${env:A}'",
        "default.api.timeout.ms: 20000; request.timeout.ms: '${env:A}'",
        "heartbeat.interval.ms: 60000; session.timeout.ms: '${env:A}'",
        "enable.idempotence: ${env:A}",
      })
  void placeholdersAreNotChecked(String property) {
    String yaml = HEAD.formatted("exactly-once") + lines(property);

    assertThat(PipelineFile.parse("a.yaml", yaml, null).kafka()).containsValue("${env:A}");
  }

  private static String lines(String properties) {
    return properties.replace("; ", "\n  ");
  }
}
