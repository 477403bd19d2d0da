package dev.millrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.config.yaml.InvalidPipelineException;
import dev.millrace.data.Secret;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import dev.millrace.input.InputSpec;
import dev.millrace.input.RegistrySpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PipelineFileFormatsTest {
  private static final String HEAD =
      "pipeline: fraud\nkafka: { bootstrap.servers: localhost:9092 }\ninput:\n  label: class\n";
  private static final String REGISTRY = HEAD + "  registry:\n    url: https://r.example:8081/x/\n";

  @Test
  void aRegistryNeedsNoMoreThanItsAddress() {
    RegistrySpec registry =
        parse(HEAD + "  registry: { url: 'http://localhost:8081' }").input().spec().registry();

    assertThat(registry)
        .isEqualTo(
            new RegistrySpec(
                "http://localhost:8081",
                null,
                null,
                RegistrySpec.Tls.DEFAULT,
                new RegistrySpec.Timing(5_000, 10_000, 1_000, 60_000, 60_000),
                1_000));
  }

  @Test
  void allThatARegistryMayNeedIsUnderstood() {
    Settings settings =
        parse(
            REGISTRY
                + "    basic-auth: ${env:USER_INFO}\n"
                + "    truststore: /etc/ca.pem\n"
                + "    truststore-password: ${directory:/run/secrets:trust}\n"
                + "    keystore: /etc/me.p12\n"
                + "    keystore-password: ${file:/etc/s.properties:k}\n"
                + "    connect-timeout: 1s\n"
                + "    request-timeout: 2s\n"
                + "    retry-backoff: 100ms\n"
                + "    retry-backoff-max: 5s\n"
                + "    missing-schema-cache-ttl: 10m\n"
                + "    cache-size: 5\n");

    assertThat(settings.input().spec().registry())
        .isEqualTo(
            new RegistrySpec(
                "https://r.example:8081/x",
                new Secret("${env:USER_INFO}"),
                null,
                new RegistrySpec.Tls(
                    "/etc/ca.pem",
                    new Secret("${directory:/run/secrets:trust}"),
                    "/etc/me.p12",
                    new Secret("${file:/etc/s.properties:k}")),
                new RegistrySpec.Timing(1_000, 2_000, 100, 5_000, 600_000),
                5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "    basic-auth: me:hunter2",
        "    basic-auth: '${env:A}hunter2'",
        "    bearer-token: hunter2",
        "    bearer-token: [hunter2]",
        "    keystore-password: hunter2",
        "    truststore-password: ${vault:hunter2:a}"
      })
  void aSecretInClearTextIsRejectedAndNotShown(String line) {
    assertThat(invalid(REGISTRY + line))
        .hasMessageContaining("must be a placeholder for ")
        .hasMessageContaining("The value is not shown")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://me:hunter2@r.example",
        "https://r.example?token=hunter2",
        "ftp://hunter2",
        "hunter2"
      })
  void anAddressWithASecretIsRejectedAndNotShown(String url) {
    assertThat(invalid(HEAD + "  registry: { url: '" + url + "' }"))
        .hasMessageContaining("input.registry.url must be http:// or https://")
        .hasMessageNotContaining("hunter2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic-auth: '${env:A}', bearer-token: '${env:B}'"
            + "|input.registry.bearer-token and input.registry.basic-auth exclude each other",
        "keystore: /k.p12|input.registry.keystore needs keystore-password",
        "keystore-password: '${env:A}'|input.registry.keystore-password has no effect without",
        "truststore-password: '${env:A}'|input.registry.truststore-password has no effect without",
        "request-timeout: fast|input.registry.request-timeout must be a time between 10ms and 10m",
        "ulr: a|input.registry.ulr is not an option. Did you mean \"url\"?"
      })
  void rejectsRegistryOptionsThatExcludeEachOther(String options, String message) {
    assertThat(invalid(HEAD + "  registry: { url: 'http://r', " + options + " }"))
        .hasMessageContaining(message);
  }

  @Test
  void aRegistryGoesWithAvroAlone() {
    assertThat(invalid(HEAD + "  format: json\n  features: [a]\n  registry: { url: 'http://r' }"))
        .hasMessageContaining(
            "fraud.yaml:7  input.registry applies only to input.format: avro, but it is json");
  }

  @Test
  void rawAvroNeedsTheSchemaOfItsRecords(@TempDir Path folder) throws IOException {
    assertThat(invalid(HEAD + "  format: avro-raw\n"))
        .hasMessageContaining(
            "fraud.yaml:5  input.format avro-raw needs input.schema, the path of the records'"
                + " .avsc file");
    String schema =
        "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"class\",\"type\":\"string\"},"
            + "{\"name\":\"a\",\"type\":\"int\"}]}";
    Files.writeString(folder.resolve("a.avsc"), schema);

    InputSpec spec =
        PipelineFile.parse(
                "fraud.yaml",
                HEAD + "  format: avro-raw\n  schema: a.avsc\n  features: [a]\n",
                folder)
            .input()
            .spec();

    assertThat(spec.format()).isEqualTo(InputSpec.Format.AVRO_RAW);
    assertThat(spec.schema()).isEqualTo(new Schema.Parser().parse(schema).toString());
  }

  @Test
  void csvMayHaveAnotherNotation() {
    String yaml = HEAD + "  decimal: ','\n  thousands: '.'\n  date-format: 'd.M.yyyy[ H:mm]'\n";

    assertThat(parse(yaml).input().spec().notation())
        .isEqualTo(new CellNotation(Mark.COMMA, Mark.POINT, "d.M.yyyy[ H:mm]"));
    assertThat(parse(HEAD).input().spec().notation()).isEqualTo(CellNotation.PLAIN);
    assertThat(parse(HEAD + "  thousands: space").input().spec().notation().thousands())
        .isEqualTo(Mark.SPACE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "decimal: ';' | input.decimal \";\" is not known.",
        "decimal: space | input.decimal \"space\" is not known.",
        "thousands: '.' | input.thousands must be another mark than input.decimal, but both are"
            + " \".\"",
        "date-format: jj | input.date-format must be a date format such as d.M.yyyy, but was"
            + " \"jj\": Unknown pattern letter: j",
      })
  void aWrongNotationIsRejected(String option, String error) {
    assertThatThrownBy(() -> parse(HEAD + "  " + option))
        .isInstanceOf(InvalidPipelineException.class)
        .hasMessageContaining(error);
  }

  @Test
  void csvHasColumns() {
    Settings settings =
        parse(HEAD + "  format: csv\n  columns: [class, a.b, c]\n  features: [a.b]\n");

    assertThat(settings.input().spec().format()).isEqualTo(InputSpec.Format.CSV);
    assertThat(settings.input().spec().columns()).isEqualTo(List.of("class", "a.b", "c"));
  }

  @Test
  void rejectsNamesThatAreNotColumns() {
    assertThat(invalid(HEAD + "  format: csv\n  features: [a]\n"))
        .hasMessageContaining("input.format csv needs input.columns");
    assertThat(invalid(HEAD + "  columns: [class]\n"))
        .hasMessageContaining("input.columns apply only to input.format: csv");
    assertThat(invalid(HEAD + "  format: csv\n  columns: [class, a]\n"))
        .hasMessageContaining("csv needs input.features");
    assertThat(invalid(HEAD + "  format: csv\n  columns: [clas, amount]\n  features: [amout]\n"))
        .hasMessageContaining(
            "input.label \"class\" is not one of input.columns." + " Did you mean \"clas\"?")
        .hasMessageContaining(
            "input.features \"amout\" is not one of input.columns." + " Did you mean \"amount\"?");
  }

  @Test
  void labelsThatComeLaterAreCsvLinesOfTheSameColumns() {
    String csv =
        HEAD
            + "  topic: in\n  format: csv\n  columns: [class, id, a]\n  features: [a]\n  id: id\n"
            + "  task: regression\n  labels: { topic: ";

    assertThat(parse(csv + "in }\n").input().topics()).containsExactly("in");
    assertThat(invalid(csv + "labels }\n"))
        .hasMessageContaining(
            "input.labels must be on the topic of the features with csv, because all lines have the"
                + " same columns. Set that topic");
  }

  private static Settings parse(String yaml) {
    return PipelineFile.parse("fraud.yaml", yaml, null);
  }

  private static InvalidPipelineException invalid(String yaml) {
    return catchThrowableOfType(InvalidPipelineException.class, () -> parse(yaml));
  }
}
