package dev.millrace.codec.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "-1.5e3, -1500",
    "+9E-1, 0.9",
    ".5, 0.5",
    "inf, Infinity",
    "+Infinity, Infinity",
    "-INF, -Infinity",
    "1e999, Infinity",
  })
  void numbersArePlainOrScientific(String text, double number) {
    assertThat(CsvText.number(text)).isEqualTo(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1d", "0x1p3", "1f", "1 ", "NaN", "", "-", "1e", "e", "--1", "1/2", "1:2"})
  void numbersInJavaSyntaxAloneAreText(String text) {
    assertThat(CsvText.number(text)).isNaN();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "NA", "n/a", "#N/A", "NaN", "null", "NULL", "None", "?"})
  void marksOfAMissingValueAreMissing(String text) {
    assertThat(CsvText.isMissing(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", " ", "-", "nil", "nulls", "nanna", "no"})
  void aTextThatStandsForSomethingIsNotMissing(String text) {
    assertThat(CsvText.isMissing(text)).isFalse();
  }
}
