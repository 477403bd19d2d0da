package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.config.PipelineFile;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.OutputLabels;
import dev.millrace.data.OutputLabels.Label;
import dev.millrace.data.RecordKind;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.util.Utf8;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sets of labels, and labels of several targets. */
class OutputsDecodingTest {
  private static final String SET = "format: json, features: [x], label: tags, task: multilabel";
  private static final String TARGETS =
      "features: [x], targets: { click: binary, kind: { classes: [a, b, c] }, amount: regression,"
          + " other: }";
  private static final String LATE = "id: id, labels: { topic: shop.examples }, ";
  private static final Schema AVRO =
      new Schema.Parser()
          .parse(
              """
              {"type": "record", "name": "R", "fields": [
                {"name": "x", "type": "double"},
                {"name": "tags", "type": ["null", "string", {"type": "array", "items": [
                  "null", "string", "long", "boolean",
                  {"type": "enum", "name": "E", "symbols": ["NEW", "OLD"]}]}]},
                {"name": "click", "type": ["null", "boolean", "string"]},
                {"name": "kind", "type": ["null", "E"]},
                {"name": "amount", "type": ["null", "float", "bytes"]},
                {"name": "other", "type": ["null", "int"]}]}
              """);

  private final Example example = new Example();

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      textBlock =
          """
          ['war', 'drama', 'war']; war/drama
          [7, 7.0, 2.5, true, '7']; 7/2.5/true
          ['a,b', ' c', '', null]; a,b/ c
          []; NONE
          ''; NONE
          ' war ,drama,, war,'; war/drama
          ','; NONE
          ' '; NONE
          7; 7
          true; true
          """)
  void anArrayOrATextIsASet(String tags, String names) {
    assertThat(json(input(SET), "{'x': 1, 'tags': " + tags + "}")).isNull();

    assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
    assertThat(OutputLabels.set(example.label))
        .containsExactly(names.equals("NONE") ? new String[0] : names.split("/"));
  }

  @Test
  void theSeparatorIsThatOfThePipeline() {
    InputSpec input = input(SET + ", label-separator: ' | '");

    assertThat(json(input, "{'x': 1, 'tags': 'sci-fi | war, drama | a|b'}")).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("sci-fi", "war, drama", "a|b");
  }

  @Test
  void aRecordWithoutASetHasNoLabel() {
    for (String record : List.of("{'x': 1}", "{'x': 1, 'tags': null}")) {
      assertThat(json(input(SET), record)).isNull();
      assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
      assertThat(example.label).isNull();
    }

    InputSpec late = input(SET + ", " + "id: id, labels: { topic: shop.examples }");
    assertThat(json(late, "{'id': 1, 'x': 1}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
    assertThat(example.label).isNull();
    assertThat(json(late, "{'id': 1, 'tags': []}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.LABEL);
    assertThat(example.label).isEmpty();
    assertThat(json(late, "{'id': 1, 'x': 1, 'tags': ['a']}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          {'a': 1} |          INVALID_LABEL | the label is neither an array nor a text, but an object
          ['a', ['b']] |      INVALID_LABEL | the label is an array with an array, not of texts or numbers
          ['a', {'b': 1}] |   INVALID_LABEL | the label is an array with an object, not of texts or numbers
          ['a\\u0001'] |      INVALID_LABEL | the label "a?" has a control character (U+0001)
          ['\\ud800'] |       INVALID_LABEL | the label has an unpaired surrogate, which UTF-8 cannot encode
          [1e300] |           INVALID_LABEL | the label is 1.0E300; it must be finite and fit a 32-bit float
          ['a', 'b', 'c', 'd'] | INVALID_LABEL | the label has more than 3 names; limits.classes is 3
          """)
  void rejectsInvalidSets(String tags, DeadLetterReason reason, String message) {
    DeadLetter letter =
        json(input(SET, "limits: { classes: 3 }"), "{'x': 1, 'tags': " + tags + "}");

    assertThat(letter.reason()).isEqualTo(reason);
    assertThat(letter.message()).isEqualTo(message);
  }

  @Test
  void aNameHas256BytesAtMost() {
    String longest = "é".repeat(128);
    assertThat(json(input(SET), "{'x': 1, 'tags': 'a," + longest + "'}")).isNull();

    assertThat(json(input(SET), "{'x': 1, 'tags': ['a', '" + longest + "x']}").message())
        .isEqualTo("the label in the set has 257 bytes; the name of a class has at most 256");
  }

  @Test
  void declaredLabelsAreTheOnlyOnes() {
    InputSpec input = input(SET + ", classes: [war, drama]");

    assertThat(json(input, "{'x': 1, 'tags': 'war'}")).isNull();
    DeadLetter letter = json(input, "{'x': 1, 'tags': ['war', 'love']}");
    assertThat(letter.reason()).isEqualTo(DeadLetterReason.UNKNOWN_CLASS);
    assertThat(letter.message()).isEqualTo("the label \"love\" is not among the declared classes");
  }

  @Test
  void aTextOfTheStandardSchemaIsASet() {
    InputSpec input = input("label: tags, task: multilabel, label-separator: '|'");
    ExampleDecoder decoder = new ExampleDecoder(input);

    assertThat(decoder.decode(Records.record("k", standard("war|drama", 0), 1), example)).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("war", "drama");
    assertThat(decoder.decode(Records.record("k", standard("", 0), 1), example)).isNull();
    assertThat(example.label).isEmpty();
    assertThat(decoder.decode(Records.record("k", standard(null, 7), 1), example)).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("7");
    assertThat(decoder.decode(Records.record("k", standard("a\u0000", 0), 1), example).reason())
        .isEqualTo(DeadLetterReason.INVALID_LABEL);
  }

  private static byte[] standard(String label, double number) {
    return new ExampleEncoder()
        .encode("id", "k", 1, label, number, 1, new float[] {1}, 1, new int[0], Map.of());
  }

  @Test
  void targetsAreClassesOrNumbersByTheirTasks() {
    InputSpec input = input("format: json, " + TARGETS);

    assertThat(json(input, "{'x': 1, 'click': 1, 'kind': 'b', 'amount': -2.5, 'other': 'up'}"))
        .isNull();
    assertTargets(Label.of("1"), Label.of("b"), Label.of(-2.5), Label.of("up"));
    assertThat(json(input, "{'x': 1, 'click': true, 'other': 3}")).isNull();
    assertTargets(Label.of("true"), null, null, Label.of(3));
    assertThat(json(input, "{'x': 1, 'click': '', 'kind': null, 'amount': 0}")).isNull();
    assertTargets(null, null, Label.of(0), null);
    assertThat(example.ignoredFields).isEmpty();
  }

  @Test
  void targetsMayBeFieldsOfObjects() {
    InputSpec input =
        input("format: json, features: [x], targets: { of.a: binary, of.b: regression }");

    assertThat(json(input, "{'x': 1, 'of': {'a': 'yes', 'b': 2}}")).isNull();
    assertTargets(Label.of("yes"), Label.of(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          'amount': '12' |       INVALID_LABEL | the label of "amount" is the text "12", not a number; write numbers without quotes, with Debezium by decimal.handling.mode=double
          'amount': 1e39 |       INVALID_LABEL | the label of "amount" is 1.0E39; it must be finite and fit a 32-bit float
          'amount': true |       INVALID_LABEL | the label of "amount" is the text "true", not a number
          'click': ['1'] |       INVALID_LABEL | the label of "click" is neither a number nor a text, but an array
          'click': 'a\\u007f' |  INVALID_LABEL | the label of "click" "a?" has a control character (U+007F)
          'kind': 'd' |          UNKNOWN_CLASS | the label "d" of "kind" is not among the declared classes
          """)
  void aTargetThatIsNoLabelIsRejected(String field, DeadLetterReason reason, String message) {
    DeadLetter letter = json(input("format: json, " + TARGETS), "{'x': 1, " + field + "}");

    assertThat(letter.reason()).isEqualTo(reason);
    assertThat(letter.message()).isEqualTo(message);
  }

  @Test
  void aRecordWithoutATargetHasOnlyFeatures() {
    for (String fields : List.of("", ", 'click': null", ", 'other': ''")) {
      assertThat(json(input("format: json, " + TARGETS), "{'x': 1" + fields + "}")).isNull();
      assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
      assertThat(example.label).isNull();
    }
  }

  @Test
  void delayedTargetsMayComeOneByOne() {
    InputSpec input =
        input("format: json, " + LATE + TARGETS.replace("other: }", "other: binary }"));

    assertThat(json(input, "{'id': 7, 'x': 1}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
    assertThat(json(input, "{'id': 7, 'amount': 5}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.LABEL);
    assertTargets(null, null, Label.of(5), null);
    assertThat(json(input, "{'id': 7, 'x': 1, 'click': 0}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.EXAMPLE);
    assertTargets(Label.of("0"), null, null, null);
  }

  @Test
  void onATopicOfTheirOwnDelayedTargetsHaveTheSameFields() {
    InputSpec input =
        input(
            "format: json, id: id, labels: { topic: l.v1, id: of }, features: [x],"
                + " targets: { click: binary, amount: regression }");
    ExampleDecoder decoder = ExampleDecoder.ofLabels(input, null);

    assertThat(decode(decoder, "{'of': 'e1', 'amount': 2}")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.LABEL);
    assertThat(new String(example.id, 0, example.idLength, StandardCharsets.UTF_8)).isEqualTo("e1");
    assertTargets(null, Label.of(2));
    assertThat(decode(decoder, "{'of': 'e1', 'x': 2}").message())
        .isEqualTo("the record has none of the targets click, amount");
  }

  @Test
  void cellsOfCsvAreTargets() {
    InputSpec input = input("format: csv, columns: [x, click, kind, amount, other], " + TARGETS);

    assertThat(csv(input, "1,007,b,2.5,up")).isNull();
    assertTargets(Label.of("007"), Label.of("b"), Label.of(2.5), Label.of("up"));
    assertThat(csv(input, "1,,NA,,3")).isNull();
    assertTargets(null, null, null, Label.of(3));
    assertThat(csv(input, "1,,,,")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
    assertThat(csv(input, "1,,,many,").message())
        .isEqualTo("the label of \"amount\" is the text \"many\", not a number");
    assertThat(csv(input, "1,,,inf,").reason()).isEqualTo(DeadLetterReason.INVALID_LABEL);
  }

  @Test
  void anEmptyCellIsTheEmptySetUnlessItsLabelMayComeLater() {
    String csv =
        "format: csv, columns: [id, x, tags], features: [x], label: tags, task: multilabel";
    InputSpec input = input(csv);

    assertThat(csv(input, "1,1,\"war, 007\"")).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("war", "007");
    assertThat(csv(input, "1,1,")).isNull();
    assertThat(example.label).isEmpty();
    assertThat(csv(input, "1,1,null")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);

    InputSpec late = input(csv + ", id: id, labels: { topic: shop.examples }");
    assertThat(csv(late, "1,1,")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
    assertThat(csv(late, "1,,\",\"")).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.LABEL);
    assertThat(example.label).isEmpty();
  }

  @Test
  void avroHasArraysTextsAndUnionsOfThem() throws IOException {
    InputSpec input = avro(input(SET));
    GenericData.EnumSymbol old =
        new GenericData.EnumSymbol(AVRO.getField("kind").schema().getTypes().get(1), "OLD");
    Schema array = AVRO.getField("tags").schema().getTypes().get(2);

    assertThat(
            avro(
                input,
                Map.of(
                    "tags",
                    new GenericData.Array<>(
                        array, Arrays.asList(new Utf8("war"), 7L, true, old, null)))))
        .isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("war", "7", "true", "OLD");
    assertThat(avro(input, Map.of("tags", "drama, war"))).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("drama", "war");
    assertThat(avro(input, Map.of("tags", new GenericData.Array<>(array, List.of())))).isNull();
    assertThat(example.label).isEmpty();
    assertThat(avro(input, Map.of())).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
  }

  @Test
  void avroHasUnionsOfTargetsWithNull() throws IOException {
    InputSpec input =
        avro(
            input(
                "format: json, features: [x], targets: { click: binary, kind: multiclass, amount:"
                    + " regression, other: }"));
    GenericData.EnumSymbol fresh =
        new GenericData.EnumSymbol(AVRO.getField("kind").schema().getTypes().get(1), "NEW");

    assertThat(avro(input, Map.of("click", true, "kind", fresh, "amount", 2.5f, "other", 3)))
        .isNull();
    assertTargets(Label.of("true"), Label.of("NEW"), Label.of(2.5), Label.of(3));
    assertThat(avro(input, Map.of("amount", Float.NaN)).message())
        .isEqualTo("the label of \"amount\" is NaN; it must be finite and fit a 32-bit float");
    assertThat(avro(input, Map.of("amount", ByteBuffer.wrap(new byte[] {1}))).message())
        .isEqualTo("the label of \"amount\" is neither a number nor a text, but bytes");
    assertThat(avro(input, Map.of())).isNull();
    assertThat(example.kind).isEqualTo(RecordKind.FEATURES);
  }

  @Test
  void fieldsOfAProgramAreTargetsAndSets() {
    FieldsDecoder targets = FieldsDecoder.of(input("format: json, " + TARGETS));
    targets.begin().set("x", 1).set("click", true).set("amount", 2.5).set("kind", "c");
    assertThat(targets.decode(1, example)).isNull();
    assertTargets(Label.of("true"), Label.of("c"), Label.of(2.5), null);

    FieldsDecoder sets = FieldsDecoder.of(input(SET));
    sets.begin().set("x", 1).set("tags", List.of("a", 7, DeadLetterReason.EMPTY_VALUE));
    assertThat(sets.decode(1, example)).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("a", "7", "EMPTY_VALUE");
    sets.begin().set("x", 1).set("tags", new int[] {3, 4});
    assertThat(sets.decode(1, example)).isNull();
    assertThat(OutputLabels.set(example.label)).containsExactly("3", "4");
  }

  private void assertTargets(Label... labels) {
    assertThat(OutputLabels.targets(example.label)).containsExactly(labels);
  }

  private static InputSpec input(String options) {
    return input(options, "");
  }

  private static InputSpec input(String options, String others) {
    String yaml =
        "pipeline: shop\nkafka: { bootstrap.servers: 'a:1' }\ninput: { %s }\n%s"
            .formatted(options, others);
    return PipelineFile.parse("shop.yaml", yaml, null).input().spec();
  }

  private static InputSpec avro(InputSpec input) {
    return input.with(
        to -> {
          to.format = InputSpec.Format.AVRO_RAW;
          to.schema = AVRO.toString();
        });
  }

  private DeadLetter json(InputSpec input, String json) {
    return decode(new ExampleDecoder(input), json);
  }

  private DeadLetter decode(ExampleDecoder decoder, String json) {
    return decode(decoder, json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  private DeadLetter csv(InputSpec input, String line) {
    return decode(new ExampleDecoder(input), line.getBytes(StandardCharsets.UTF_8));
  }

  private DeadLetter avro(InputSpec input, Map<String, Object> values) throws IOException {
    GenericRecordBuilder builder = new GenericRecordBuilder(AVRO).set("x", 1.0);
    for (Schema.Field field : AVRO.getFields()) {
      if (!field.name().equals("x")) {
        builder.set(field, values.get(field.name()));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(AVRO).write(builder.build(), encoder);
    encoder.flush();
    return decode(new ExampleDecoder(input), bytes.toByteArray());
  }

  private DeadLetter decode(ExampleDecoder decoder, byte[] value) {
    return decoder.decode(Records.record("k", value, 1), example);
  }
}
