package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.config.PipelineFile;
import dev.millrace.data.Example;
import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.input.InputSpec;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.junit.jupiter.api.Test;

/** Rows that are predicted. */
class RowReaderTest {
  private static final InputSpec PIPELINE =
      PipelineFile.parseEmbedded(
              "pipeline",
              """
              input:
                label: clicked
                features:
                  - { name: user, type: id, ttl: 1d }
                  - { name: tags, type: set, max: 2 }
                  - { name: cart, type: sparse, max: 2 }
              """,
              "clicks",
              null)
          .input()
          .spec();

  private static ResolvedSchema schema(Column... more) {
    Column[] columns = new Column[more.length + 2];
    columns[0] = Column.physical("shop", DataTypes.STRING());
    columns[1] = Column.physical("user", DataTypes.BIGINT());
    System.arraycopy(more, 0, columns, 2, more.length);
    return ResolvedSchema.of(columns);
  }

  private static long id(String column, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return new IdHash(column).of(utf8, utf8.length);
  }

  @Test
  void arraysAndMapsAreIds() {
    QuestionColumns columns =
        QuestionColumns.of(
            schema(
                Column.physical("tags", DataTypes.ARRAY(DataTypes.STRING())),
                Column.physical(
                    "cart", DataTypes.MAP(DataTypes.STRING(), DataTypes.DECIMAL(8, 2)))),
            PIPELINE,
            null);
    GenericRowData row =
        GenericRowData.of(
            StringData.fromString("oslo"),
            17L,
            new GenericArrayData(
                new Object[] {StringData.fromString("red"), null, StringData.fromString("big")}),
            new GenericMapData(
                Map.of(
                    StringData.fromString("hat"),
                    DecimalData.fromBigDecimal(new BigDecimal("2.50"), 8, 2))));
    Example example = new Example();

    assertThat(new RowReader(columns, PIPELINE).read(row, example)).isNull();

    float[] features = example.features;
    assertThat(example.key).isEqualTo("oslo");
    assertThat(IdWords.read(features, 0)).isEqualTo(id("user", "17"));
    assertThat(IdWords.read(features, 3)).isEqualTo(id("tags", "red"));
    assertThat(IdWords.read(features, 6)).isEqualTo(id("tags", "big"));
    assertThat(IdWords.read(features, 9)).isEqualTo(id("cart", "hat"));
    assertThat(features[12]).isEqualTo(2.5f);
    assertThat(IdWords.isPresent(features, 13)).isFalse();
    assertThat(IdWords.readTime(features, 17)).as("a row to predict has no time").isZero();
  }

  @Test
  void aColumnThatHasNoIdsIsNamed() {
    assertThatThrownBy(
            () ->
                QuestionColumns.of(
                    schema(
                        Column.physical("tags", DataTypes.MAP(DataTypes.INT(), DataTypes.INT())),
                        Column.physical("cart", DataTypes.STRING())),
                    PIPELINE,
                    null))
        .isInstanceOf(ValidationException.class)
        .hasMessage(
            "input.features \"tags\" must be a text, a number, BOOLEAN or an ARRAY of these, but is"
                + " MAP<INT, INT>. Cast it, or leave it out");
  }
}
