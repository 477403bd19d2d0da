package dev.millrace.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.input.InputSpec;
import dev.millrace.input.InputSpec.LateLabels;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which records have features, which a label, and which both. */
class LateLabelsDecodingTest {
  private static final InputSpec STANDARD = LateStreams.input(Task.BINARY, null, 1_000, 10);
  private static final InputSpec JSON = json(new LateLabels(null, "id", null, "label", 1_000, 10));
  private static final InputSpec JSON_TWO =
      json(new LateLabels("labels", "of.id", "of.shop", "truth", 1_000, 10));

  private final Example example = new Example();

  @Test
  void theFieldsOfTheStandardSchemaDecideTheKind() {
    assertThat(standard("e1", "yes", 1, 2)).isNull();
    assertKind(RecordKind.EXAMPLE, "e1", "yes", 2);
    assertThat(standard("e2", null, 1, 2)).isNull();
    assertKind(RecordKind.FEATURES, "e2", null, 2);
    assertThat(standard("e3", "no")).isNull();
    assertKind(RecordKind.LABEL, "e3", "no", 0);
    assertThat(standard("e4", null).reason()).isEqualTo(DeadLetterReason.MISSING_LABEL);
    assertThat(standard("", "no").reason()).isEqualTo(DeadLetterReason.MISSING_ID);
    assertThat(standard("é".repeat(129), "no").reason()).isEqualTo(DeadLetterReason.INVALID_ID);
  }

  @Test
  void theFieldsOfAnObjectDecideTheKind() {
    assertThat(json("{'id': 7, 'label': 'yes', 'a': 1, 'b': 2, 'at': 5}")).isNull();
    assertKind(RecordKind.EXAMPLE, "7", "yes", 3);
    assertThat(json("{'id': 'x', 'label': null, 'a': 1, 'at': 5}")).isNull();
    assertKind(RecordKind.FEATURES, "x", null, 3);
    assertThat(json("{'id': 'x', 'label': 'yes', 'at': 6}")).isNull();
    assertKind(RecordKind.LABEL, "x", "yes", 0);
    assertThat(example.eventTime).isEqualTo(6);
    assertThat(json("{'id': 'x', 'label': 'yes', 'b': 1, 'at': 5}").reason())
        .isEqualTo(DeadLetterReason.MISSING_FEATURE);
    assertThat(json("{'id': 'x', 'at': 5}").reason()).isEqualTo(DeadLetterReason.MISSING_LABEL);
    assertThat(json("{'label': 'yes', 'at': 5}").reason()).isEqualTo(DeadLetterReason.MISSING_ID);
  }

  @Test
  void onATopicOfTheirOwnLabelsHaveTheirOwnFields() {
    ExampleDecoder decoder = ExampleDecoder.ofLabels(JSON_TWO, null);

    assertThat(decode(decoder, "{'of': {'id': 'x', 'shop': 's'}, 'truth': 'yes', 'a': 1}"))
        .isNull();

    assertKind(RecordKind.LABEL, "x", "yes", 0);
    assertThat(example.key).isEqualTo("s");
    assertThat(example.eventTime).isEqualTo(example.record.timestamp()); // the field is not there
    assertThat(decode(decoder, "{'of': {'id': 'x', 'shop': 's'}}").reason())
        .isEqualTo(DeadLetterReason.MISSING_LABEL);
  }

  @Test
  void onATopicOfTheirOwnTheFeaturesOfTheStandardSchemaArePassedOver() {
    InputSpec spec = LateStreams.input(Task.BINARY, "labels", 1_000, 10);
    byte[] value = value("e1", "yes", new float[] {1, Float.NaN}, Map.of("city", "Faro"));

    assertThat(ExampleDecoder.ofLabels(spec, null).decode(Records.record("k", value, 1), example))
        .isNull();

    assertKind(RecordKind.LABEL, "e1", "yes", 0);
  }

  @Test
  void withoutDelayedLabelsAnIdIsOptional() {
    InputSpec spec = json((LateLabels) null);
    ExampleDecoder decoder = new ExampleDecoder(spec);

    assertThat(decode(decoder, "{'id': 'x', 'label': 'yes', 'a': 1, 'at': 5}")).isNull();
    assertKind(RecordKind.EXAMPLE, "x", "yes", 3);
    assertThat(decode(decoder, "{'label': 'yes', 'a': 1, 'at': 5}")).isNull();
    assertKind(RecordKind.EXAMPLE, null, "yes", 3);
    assertThat(decode(decoder, "{'id': 'x', 'a': 1, 'at': 5}").reason())
        .isEqualTo(DeadLetterReason.MISSING_LABEL);
  }

  private void assertKind(RecordKind kind, String id, String label, int width) {
    assertThat(example.kind).isEqualTo(kind);
    assertThat(example.hasId()).isEqualTo(id != null);
    if (id != null) {
      assertThat(new String(example.id, 0, example.idLength, StandardCharsets.UTF_8)).isEqualTo(id);
    }
    assertThat(example.label).isEqualTo(label);
    assertThat(example.width).isEqualTo(width);
    assertThat(example.weight).isEqualTo(1f);
  }

  private DeadLetter standard(String id, String label, float... features) {
    byte[] value = value(id, label, features, Map.of());
    return new ExampleDecoder(STANDARD).decode(Records.record("k", value, 1), example);
  }

  private static byte[] value(
      String id, String label, float[] features, Map<String, String> attributes) {
    ExampleEncoder encoder = new ExampleEncoder();
    int count = features.length;
    return label == null
        ? encoder.encodeFeatures(id, "k", 5, 1f, features, count, new int[0], attributes)
        : encoder.encode(id, "k", 5, label, 0, 1f, features, count, new int[0], attributes);
  }

  private DeadLetter json(String object) {
    return decode(new ExampleDecoder(JSON), object);
  }

  private DeadLetter decode(ExampleDecoder decoder, String object) {
    byte[] value = object.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return decoder.decode(Records.record("k", value, 1), example);
  }

  private static InputSpec json(LateLabels labels) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = InputSpec.Format.JSON;
          to.eventTime = "at";
          to.task = Task.BINARY;
          to.features =
              List.of(
                  new FeatureSpec("a", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                  new FeatureSpec("b", FeatureSpec.Type.NUMERIC, true, List.of(), 0));
          to.limits = Records.undeclared().limits();
          to.id = "id";
          to.labels = labels;
        });
  }
}
