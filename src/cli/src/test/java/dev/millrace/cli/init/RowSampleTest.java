package dev.millrace.cli.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RowSampleTest {
  private final RowSample sample = new RowSample();

  @Test
  void aColumnThatThereIsNoRoomForHasNothing() {
    for (int c = 0; c < 200; c++) {
      sample.set("x" + c, c);
    }
    sample.set("at", "2026-11-26");
    sample.endRow();

    assertThat(sample.isDates("x1")).isFalse();
    assertThat(sample.isDates("at")).isFalse();
    assertThat(sample.column("at")).isNull();
  }

  @Test
  void numbersThatAreNotFiniteAreMissing() {
    sample.set("x", Double.POSITIVE_INFINITY);
    sample.set("y", "-inf");
    sample.set("z", "1e999");
    sample.set("z2", 1);
    sample.endRow();

    assertThat(sample.column("x")).isNull();
    assertThat(sample.column("y")).isNull();
    assertThat(sample.column("z")).isNull();
    assertThat(sample.isComplete("z2")).isTrue();
  }

  @Test
  void textsOfNumbersAreNumbersAndTheirValueIsKnown() {
    for (String text : new String[] {"1", "yes", "2026-11-26", "2026-11-26T09:30:00Z"}) {
      sample.set("y", text);
      sample.endRow();

      assertThat(sample.column("y")).contains(RowSample.value(text));
    }
    assertThat(RowSample.value("1")).isEqualTo(1);
  }

  @Test
  void datesAreReadInEachSpellingAndMayBeMissing() {
    String[] texts = {"2026-11-26", "2026-11-26T00:00+0000", "2026-11", "2026-11-26 00:00"};
    for (String text : texts) {
      sample.set("day", text);
      sample.set("at", "2026-11-26T01:00:00+01:00");
      sample.endRow();
    }
    sample.set("at", "2026-11-26");
    sample.set("gap", "2026-11-26T00:00:00Z");
    sample.endRow();

    double day = Instant.parse("2026-11-26T00:00:00Z").toEpochMilli();
    assertThat(sample.column("day")).startsWith(day, day, day - 25 * 86_400_000.0, day);
    assertThat(sample.column("at")).startsWith(day, day, day, day, day);
    assertThat(sample.isDates("day")).isTrue();
    assertThat(sample.isTimes("day")).isFalse();
    assertThat(sample.isDates("at")).isTrue();
    assertThat(sample.isTimes("at")).isFalse();
    assertThat(sample.isTimes("gap")).isTrue();
    assertThat(sample.isComplete("gap")).isFalse();
    assertThat(sample.isComplete("at")).isTrue();
  }
}
