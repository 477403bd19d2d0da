package dev.millrace.codec.fields;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.codec.ExampleDecoder;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.DeadLetterReason;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.Task;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.InputSpec;
import dev.millrace.testing.Records;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Records that are lines of CSV, and nested JSON beside them. */
class CsvFieldsTest {
  private final Example example = new Example();

  @Test
  void aLineIsReadByTheDeclaredColumns() {
    assertThat(
            decode(spec(Task.BINARY), "shop-17,007,12.5,true,\"Oslo, \"\"N\"\"\",99,ignored\r\n"))
        .isNull();

    assertThat(example.key).isEqualTo("shop-17");
    assertThat(example.label).isEqualTo("007");
    assertThat(example.eventTime).isEqualTo(99);
    assertThat(features()).containsExactly(12.5f, 0, 1, 0, 1);
  }

  @Test
  void cellsThatStandForNothingAreNotKnown() {
    assertThat(decode(spec(Task.BINARY), "k,no,NA,false,Oslo,99,")).isNull();

    assertThat(features()).containsExactly(Float.NaN, 1, 0, 0, 0);
    assertThat(decode(spec(Task.BINARY), "k,no,1,,Oslo,99,").reason())
        .isEqualTo(DeadLetterReason.MISSING_FEATURE);
    assertThat(decode(spec(Task.BINARY), "k,?,1,true,Oslo,99,").reason())
        .isEqualTo(DeadLetterReason.MISSING_LABEL);
    assertThat(decode(spec(Task.BINARY), ",no,1,true,Oslo,99,").reason())
        .isEqualTo(DeadLetterReason.MISSING_KEY);
  }

  @Test
  void numbersAndTimesMayHaveAnotherNotation() {
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, "d.M.yyyy H:mm");
    InputSpec spec = spec(null).with(to -> to.notation = german);

    assertThat(decode(spec, "k,\"38,25 €\",1.200,true,Oslo,24.12.2026 9:30,")).isNull();

    assertThat(example.target).isEqualTo(38.25);
    assertThat(features()[0]).isEqualTo(1200f);
    assertThat(example.eventTime).isEqualTo(Instant.parse("2026-12-24T09:30:00Z").toEpochMilli());
  }

  @Test
  void keysIdsClassesAndTextsAreLiteralInAnyNotation() {
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, "d.M.yyyy H:mm");
    InputSpec spec =
        spec(Task.BINARY)
            .with(
                to -> {
                  to.notation = german;
                  to.id = "note";
                  to.features =
                      List.of(
                          feature("amount", FeatureSpec.Type.NUMERIC, false),
                          new FeatureSpec(
                              "city",
                              FeatureSpec.Type.ONE_HOT,
                              false,
                              List.of("1.234", "1234"),
                              0));
                });

    assertThat(decode(spec, "1.234,50%,1.234,true,1.234,24.12.2026 0:00,(5)")).isNull();

    assertThat(example.key).isEqualTo("1.234");
    assertThat(example.label).isEqualTo("50%");
    assertThat(new String(example.id, 0, example.idLength, StandardCharsets.UTF_8))
        .isEqualTo("(5)");
    assertThat(features()).containsExactly(1234, 1, 0);
    assertThat(example.eventTime).isEqualTo(Instant.parse("2026-12-24T00:00:00Z").toEpochMilli());
  }

  @Test
  void aKeyThatIsANumericFeatureTooIsLiteralAsAKey() {
    InputSpec spec =
        spec(Task.BINARY)
            .with(
                to -> {
                  to.notation = new CellNotation(Mark.COMMA, Mark.POINT, null);
                  to.key = "amount";
                });

    assertThat(decode(spec, "k,no,1.234,true,Oslo,99,")).isNull();

    assertThat(example.key).isEqualTo("1.234");
    assertThat(features()[0]).isEqualTo(1234f);
  }

  @Test
  void theColumnOfAWindowIsANumberAndItsGroupIsLiteral() {
    DerivedFeature.Computation mean =
        new DerivedFeature.Window(
            2, DerivedFeature.Unit.RECORDS, List.of(DerivedFeature.Aggregate.MEAN), 0);
    InputSpec spec =
        spec(Task.BINARY)
            .with(
                to -> {
                  to.notation = new CellNotation(Mark.COMMA, Mark.POINT, null);
                  to.derived = List.of(new DerivedFeature("amount", List.of("note"), mean));
                });
    assertThat(spec.carried()).extracting(CarriedColumn::name).containsExactly("amount", "note");

    assertThat(decode(spec, "k,no,1.234,true,Oslo,99,1.234")).isNull();
    long literal = example.carried[1];
    assertThat(example.carried[0]).isEqualTo(Double.doubleToRawLongBits(1234));
    assertThat(decode(spec, "k,no,1.234,true,Oslo,99,1234")).isNull();

    assertThat(example.carried[1]).isNotEqualTo(literal);
  }

  @Test
  void aLabelOfAnUnknownTaskIsANumberOrLiteral() {
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, "d.M.yyyy");
    InputSpec spec = spec(null).with(to -> to.notation = german);

    assertThat(decode(spec, "k,1.234,1,true,Oslo,99,")).isNull();
    assertThat(example.target).isEqualTo(1234);
    assertThat(decode(spec, "k,24.12.2026,1,true,Oslo,99,")).isNull();
    assertThat(example.label).isEqualTo("24.12.2026");
  }

  @Test
  void withoutATaskALabelThatIsANumberIsATarget() {
    assertThat(decode(spec(null), "k,-1.5e3,1,true,Oslo,99,")).isNull();
    assertThat(example.label).isNull();
    assertThat(example.target).isEqualTo(-1500);

    assertThat(decode(spec(null), "k,up,1,true,Oslo,99,")).isNull();
    assertThat(example.label).isEqualTo("up");
  }

  @Test
  void aLineThatIsNotAsDeclaredIsRejectedWithTheReason() {
    InputSpec spec = spec(Task.BINARY);

    assertRejected(spec, "k,no,1", "not a CSV line: the line has 3 cells; input.columns names 7");
    assertRejected(
        spec,
        "k,no,1,true,Oslo,99,a,b",
        "not a CSV line: the line has 8 cells; input.columns names 7");
    assertRejected(spec, "k,no,1,true,Oslo,99,\nk", "not a CSV line: there is more than one line");
    assertThat(decode(spec, "k,no,twelve,true,Oslo,99,").message())
        .isEqualTo("feature \"amount\" is declared numeric but is the text \"twelve\"");
    assertThat(decode(spec, "k,no,1,true,Oslo,soon,").message())
        .isEqualTo(
            "at is \"soon\", no event time: it must be a number or a time such as"
                + " 2026-11-26T09:30:00Z");
    byte[] notUtf8 = "k,no,1,true,Oslo,99,".getBytes(StandardCharsets.UTF_8);
    notUtf8[13] = (byte) 0xFF;
    assertThat(decode(spec, notUtf8).reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
  }

  @Test
  void dotsInJsonNamesReachAsDeepAsTheyGo() {
    InputSpec spec = jsonSpec();

    DeadLetter letter =
        decode(
            spec,
            "{\"shop\":{\"id\":17},\"verdict\":{\"final\":\"ok\"},\"paid\":{\"at\":5},"
                + "\"card\":{\"owner\":{\"age\":33}}}");

    assertThat(letter).isNull();
    assertThat(example.key).isEqualTo("17");
    assertThat(example.label).isEqualTo("ok");
    assertThat(example.eventTime).isEqualTo(5);
    assertThat(features()).containsExactly(33, Float.NaN, 1);
    assertThat(decode(spec, "{\"shop\":{\"id\":17},\"verdict\":\"ok\"}").reason())
        .isEqualTo(DeadLetterReason.MISSING_LABEL);
    assertThat(decode(spec, "[1]").reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(decode(spec, "{} {}").reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
  }

  @Test
  void rejectsNumbersOutsideJsonWithTheRemedy() {
    InputSpec spec = jsonSpec();

    assertThat(decode(spec, "{\"shop\":{\"id\":17},\"amount\":NaN}").message())
        .isEqualTo(
            "not a JSON record: NaN is not JSON: write null, and declare the feature nullable");
    assertThat(decode(spec, "{\"shop\":{\"id\":17},\"amount\":-Infinity}").message())
        .contains("-Infinity is not JSON: write null");
  }

  @Test
  void anInvalidLabelOrKeyIsNamed() {
    InputSpec spec = jsonSpec();

    assertThat(decode(spec, "{\"shop\":{\"id\":17},\"verdict\":{\"final\":{\"is\":1}}}").message())
        .isEqualTo("the label is neither a number nor a text, but an object");
    assertThat(decode(spec, "{\"shop\":{\"id\":17},\"verdict\":{\"final\":[1]}}").message())
        .isEqualTo("the label is neither a number nor a text, but an array");
    assertThat(decode(spec, "{\"shop\":{},\"verdict\":\"ok\"}").message())
        .isEqualTo("the key field \"shop.id\" is null or missing");
  }

  private void assertRejected(InputSpec spec, String line, String message) {
    DeadLetter letter = decode(spec, line);
    assertThat(letter.reason()).isEqualTo(DeadLetterReason.MALFORMED_RECORD);
    assertThat(letter.message()).isEqualTo(message);
  }

  private DeadLetter decode(InputSpec spec, String line) {
    return decode(spec, line.getBytes(StandardCharsets.UTF_8));
  }

  private DeadLetter decode(InputSpec spec, byte[] value) {
    return new ExampleDecoder(spec).decode(Records.record("record-key", value, 1), example);
  }

  private float[] features() {
    return Arrays.copyOf(example.features, example.width);
  }

  private static InputSpec jsonSpec() {
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = InputSpec.Format.JSON;
          to.key = "shop.id";
          to.label = "verdict.final";
          to.eventTime = "paid.at";
          to.features =
              List.of(
                  feature("card.owner.age", FeatureSpec.Type.NUMERIC, false),
                  feature("card.bank", FeatureSpec.Type.NUMERIC, true));
          to.limits = new InputSpec.Limits(10_000, 64, 10, 1_000);
        });
  }

  private static InputSpec spec(Task task) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.format = InputSpec.Format.CSV;
          to.key = "shop.id";
          to.label = "class";
          to.eventTime = "at";
          to.task = task;
          to.features =
              List.of(
                  feature("amount", FeatureSpec.Type.NUMERIC, true),
                  feature("first", FeatureSpec.Type.BOOLEAN, false),
                  new FeatureSpec(
                      "city",
                      FeatureSpec.Type.ONE_HOT,
                      false,
                      List.of("Bergen", "Oslo, \"N\""),
                      0));
          to.limits = new InputSpec.Limits(10_000, 64, 10, 1_000);
          to.columns = List.of("shop.id", "class", "amount", "first", "city", "at", "note");
        });
  }

  private static FeatureSpec feature(String name, FeatureSpec.Type type, boolean nullable) {
    return new FeatureSpec(name, type, nullable, List.of(), 0);
  }
}
