package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.data.FeatureSpec;
import dev.millrace.input.CellNotation;
import dev.millrace.input.CellNotation.Mark;
import dev.millrace.input.InputSpec;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CellConverterTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "38,25 | 38.25",
        "-0,5 | -0.5",
        ",5 | .5",
        "1.234.567,89 | 1234567.89",
        "1.234 | 1234",
        "38,25 € | 38.25",
        "EUR 38,25 | 38.25",
        "-€ 1.000 | -1000",
        "12,5 % | 12.5",
        "(1.234,50 €) | -1234.50",
        "(-1) | (-1)",
        "1,5e3 | 1.5e3",
        "12 | 12",
        "0.125 | 0.125",
        "1.23 | 1.23",
        "1,2,3 | 1,2,3",
        "LH 1.234 | LH 1.234",
        "12,5 kg | 12,5 kg",
        "a,b | a,b",
        ", | ,",
        "€ | €",
        "- | -",
      })
  void numbersWithADecimalCommaBecomePlain(String cell, String plain) {
    CellNotation german = new CellNotation(Mark.COMMA, Mark.POINT, null);

    assertThat(new CellConverter(german).plain(cell)).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "COMMA | 1,234.5 | 1234.5",
        "COMMA | $1,200.50 | 1200.50",
        "COMMA | 1,23 | 1,23",
        "COMMA | 12 % | 12",
        "SPACE | 1 234 567.8 | 1234567.8",
        "SPACE | 1\u00A0234 | 1234",
        "SPACE | 1 23 | 1 23",
        "APOSTROPHE | 1'234.50 | 1234.50",
      })
  void groupsOfThousandsAreJoined(Mark thousands, String cell, String plain) {
    CellNotation notation = new CellNotation(Mark.POINT, thousands, null);

    assertThat(new CellConverter(notation).plain(cell)).isEqualTo(plain);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "d.M.yyyy[ H:mm[:ss]] | 24.12.2026 | 2026-12-24",
        "d.M.yyyy[ H:mm[:ss]] | 4.2.2026 9:30 | 2026-02-04T09:30",
        "d.M.yyyy[ H:mm[:ss]] | 24.12.2026 09:30:15 | 2026-12-24T09:30:15",
        "d.M.yyyy[ H:mm[:ss]] | 31.02.2026 | 31.02.2026",
        "d.M.yyyy[ H:mm[:ss]] | 2026-12-24 | 2026-12-24",
        "d.M.yyyy[ H:mm[:ss]] | 24.12.2026 soon | 24.12.2026 soon",
        "M/d/yyyy h:mm a | 12/24/2026 9:30 pm | 2026-12-24T21:30",
        "d MMM yyyy | 24 Dec 2026 | 2026-12-24",
        "EEE, d MMM yyyy H:mm:ss zzz | Thu, 24 Dec 2026 09:30:00 GMT | 2026-12-24T09:30Z",
        "d/MMM/yyyy:H:mm:ss Z | 24/Dec/2026:09:30:00 +0100 | 2026-12-24T09:30+01:00",
      })
  void datesBecomeIso8601(String format, String cell, String plain) {
    CellConverter converter = new CellConverter(CellNotation.PLAIN.withDateFormat(format));

    assertThat(converter.plain(cell)).isEqualTo(plain);
    assertThat(ClockTime.isDate(converter.plain(cell))).isEqualTo(plain.startsWith("2026-"));
  }

  @Test
  void columnsOfNumbersAndTimesAreConverted() {
    InputSpec spec =
        InputSpec.DEFAULT.with(
            to -> {
              to.key = "shop";
              to.id = "order";
              to.label = "paid";
              to.weight = "trust";
              to.eventTime = "at";
              to.features =
                  Stream.of(FeatureSpec.Type.values())
                      .map(
                          type ->
                              type.isOfIds()
                                  ? FeatureSpec.ofIds(
                                      type.id(), type, false, FeatureSpec.IdOptions.ONE)
                                  : new FeatureSpec(type.id(), type, false, List.of(), 0))
                      .toList();
            });

    assertThat(CellConverter.columns(spec))
        .containsExactlyInAnyOrder("paid", "trust", "at", "numeric", "time");
    assertThat(CellConverter.columns(spec.with(to -> to.classes = List.of("1.234", "50%"))))
        .containsExactlyInAnyOrder("trust", "at", "numeric", "time");
  }

  @Test
  void aNotationHasTwoMarksAndAFormatThatJavaKnows() {
    assertThatThrownBy(() -> new CellNotation(Mark.COMMA, Mark.COMMA, null))
        .hasMessage("must be another mark than that of thousands");
    assertThatThrownBy(() -> new CellNotation(Mark.SPACE, null, null))
        .hasMessage("must be a point or a comma");
    assertThatThrownBy(() -> CellNotation.PLAIN.withDateFormat("d.M.jahr"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("j");
  }
}
