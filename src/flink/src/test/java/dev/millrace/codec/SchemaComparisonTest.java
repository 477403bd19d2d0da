package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.SchemaComparison.Field;
import dev.millrace.codec.SchemaComparison.Outcome;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaComparisonTest {

  @Test
  void eachFieldIsNamedWithWhatBecomesOfIt() {
    SchemaComparison comparison =
        compare(
            """
            {"name":"id","type":"long"},
            {"name":"count","type":"int"},
            {"name":"old","type":"string"},
            {"name":"rate","type":["null","float"]},
            {"name":"price","type":"double"},
            {"name":"tags","type":{"type":"map","values":{"type":"array","items":"int"}}}
            """,
            """
            {"name":"rate","type":["null","double"]},
            {"name":"id","type":"long"},
            {"name":"count","type":"double"},
            {"name":"name","type":"string","aliases":["none","old"]},
            {"name":"price","type":["null","double"]},
            {"name":"age","type":["null","double"],"default":null},
            {"name":"country","type":"string","default":"NO"}
            """);

    assertThat(comparison.isCompatible()).isTrue();
    assertThat(comparison.fields())
        .containsExactly(
            new Field("rate", "null or float", "null or double", null, Outcome.PROMOTED),
            new Field("id", "long", "long", null, Outcome.READ),
            new Field("count", "int", "double", null, Outcome.PROMOTED),
            new Field("name", "string", "string", null, Outcome.READ),
            new Field("price", "double", "null or double", null, Outcome.READ),
            new Field("age", null, "null or double", "null", Outcome.DEFAULT),
            new Field("country", null, "string", "NO", Outcome.DEFAULT),
            new Field("tags", "map of array of int", null, null, Outcome.IGNORED));
  }

  @Test
  void allDifferencesAreInOneLine() {
    SchemaComparison comparison =
        compare(
            """
            {"name":"color","type":{"type":"enum","name":"Color","symbols":["red","green","blue"]}},
            {"name":"kind","type":{"type":"enum","name":"Kind","symbols":["a"]}},
            {"name":"maybe","type":["null","double"]},
            {"name":"code","type":"string"}
            """,
            """
            {"name":"color","type":{"type":"enum","name":"Color","symbols":["red"]}},
            {"name":"kind","type":"int"},
            {"name":"maybe","type":"double"},
            {"name":"code","type":{"type":"enum","name":"Code","symbols":["x"]}},
            {"name":"weight","type":"double"}
            """);

    assertThat(comparison.isCompatible()).isFalse();
    assertThat(comparison.fields())
        .extracting(Field::outcome)
        .containsExactly(
            Outcome.INCOMPATIBLE,
            Outcome.INCOMPATIBLE,
            Outcome.INCOMPATIBLE,
            Outcome.INCOMPATIBLE,
            Outcome.MISSING);
    assertThat(comparison.difference())
        .isEqualTo(
            "color is written as enum Color, read as enum Color: it does not know green, blue; "
                + "kind is written as enum Kind, read as int; "
                + "maybe is written as null or double, read as double; "
                + "code is written as string, read as enum Code; "
                + "weight (double) is not written and has no default");
  }

  @Test
  void theFieldsOfANestedRecordAreNamedWithDots() {
    String place = "{\"type\":\"record\",\"name\":\"Place\",\"fields\":[%s]}";
    String written =
        place.formatted("{\"name\":\"city\",\"type\":\"string\"}," + field("zip", "\"int\""));
    String read = place.formatted(field("city", "\"string\""));

    assertThat(compare(field("place", written), field("place", "[\"null\"," + read + "]")).fields())
        .containsExactly(
            new Field("place.city", "string", "string", null, Outcome.READ),
            new Field("place.zip", "int", null, null, Outcome.IGNORED));
    assertThat(compare(field("place", "[\"null\"," + written + "]"), field("place", read)).fields())
        .containsExactly(
            new Field("place", "null or record Place", "record Place", null, Outcome.INCOMPATIBLE));
    assertThat(compare(field("place", written), field("place", "\"string\"")).fields())
        .containsExactly(new Field("place", "record Place", "string", null, Outcome.INCOMPATIBLE));
  }

  @Test
  void aSchemaMayContainItself() {
    Schema node = schema(field("value", "\"int\"") + "," + field("next", "[\"null\",\"Node\"]"));

    assertThat(SchemaComparison.of(node, node).fields())
        .containsExactly(
            new Field("value", "int", "int", null, Outcome.READ),
            new Field("next", "null or record Node", "null or record Node", null, Outcome.READ));
  }

  private static SchemaComparison compare(String written, String read) {
    return SchemaComparison.of(schema(written), schema(read));
  }

  private static String field(String name, String type) {
    return "{\"name\":\"%s\",\"type\":%s}".formatted(name, type);
  }

  private static Schema schema(String fields) {
    return new Schema.Parser()
        .parse("{\"type\":\"record\",\"name\":\"Node\",\"fields\":[" + fields + "]}");
  }
}
