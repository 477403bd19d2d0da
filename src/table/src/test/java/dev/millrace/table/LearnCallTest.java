package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LearnCallTest {
  private static final RowType COLUMNS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("card", DataTypes.STRING()),
                  DataTypes.FIELD("amount", DataTypes.DOUBLE()),
                  DataTypes.FIELD("country", DataTypes.STRING()),
                  DataTypes.FIELD("at", DataTypes.TIMESTAMP_LTZ(3)),
                  DataTypes.FIELD("items", DataTypes.ARRAY(DataTypes.STRING())),
                  DataTypes.FIELD(
                      "cart", DataTypes.MAP(DataTypes.STRING(), DataTypes.DECIMAL(8, 2))),
                  DataTypes.FIELD("raw", DataTypes.ARRAY(DataTypes.BYTES())),
                  DataTypes.FIELD("fraud", DataTypes.BOOLEAN()))
              .getLogicalType();
  private static final int CARD = 0;
  private static final int AMOUNT = 1;
  private static final int COUNTRY = 2;

  @Test
  void numbersAndTextsAreFeaturesUnlessOthersAreDeclared() {
    LearnCall call = call("fraud", null, CARD);

    assertThat(call.types().numbers()).containsExactly("amount");
    assertThat(call.types().texts()).containsExactly("country");
    assertThat(call.types().times()).containsExactly("at");
    assertThat(call.input().key()).isEqualTo("card");
    assertThat(call.trainSpec().publish().predictions()).isTrue();
  }

  @Test
  void aPipelineFileOfTheJobIsAPipelineToo() {
    LearnCall call =
        call(
            null,
            """
            pipeline: fraud
            kafka: { bootstrap.servers: localhost:9092 }
            input: { key: card, label: fraud, format: json, features: [ { name: amount, type: numeric } ] }
            metrics: { window: 100 }
            """,
            CARD);

    assertThat(call.settings().pipeline()).isEqualTo("fraud");
    assertThat(call.input().width()).isEqualTo(1);
  }

  @Test
  void severalColumnsNameTheModel() {
    assertThat(call("fraud", null, COUNTRY, CARD).input().key()).isEqualTo("country/card");
  }

  @Test
  void theLabelIsNamedOnceAndIsAColumn() {
    rejects(null, null, "label is missing: the column to learn to predict. Add label => '...'");
    rejects(
        "frau",
        null,
        "label names the column \"frau\", which the table does not have. Columns: card, amount,"
            + " country, at, items, cart, raw, fraud");
    rejects(
        "fraud",
        "input: { label: country }",
        "label is \"fraud\", but input.label of the pipeline is \"country\". Remove one of them");
    rejects("card", null, "label \"card\" is a PARTITION BY column");
    rejects("items", null, "label \"items\" must be a text, a number or BOOLEAN, but is ARRAY");
    rejects(null, "model: auto", "pipeline:1  input.label is missing");
  }

  @Test
  void keysHaveOneTextEach() {
    assertThatThrownBy(() -> call("fraud", null, AMOUNT))
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "PARTITION BY column \"amount\" must be a text, a whole number, DECIMAL, BOOLEAN, DATE"
                + " or TIMESTAMP, but is DOUBLE. Cast it, or leave it out");
    rejects(
        "fraud",
        "input: { key: shop }",
        "input.key of the pipeline is \"shop\", but the table is partitioned by \"card\"");
  }

  @Test
  void declaredColumnsExistAndHaveATypeThatFits() {
    rejects(
        "fraud",
        features("{ name: city, type: hash }"),
        "input.features names the column \"city\"");
    rejects(
        "fraud",
        features("{ name: country, type: numeric }"),
        "input.features \"country\" must be a number or BOOLEAN, but is STRING. Cast it, or declare"
            + " it as { name: country, type: hash }");
    rejects(
        "fraud",
        features("{ name: items, type: hash }"),
        "input.features \"items\" must be a text, a number or BOOLEAN, but is ARRAY<STRING>");
    rejects(
        "fraud",
        "input: { weight: country }",
        "input.weight \"country\" must be a number, but is STRING");
  }

  @Test
  void columnsOfIdsHaveATypeThatFits() {
    LearnCall call =
        call(
            "fraud",
            features(
                "{ name: items, type: set }, { name: cart, type: sparse },"
                    + " { name: country, type: id }, { name: amount, type: set }"),
            CARD);
    assertThat(call.input().features()).hasSize(4);
    rejects(
        "fraud",
        features("{ name: items, type: id }"),
        "input.features \"items\" must be a text, a number or BOOLEAN, but is ARRAY<STRING>");
    rejects(
        "fraud",
        features("{ name: items, type: sparse }"),
        "input.features \"items\" must be a text, or a MAP from texts to numbers, but is ARRAY");
    rejects(
        "fraud",
        features("{ name: raw, type: set }"),
        "input.features \"raw\" must be a text, a number, BOOLEAN or an ARRAY of these, but is"
            + " ARRAY<BYTES>");
  }

  @Test
  void rejectsOptionsThatNeedTopics() {
    rejects(
        "fraud",
        "input:\n  labels: { timeout: 1h }",
        "pipeline:2  input.labels is not supported in SQL: a row has its label. Join features and"
            + " labels in SQL first, or run the pipeline with ./millrace run\n1 error.");
    rejects(
        "fraud", "auto: { warm-start: { key: all } }", "warm-start.key is not supported in SQL");
  }

  @Test
  void anErrorDoesNotRevealTheContentOfAFile(@TempDir Path dir) throws Exception {
    Path present = Files.writeString(dir.resolve("secret"), "secret");
    for (Path file : new Path[] {present, dir.resolve("absent"), dir}) {
      for (String part : new String[] {"auto", "model"}) {
        rejects(
            "fraud",
            part + ": { warm-start: { file: " + file + " } }",
            "pipeline:1  "
                + part
                + ".warm-start.file must name a model file that can be read where the statement is"
                + " planned, but was \"");
      }
      rejects(
          "fraud",
          "input: { schema: " + file + " }",
          "pipeline:1  input.schema is not supported in SQL: rows have columns. Remove it");
    }
  }

  @Test
  void errorsOfThePipelineHaveTheirLine() {
    rejects("fraud", "metrics: { widow: 3 }", "pipeline:1  metrics.widow is not an option");
  }

  private static String features(String one) {
    return "input: { features: [ " + one + " ] }";
  }

  private static void rejects(@Nullable String label, @Nullable String pipeline, String message) {
    assertThatThrownBy(() -> call(label, pipeline, CARD))
        .isInstanceOf(ValidationException.class)
        .hasMessageStartingWith(message);
  }

  private static LearnCall call(
      @Nullable String label, @Nullable String pipeline, int... partitionBy) {
    return LearnCall.of(COLUMNS, partitionBy, label, pipeline);
  }
}
