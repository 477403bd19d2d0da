package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a good record has that no model sees: unlisted one-hot values, and fields nothing reads. */
class OmittedFieldsTest {
  private static final List<FeatureSpec> FEATURES =
      List.of(
          new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
          new FeatureSpec("card", FeatureSpec.Type.ONE_HOT, false, List.of("visa", "amex"), 0));

  private static InputSpec input(InputSpec.Format format, List<String> columns) {
    InputSpec standard = Records.spec(Task.BINARY, List.of(), FEATURES);
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = format;
          to.task = Task.BINARY;
          to.features = FEATURES;
          to.limits = standard.limits();
          to.columns = columns;
        });
  }

  private static Example decode(InputSpec input, byte[]... values) {
    ExampleDecoder decoder = new ExampleDecoder(input);
    Example example = new Example();
    for (byte[] value : values) {
      assertThat(decoder.decode(Records.record("k", value, 1), example)).isNull();
    }
    return example;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aJsonRecordNamesTheOutermostFieldsThatNothingReads() {
    Example example =
        decode(
            input(InputSpec.Format.JSON, List.of()),
            utf8(
                "{\"label\":\"a\",\"amount\":1,\"ammount\":2,\"card\":\"diners\",\"shop\":{\"id\":1}}"));

    assertThat(example.ignoredFields).containsExactly("ammount", "shop");
    assertThat(example.unlistedFeatures).containsExactly("card");
    assertThat(example.unlistedValues).singleElement().hasToString("diners");
    assertThat(example.features).startsWith(1f, 0f, 0f);
  }

  @Test
  void theNextRecordBeginsWithNone() {
    Example example =
        decode(
            input(InputSpec.Format.JSON, List.of()),
            utf8("{\"label\":\"a\",\"amount\":1,\"x\":2,\"card\":\"diners\"}"),
            utf8("{\"label\":\"a\",\"amount\":1,\"card\":\"visa\"}"));

    assertThat(example.ignoredFields).isEmpty();
    assertThat(example.unlistedFeatures).isEmpty();
    assertThat(example.unlistedValues).isEmpty();
  }

  @Test
  void aCsvLineHasColumnsThatNothingReads() {
    Example example =
        decode(
            input(InputSpec.Format.CSV, List.of("label", "note", "amount", "card")),
            utf8("a,hello,1,diners"));

    assertThat(example.ignoredFields).containsExactly("note");
    assertThat(example.unlistedFeatures).containsExactly("card");
  }

  @Test
  void anExampleOfTheStandardSchemaHasAttributes() {
    byte[] value =
        new ExampleEncoder()
            .encode(
                "id",
                "k",
                1,
                "a",
                0,
                1f,
                new float[] {1f},
                1,
                new int[0],
                Map.of("card", "diners", "note", "hello"));
    Example example = decode(input(InputSpec.Format.AVRO, List.of()), value, value);

    assertThat(example.ignoredFields).containsExactly("note");
    assertThat(example.unlistedFeatures).containsExactly("card");
  }

  @Test
  void eachUnlistedFeatureHasItsOwnValueCutShortIfLong() {
    List<FeatureSpec> features =
        List.of(
            FEATURES.get(0),
            FEATURES.get(1),
            new FeatureSpec("country", FeatureSpec.Type.ONE_HOT, false, List.of("no", "se"), 0),
            new FeatureSpec("shop", FeatureSpec.Type.ONE_HOT, false, List.of("lemon"), 0));
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("card", "diners");
    attributes.put("country", "a".repeat(5_000));
    attributes.put("shop", "pear");
    byte[] value =
        new ExampleEncoder()
            .encode("id", "k", 1, "a", 0, 1f, new float[] {1f}, 1, new int[0], attributes);
    Example example = decode(Records.spec(Task.BINARY, List.of(), features), value);

    assertThat(example.unlistedFeatures).containsExactly("card", "country", "shop");
    assertThat(example.unlistedValues)
        .extracting(CharSequence::toString)
        .containsExactly("diners", "a".repeat(256), "pear");
  }

  @Test
  void anAvroRecordHasFieldsOfItsSchema() {
    String schema =
        """
        {"type": "record", "name": "Payment", "fields": [
          {"name": "label", "type": "string"}, {"name": "amount", "type": "double"},
          {"name": "card", "type": "string"}, {"name": "note", "type": "string"}]}
        """;
    InputSpec json = input(InputSpec.Format.JSON, List.of());
    InputSpec avro =
        InputSpec.DEFAULT.with(
            to -> {
              to.format = InputSpec.Format.AVRO_RAW;
              to.schema = schema;
              to.key = json.key();
              to.label = json.label();
              to.task = json.task();
              to.features = FEATURES;
              to.limits = json.limits();
            });
    byte[] value = {2, 'a', 0, 0, 0, 0, 0, 0, 0, 0, 4, 'd', 'c', 2, 'n'};

    assertThat(decode(avro, value).ignoredFields).containsExactly("note");
    assertThat(decode(avro, value).unlistedFeatures).containsExactly("card");
  }
}
