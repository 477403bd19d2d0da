package dev.millrace.bench.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClickStreamTest {
  private static final int ROWS = 20_000;

  private static List<String[]> rows(boolean isDrifting) throws IOException {
    StringWriter out = new StringWriter();
    new ClickStream(ROWS, 5_000, 500, 100, isDrifting).write(out);
    return out.toString().lines().skip(1).map(line -> line.split(",")).toList();
  }

  private static double mean(List<String[]> rows, int column) {
    return rows.stream()
        .mapToDouble(row -> Double.parseDouble(row[column]))
        .average()
        .orElseThrow();
  }

  @Test
  void clicksAreDrawnWithTheirProbability() throws IOException {
    List<String[]> rows = rows(false);

    double clicks = rows.stream().filter(row -> row[6].equals("yes")).count() / (double) ROWS;
    assertThat(clicks).isBetween(0.015, 0.06);
    assertThat(mean(rows, 7)).isCloseTo(clicks, within(0.005));
    assertThat(mean(rows, 8)).isCloseTo(clicks, within(0.005));
    assertThat(rows).allSatisfy(row -> assertThat(row[5].split(" ")).hasSizeBetween(3, 6));
  }

  @Test
  void isTheSameOnEachRunAndDriftsOnlyWhenAsked() throws IOException {
    assertThat(texts(true)).isEqualTo(texts(true)).isNotEqualTo(texts(false));
  }

  private static List<List<String>> texts(boolean isDrifting) throws IOException {
    return rows(isDrifting).stream().map(List::of).toList();
  }
}
