package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.config.yaml.InvalidPipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineFileSecretsTest {
  private static final String HEAD =
      "pipeline: fraud\ninput: { label: class }\nkafka:\n  bootstrap.servers: localhost:9092\n  ";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.key.password: hunter2",
        "ssl.keystore.key: hunter2",
        "sasl.jaas.config: 'org.x.PlainLoginModule required username=u password=\"hunter2\";'",
        "sasl.jaas.config: 'org.x.PlainLoginModule required username=\"${env:U}\""
            + " password=hunter2;'",
        "producer.override.password: hunter2",
        "basic.auth.user.info: me:hunter2",
        "schema.registry.api.key: hunter2",
        "vendor.token: hunter2",
        "ssl.key.password: '${hunter2}'",
        "ssl.key.password: '${env:A}hunter2'",
      })
  void aSecretInClearTextIsRejectedAndNotShown(String line) {
    InvalidPipelineException e = invalid(HEAD + line);

    assertThat(e.errors()).singleElement().asString().startsWith("fraud.yaml:5  kafka.");
    assertThat(e)
        .hasMessageContaining("holds a secret in clear text. Write ${env:NAME}")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ssl.key.password: [hunter2, { a: b }]",
        "ssl.key.password: { hunter2: hunter2 }",
        "ssl.key.password: hunter2\n bad: indent",
        "ssl.key.password: *hunter2",
        "ssl.key.password: \"hunter2",
        "ssl.key.password: %hunter2",
        "ssl.key.password: !hunter2 [",
        "ssl.key.password: !!hunter2",
        "ssl.key.password: !hunter2!x",
        "ssl.key.password: &hunter2",
      })
  void noMistakeAroundASecretShowsIt(String line) {
    assertThat(invalid(HEAD + line)).hasMessageNotContaining("hunter2");
  }

  @Test
  void aPropertyListInsteadOfAMapIsNotShown() {
    assertThat(invalid("pipeline: a\ninput: { label: y }\nkafka: 'password=hunter2'"))
        .hasMessageContaining("kafka must be a map of options, but was a single value")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sasl.oauthbearer.token.endpoint.url: https://login.example",
        "ssl.truststore.location: /etc/trust.p12",
        "basic.auth.credentials.source: USER_INFO",
        "sasl.jaas.config: 'com.sun.Krb5LoginModule required useKeyTab=true storeKey=true"
            + " keyTab=\"/etc/m.keytab\" principal=\"m@X\";'",
        "sasl.jaas.config: 'org.x.ScramLoginModule required username=u password=\"${env:P}\""
            + " tokenauth=true;'",
        "ssl.key.password: ${env:KEY_PASSWORD}",
      })
  void acceptsPropertiesWithoutSecrets(String line) {
    String key = line.substring(0, line.indexOf(':'));

    assertThat(parse(HEAD + line).kafka()).containsKey(key);
  }

  @Test
  void theClientsFillInPlaceholders() throws IOException {
    Path secrets =
        Files.writeString(folder.resolve("secrets.properties"), "key=hunter2\nid=loader\n");
    Settings settings =
        parse(
            HEAD
                + "ssl.key.password: ${file:"
                + secrets
                + ":key}\n  client.id: ${file:"
                + secrets
                + ":id}");
    Map<String, Object> client = new HashMap<>(settings.kafka());
    client.put("key.deserializer", ByteArrayDeserializer.class);
    client.put("value.deserializer", ByteArrayDeserializer.class);

    ConsumerConfig config = new ConsumerConfig(client);

    assertThat(settings.kafka().values()).noneMatch(value -> value.contains("hunter2"));
    assertThat(config.getPassword("ssl.key.password").value()).isEqualTo("hunter2");
    assertThat(config.getString("client.id")).isEqualTo("loader");
  }

  @Test
  void kafkasOwnProvidersJoinTheOnesThatAreNamed() {
    Map<String, String> kafka =
        parse(
                HEAD
                    + "config.providers: vault\n  config.providers.vault.class: org.x.Vault\n"
                    + "  ssl.key.password: ${vault:a:b}\n  ssl.keystore.password: ${env:C}")
            .kafka();

    assertThat(kafka)
        .containsEntry("config.providers", "env,vault")
        .containsEntry("config.providers.vault.class", "org.x.Vault")
        .containsEntry(
            "config.providers.env.class",
            "org.apache.kafka.common.config.provider.EnvVarConfigProvider");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "ssl.key.password: ${vault:a:b} | ssl.key.password uses the config provider \"vault\","
            + " which is not in config.providers. Add it there, or use one of: directory, env,"
            + " file",
        "secrity.protocol: SSL | secrity.protocol is not a property of Kafka clients. Did you mean"
            + " \"security.protocol\"?",
        "fetch.min.bytes: few  | fetch.min.bytes must be of Kafka's type int, but was \"few\"",
        "acks: 5               | acks must be what Kafka allows, [all, -1, 0, 1], but was 5",
        "acks: 1               | acks must be all, because the delivery guarantees need it, but was"
            + " 1. Remove it",
        "group.id: mine        | group.id cannot be set, because it is the pipeline's name. Remove"
            + " it",
        "client.id:            | client.id must be text, a number, true or false, but was empty",
        "ssl: { protocol: x }  | ssl must be text, a number, true or false, but was a map. Write"
            + " nested names with dots, such as security.protocol",
      })
  void eachMistakeInClientPropertiesHasItsOwnWords(String line, String error) {
    assertThat(invalid(HEAD + line).errors()).containsExactly("fraud.yaml:5  kafka." + error);
  }

  @Test
  void theBrokersMustBeNamed() {
    assertThat(invalid("pipeline: a\ninput: { label: y }\nkafka:\n  acks: all").errors())
        .containsExactly(
            "fraud.yaml:4  kafka.bootstrap.servers is missing. Add it, for example:"
                + " bootstrap.servers: localhost:9092");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a:9092,b:9092", "[::1]:9092", "'${env:BROKERS}'", "SSL://a.b-c.example:443"})
  void brokersComeInManyForms(String servers) {
    String yaml = "pipeline: a\ninput: { label: y }\nkafka:\n  bootstrap.servers: ";

    assertThat(parse(yaml + (servers.startsWith("[") ? "'" + servers + "'" : servers)).kafka())
        .containsKey("bootstrap.servers");
  }

  private static Settings parse(String yaml) {
    return PipelineFile.parse("fraud.yaml", yaml, null);
  }

  private static InvalidPipelineException invalid(String yaml) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> parse(yaml));
  }
}
