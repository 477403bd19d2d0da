package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What CREATE MODEL accepts, by Flink's own planner. */
class MillraceModelProviderFactoryTest {
  private static final String PIPELINE =
      "{ pipeline: fraud, kafka: { bootstrap.servers: \"localhost:1\" },"
          + " input: { format: json, label: verdict, key: card, features: [amount,"
          + " { name: country, type: one-hot, values: [no, se] }, { name: at, type: time }] } }";
  private static final String INPUT =
      "card STRING, amount DOUBLE, country STRING, `at` TIMESTAMP(3)";

  private final TableEnvironment tables =
      TableEnvironment.create(EnvironmentSettings.inStreamingMode());

  @TempDir private Path dir;

  private String plan(String input, String output, String options) {
    String amount = input.contains("amount STRING") ? "STRING" : "DOUBLE";
    tables.executeSql("DROP TEMPORARY VIEW IF EXISTS v");
    tables.executeSql(
        "CREATE TEMPORARY VIEW v AS SELECT * FROM (VALUES ('a', CAST(1 AS %s), 'no',"
                .formatted(amount)
            + " TIMESTAMP '2026-01-01 00:00:00')) AS t(card, amount, country, `at`)");
    tables.executeSql("DROP TEMPORARY MODEL IF EXISTS m");
    tables.executeSql(
        "CREATE TEMPORARY MODEL m INPUT (%s) OUTPUT (%s) WITH ('provider' = 'millrace', %s)"
            .formatted(input, output, options));
    return tables.explainSql(
        "SELECT * FROM ML_PREDICT(TABLE v, MODEL m, DESCRIPTOR(card, amount, country, `at`))");
  }

  private void assertRejected(String input, String output, String options, String message) {
    assertThatThrownBy(() -> plan(input, output, options)).rootCause().hasMessage(message);
  }

  private static String pipeline(String yaml) {
    return "'pipeline' = '" + yaml + "'";
  }

  @Test
  void aModelIsPlannedWithItsPipelineAsTextOrFile() throws Exception {
    Path file = Files.writeString(dir.resolve("fraud.yaml"), PIPELINE);

    assertThat(plan(INPUT, "`class` STRING", pipeline(PIPELINE))).contains("MLPredict");
    assertThat(plan(INPUT, "`class` STRING", "'pipeline.file' = '" + file + "'"))
        .contains("MLPredict");
  }

  @Test
  void brokersOfTheStatementReplaceThoseOfThePipeline() {
    String withoutBrokers = PIPELINE.replace("kafka: { bootstrap.servers: \"localhost:1\" },", "");
    String options = pipeline(withoutBrokers) + ", 'properties.bootstrap.servers' = 'broker:9092'";

    assertThat(plan(INPUT, "`class` STRING", options)).contains("MLPredict");
    assertThatThrownBy(() -> plan(INPUT, "`class` STRING", pipeline(withoutBrokers)))
        .rootCause()
        .hasMessageStartingWith("Option 'pipeline' is not valid: pipeline:1  kafka is missing.");
  }

  @Test
  void nothingOfAFileThatIsNoPipelineIsShown() throws Exception {
    for (String text :
        new String[] {
          "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n",
          "root: '*:19000:0:99999:7:::'\ndaemon: '*:19000:0'\n",
          "token: \"unclosed",
          "- secret\n",
          ""
        }) {
      Path file = Files.writeString(dir.resolve("other"), text);

      assertRejected(
          INPUT,
          "`class` STRING",
          "'pipeline.file' = '" + file + "'",
          "Option 'pipeline.file' must name a pipeline file, a readable YAML map with the option"
              + " pipeline, but was "
              + file
              + ". Check it with ./millrace validate -c FILE");
    }
  }

  @Test
  void errorsInAPipelineFileAreShown() throws Exception {
    Path file =
        Files.writeString(dir.resolve("wrong.yaml"), PIPELINE.replace("verdict", "a, lab: 1"));

    assertThatThrownBy(() -> plan(INPUT, "`class` STRING", "'pipeline.file' = '" + file + "'"))
        .rootCause()
        .hasMessageContaining("input.lab is not an option");
  }

  @Test
  void aStatementNamesNoClassesAndReadsNoFiles() {
    String brokers = pipeline(PIPELINE) + ", 'properties.";
    String end = ". Set it in the file that 'pipeline.file' names";
    assertRejected(
        INPUT,
        "`class` STRING",
        brokers + "interceptor.classes' = 'java.lang.ProcessBuilder'",
        "Kafka property 'interceptor.classes': a statement must not name a class, only those of"
            + " org.apache.kafka.*"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        brokers
            + "metric.reporters' = 'org.apache.kafka.common.metrics.JmxReporter,"
            + " java.lang.Runtime'",
        "Kafka property 'metric.reporters': a statement must not name a class, only those of"
            + " org.apache.kafka.*"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        brokers
            + "config.providers.x.class' ="
            + " 'org.apache.kafka.common.config.provider.FileConfigProvider'",
        "Kafka property 'config.providers.x.class': a statement must not name a config provider,"
            + " only org.apache.kafka.common.config.provider.EnvVarConfigProvider"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        brokers + "client.id' = '${file:/etc/passwd:root}'",
        "Kafka property 'client.id': a statement must not read a file into a property, only"
            + " ${env:NAME}"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        pipeline(PIPELINE.replace("kafka: {", "kafka: { client.id: \"${directory:/etc:passwd}\",")),
        "Kafka property 'client.id': a statement must not read a file into a property, only"
            + " ${env:NAME}"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        pipeline(PIPELINE.replace("kafka: {", "kafka: { ssl.key.password: \"${file:/etc/k:k}\",")),
        "Kafka property 'ssl.key.password': a statement must not read a file into a property, only"
            + " ${env:NAME}"
            + end);
    assertRejected(
        INPUT,
        "`class` STRING",
        pipeline(PIPELINE.replace("kafka: {", "kafka: { sasl.login.class: java.lang.Runtime,")),
        "Kafka property 'sasl.login.class': a statement must not name a class, only those of"
            + " org.apache.kafka.*"
            + end);
  }

  @Test
  void aStatementNamesNoLoginModuleButKafkas() {
    String module = "required keyStoreURL=\"http://localhost/keys\";";
    String end = ". Set it in the file that 'pipeline.file' names";
    String rejected =
        "Kafka property 'sasl.jaas.config': a statement must not name a login module, only those of"
            + " org.apache.kafka.*"
            + end;
    String property = pipeline(PIPELINE) + ", 'properties.sasl.jaas.config' = '%s'";
    for (String value :
        new String[] {
          "com.sun.security.auth.module.KeyStoreLoginModule " + module,
          "/* org.apache.kafka. */ com.sun.security.auth.module.KeyStoreLoginModule " + module
        }) {
      assertRejected(INPUT, "`class` STRING", property.formatted(value), rejected);
    }
    for (String value :
        new String[] {
          "org.apache.kafka.common.security.plain.PlainLoginModule required;"
              + " com.sun.security.auth.module.KeyStoreLoginModule "
              + module,
          "org.apache.kafka.common.security.plain.PlainLoginModule",
          "${env:A}com.sun.security.auth.module.KeyStoreLoginModule " + module,
          "com.sun.security.auth.module.JndiLoginModule required;"
        }) {
      assertRejected(
          INPUT,
          "`class` STRING",
          property.formatted(value),
          "Kafka property 'sasl.jaas.config' must be one login module of org.apache.kafka.*, with"
              + " its options and a semicolon at the end");
    }
    for (String value :
        new String[] {
          "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\""
              + " password=\"${env:PASSWORD}\";",
          "${env:LOGIN}"
        }) {
      assertThat(plan(INPUT, "`class` STRING", property.formatted(value))).contains("MLPredict");
    }
  }

  @Test
  void aPipelineInAStatementNamesNoFiles() throws Exception {
    Path present = Files.writeString(dir.resolve("secret"), "secret");
    String end = " is not allowed in a statement. Set it in the file that 'pipeline.file' names";
    for (Path file : new Path[] {present, dir.resolve("absent")}) {
      String schema = PIPELINE.replace("format: json", "format: avro-raw, schema: " + file);
      String start = " model: { warm-start: { file: " + file + " } } }";
      String mixture = " auto: { warm-start: { file: " + file + " } } }";
      for (String text : new String[] {schema, "\uFEFF" + schema}) {
        assertRejectedFile(text, "input.schema" + end);
      }
      assertRejectedFile(PIPELINE.replaceAll("}$", "," + start), "model.warm-start.file" + end);
      assertRejectedFile(PIPELINE.replaceAll("}$", "," + mixture), "auto.warm-start.file" + end);
    }
  }

  private void assertRejectedFile(String text, String message) {
    assertThatThrownBy(() -> plan(INPUT, "`class` STRING", pipeline(text)))
        .rootCause()
        .hasMessageStartingWith(
            "Option 'pipeline' is not valid: pipeline:1  " + message + "\n1 error");
  }

  @Test
  void aPipelineFileMayNameClassesAndFilesAndAStatementTheEnvironment() throws Exception {
    String classes =
        PIPELINE.replace(
            "kafka: {",
            "kafka: { interceptor.classes: org.example.Audit, client.id: \"${file:/run/id:id}\",");
    Path file = Files.writeString(dir.resolve("audited.yaml"), classes);

    assertThat(plan(INPUT, "`class` STRING", "'pipeline.file' = '" + file + "'"))
        .contains("MLPredict");
    assertThat(
            plan(
                INPUT,
                "`class` STRING",
                pipeline(PIPELINE) + ", 'properties.client.id' = '${env:HOSTNAME}'"))
        .contains("MLPredict");
  }

  @Test
  void anOutputColumnOfAnotherNameOrTypeIsAnsweredWithThoseThatThereAre() {
    String allowed =
        "but must be one of: class STRING, probability DOUBLE, probabilities MAP<STRING, DOUBLE>,"
            + " value DOUBLE, low DOUBLE, high DOUBLE, class_set ARRAY<STRING>, labels"
            + " ARRAY<STRING>, outputs MAP<STRING, STRING>, reasons MAP<STRING, DOUBLE>,"
            + " model_version BIGINT";

    assertRejected(
        INPUT, "label STRING", pipeline(PIPELINE), "OUTPUT column \"label\" is STRING, " + allowed);
    assertRejected(
        INPUT, "`class` INT", pipeline(PIPELINE), "OUTPUT column \"class\" is INT, " + allowed);
  }

  @Test
  void anInputColumnThatThePipelineCannotReadIsNamed() {
    assertRejected(
        INPUT.replace("amount DOUBLE", "amount STRING"),
        "`class` STRING",
        pipeline(PIPELINE),
        "input.features \"amount\" must be a number or BOOLEAN, but is STRING. Cast it, or declare"
            + " it as { name: amount, type: hash }");
    assertRejected(
        INPUT.replace("amount", "amonut"),
        "`class` STRING",
        pipeline(PIPELINE),
        "input.features names the column \"amount\", which INPUT does not have. Columns: card,"
            + " amonut, country, at");
    assertRejected(
        INPUT.replace("card", "shop"),
        "`class` STRING",
        pipeline(PIPELINE) + ", 'key' = 'amount'",
        "model key \"amount\" must be a text, a whole number, DECIMAL, BOOLEAN,"
            + " DATE or TIMESTAMP, but is DOUBLE. Cast it, or leave it out");
    assertRejected(
        INPUT,
        "`class` STRING",
        pipeline(PIPELINE) + ", 'key' = 'shop'",
        "key names the column \"shop\", which INPUT does not have. Columns: card, amount, country,"
            + " at");
  }

  @Test
  void optionsAreChecked() {
    assertRejected(
        INPUT,
        "`class` STRING",
        "'topic' = 'fraud.models'",
        "Set one of the options 'pipeline', the YAML text of the pipeline that publishes the"
            + " models, and 'pipeline.file', the path of its file");
    assertThatThrownBy(() -> plan(INPUT, "`class` STRING", pipeline(PIPELINE) + ", 'cache' = '1'"))
        .rootCause()
        .hasMessageContaining("Unsupported options:\n\ncache");
  }
}
