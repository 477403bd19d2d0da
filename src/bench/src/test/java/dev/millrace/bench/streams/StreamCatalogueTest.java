package dev.millrace.bench.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.bench.streams.BenchStream.Generated;
import dev.millrace.bench.streams.BenchStream.Part;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StreamCatalogueTest {
  private static final int ROWS = 6_000;

  private record Row(double[] features, double label) {}

  private static SyntheticStream start(String name) {
    return StreamCatalogue.all().stream()
        .filter(stream -> stream.name().equals(name))
        .map(stream -> ((Generated) stream.source()).start().apply(1))
        .findFirst()
        .orElseThrow();
  }

  private static List<Row> rows(SyntheticStream stream, int rows) throws IOException {
    List<Row> all = new ArrayList<>();
    stream.draw(rows, (features, label) -> all.add(new Row(features.clone(), label)));
    return all;
  }

  private static List<Row> rows(String name) throws IOException {
    return rows(start(name), ROWS);
  }

  private static double share(List<Row> rows, double label) {
    return rows.stream().filter(row -> row.label() == label).count() / (double) rows.size();
  }

  @Test
  void moreThanFiftyStreamsAreReportedAndNoneOfThemIsForDevelopment() {
    List<BenchStream> report = StreamCatalogue.chosen(Part.REPORT, List.of());
    List<BenchStream> development = StreamCatalogue.chosen(Part.DEVELOPMENT, List.of());

    assertThat(report).hasSizeGreaterThan(50);
    assertThat(development).hasSizeGreaterThan(15).doesNotContainAnyElementsOf(report);
    assertThat(StreamCatalogue.all()).extracting(BenchStream::name).doesNotHaveDuplicates();
    assertThat(development)
        .extracting(BenchStream::name)
        .contains("elec2", "letters", "bike_sharing_hour");
  }

  @Test
  void everyKindOfDriftIsReported() {
    assertThat(StreamCatalogue.chosen(Part.REPORT, List.of()))
        .filteredOn(stream -> stream.source() instanceof Generated)
        .extracting(stream -> ((Generated) stream.source()).drift())
        .contains(Drift.values());
  }

  @Test
  void anUnknownNameIsReportedWithTheKnownOnes() {
    assertThatThrownBy(() -> StreamCatalogue.chosen(Part.REPORT, List.of("see_abrupt")))
        .hasMessageStartingWith("Unknown stream --only \"see_abrupt\". Known streams: ")
        .hasMessageContaining("sea_abrupt");
  }

  @Test
  void generatedStreamsAreTheSameOfEachSeedAndNoTwoAreEqual() throws IOException {
    Set<Integer> hashes = new HashSet<>();
    int generated = 0;
    for (BenchStream stream : StreamCatalogue.all()) {
      if (stream.source() instanceof Generated source) {
        int first = hash(rows(source.start().apply(1), 300));
        assertThat(hash(rows(source.start().apply(1), 300))).as(stream.name()).isEqualTo(first);
        hashes.add(first);
        hashes.add(hash(rows(source.start().apply(2), 300)));
        generated += 2;
      }
    }
    assertThat(hashes).hasSize(generated);
  }

  private static int hash(List<Row> rows) {
    int hash = 1;
    for (Row row : rows) {
      hash = 31 * (31 * hash + Arrays.hashCode(row.features())) + Double.hashCode(row.label());
    }
    return hash;
  }

  /** x1 + x2 of two uniform numbers from 0 to 10 is at most t with probability t² / 200. */
  @Test
  void seaHasTheSharesOfItsThresholdsAndNoise() throws IOException {
    List<Row> rows = rows("sea_abrupt");
    double[] thresholds = ClassConcepts.SEA_THRESHOLDS;

    for (int c = 0; c < thresholds.length; c++) {
      List<Row> segment = rows.subList(c * ROWS / 4, (c + 1) * ROWS / 4);
      double clean = thresholds[c] * thresholds[c] / 200;
      assertThat(share(segment, 1)).isCloseTo(0.9 * clean + 0.1 * (1 - clean), within(0.04));
    }
  }

  @Test
  void staggerFollowsItsRules() throws IOException {
    List<Row> rows = rows("stagger_abrupt");

    assertThat(share(rows.subList(0, ROWS / 3), 1)).isCloseTo(1 / 9.0, within(0.03));
    assertThat(share(rows.subList(ROWS / 3, 2 * ROWS / 3), 1)).isCloseTo(5 / 9.0, within(0.04));
    assertThat(share(rows.subList(2 * ROWS / 3, ROWS), 1)).isCloseTo(2 / 3.0, within(0.04));
  }

  @Test
  void recurringDriftReturnsToTheFirstConcept() throws IOException {
    List<Row> rows = rows("stagger_recurring");

    // Nine segments: rule 1, 2, 3, 1, 2, 3, ...
    for (int segment = 0; segment < 9; segment += 3) {
      List<Row> of = rows.subList(segment * ROWS / 9, (segment + 1) * ROWS / 9);
      assertThat(of)
          .allSatisfy(
              row -> {
                boolean isSmallAndRed = row.features()[0] == 0 && row.features()[1] == 0;
                assertThat(row.label()).isEqualTo(isSmallAndRed ? 1 : 0);
              });
    }
  }

  @Test
  void gradualDriftMixesBothConceptsAroundTheChange() {
    Random random = new Random(3);
    int[] ofSecond = new int[3];
    for (int row = 0; row < 9_000; row++) {
      ofSecond[row / 3_000] += Drift.GRADUAL.concept(row, 9_000, 2, random);
    }

    assertThat(ofSecond[0]).isLessThan(60);
    assertThat(ofSecond[1]).isBetween(1_350, 1_650);
    assertThat(ofSecond[2]).isGreaterThan(2_940);
  }

  @Test
  void agrawalHasTheSharesOfItsFunctions() throws IOException {
    // 41 of the 61 ages from 20 to 80 are below 40 or at least 60.
    assertThat(share(rows("agrawal_f1"), 1)).isCloseTo(41 / 61.0, within(0.02));
    // At each age, salaries in a range of 50,000 of 130,000.
    assertThat(share(rows("agrawal_f2"), 1)).isCloseTo(50 / 130.0, within(0.02));
    assertThat(rows("agrawal_f2"))
        .allSatisfy(
            row -> {
              assertThat(row.features()[3]).isBetween(0.0, 4.0);
              assertThat(row.features()[4]).isBetween(0.0, 19.0);
              assertThat(row.features()[5]).isBetween(0.0, 8.0);
              assertThat(row.features()[6]).isBetween(50_000.0, 1_350_000.0);
            });
  }

  /** Each digit has a tenth of the rows, and nine tenths of its segments are right. */
  @Test
  void ledSegmentsShowTheDigit() throws IOException {
    List<Row> rows = rows("led");

    for (int digit = 0; digit < 10; digit++) {
      assertThat(share(rows, digit)).isCloseTo(0.1, within(0.02));
    }
    long topOfEight = rows.stream().filter(r -> r.label() == 8 && r.features()[0] == 1).count();
    long eights = rows.stream().filter(r -> r.label() == 8).count();
    assertThat((double) topOfEight / eights).isCloseTo(0.9, within(0.04));
    double random = rows.stream().mapToDouble(row -> row.features()[20]).average().orElseThrow();
    assertThat(random).isCloseTo(0.5, within(0.03));
  }

  /** Each class mixes two of three waves. */
  @Test
  void waveformsHaveTheirPeaks() throws IOException {
    List<Row> rows = rows("waveform");
    double[] atSeven = new double[3];
    for (int label = 0; label < 3; label++) {
      int of = label;
      assertThat(share(rows, label)).isCloseTo(1 / 3.0, within(0.03));
      atSeven[label] =
          rows.stream()
              .filter(row -> row.label() == of)
              .mapToDouble(row -> row.features()[6])
              .average()
              .orElseThrow();
    }
    // Peaks 7 and 15; 15 and 11; 11 and 7: heights 6, 0 and 2 at column 7.
    assertThat(atSeven[0]).isCloseTo(3, within(0.2));
    assertThat(atSeven[1]).isCloseTo(1, within(0.2));
    assertThat(atSeven[2]).isCloseTo(4, within(0.2));
  }

  @Test
  void sineAndMixedReverseTheirClasses() throws IOException {
    List<Row> sine = rows("sine_abrupt");
    double belowSine = 1 - Math.cos(1); // area below sin x from 0 to 1
    assertThat(share(sine.subList(0, ROWS / 2), 1)).isCloseTo(belowSine, within(0.03));
    assertThat(share(sine.subList(ROWS / 2, ROWS), 1)).isCloseTo(1 - belowSine, within(0.03));

    List<Row> mixed = rows("mixed_abrupt");
    double curve = 0.5 + 0.3 * 2 / (3 * Math.PI); // area below the wave
    double positive = 0.25 + 0.5 * curve;
    assertThat(share(mixed.subList(0, ROWS / 2), 1)).isCloseTo(positive, within(0.03));
    assertThat(share(mixed.subList(ROWS / 2, ROWS), 1)).isCloseTo(1 - positive, within(0.03));
  }

  /** A tree gives the same leaf to the same row, and more than one class. */
  @Test
  void randomTreesAreFunctionsOfTheRow() throws IOException {
    SyntheticStream stream = start("random_tree_mixed");
    Concept tree = stream.concepts().get(0);
    List<Row> rows = rows("random_tree_mixed");
    double[] again = new double[10];

    assertThat(tree.next(new Random(5), again)).isEqualTo(tree.next(new Random(5), again));
    assertThat(share(rows, 1)).isBetween(0.15, 0.85);
    assertThat(rows).allSatisfy(row -> assertThat(row.features()[7]).isIn(0.0, 1.0, 2.0, 3.0, 4.0));
  }

  @Test
  void cloudsMoveOnlyIfTheyDrift() throws IOException {
    assertThat(moved("rbf")).isLessThan(0.06);
    assertThat(moved("rbf_drift_fast")).isGreaterThan(0.1);
    assertThat(rows("rbf_five_classes").stream().map(Row::label).distinct()).hasSize(5);
  }

  /** Largest change of a column's mean from the first half of the rows to the second. */
  private static double moved(String name) throws IOException {
    List<Row> rows = rows(name);
    double max = 0;
    for (int c = 0; c < 10; c++) {
      max =
          Math.max(
              max,
              Math.abs(mean(rows.subList(0, ROWS / 2), c) - mean(rows.subList(ROWS / 2, ROWS), c)));
    }
    return max;
  }

  private static double mean(List<Row> rows, int column) {
    return rows.stream().mapToDouble(row -> row.features()[column]).average().orElseThrow();
  }

  @Test
  void hyperplanesHalveTheRowsAndTurn() {
    TurningPlane still = new TurningPlane(4, 0, 9);
    TurningPlane turning = new TurningPlane(4, 0.01, 9);
    double[] row = {0.9, 0.1, 0.4, 0.7};
    double before = turning.height(row);
    Random random = new Random(1);
    for (int i = 0; i < 200; i++) {
      still.turn(random);
      turning.turn(random);
    }

    assertThat(turning.height(new double[] {0.5, 0.5, 0.5, 0.5})).isCloseTo(0, within(1e-12));
    assertThat(still.height(row)).isEqualTo(before);
    assertThat(turning.height(row)).isNotEqualTo(before);
  }

  /** Friedman's function has the mean 14.4 and the deviation 5 with noise of deviation 1. */
  @Test
  void friedmanHasItsMeanAndDeviation() throws IOException {
    List<Row> rows = rows("friedman");
    double mean = rows.stream().mapToDouble(Row::label).average().orElseThrow();
    double variance =
        rows.stream()
            .mapToDouble(r -> (r.label() - mean) * (r.label() - mean))
            .average()
            .orElseThrow();

    assertThat(mean).isCloseTo(14.4, within(0.2));
    assertThat(Math.sqrt(variance)).isCloseTo(5, within(0.2));
  }

  /** The two planes have the means 3 and -3, the variance 2/3 (9 + 4 + 1) and noise of 1. */
  @Test
  void planesHaveTheirMeans() throws IOException {
    List<Row> rows = rows("planes");
    List<Row> first = rows.stream().filter(row -> row.features()[0] > 0).toList();

    assertThat(first.size() / (double) ROWS).isCloseTo(0.5, within(0.03));
    assertThat(first.stream().mapToDouble(Row::label).average().orElseThrow())
        .isCloseTo(3, within(0.25));
  }

  /** The median of a log-normal number is 1, the quartiles of a Cauchy number are -1 and 1. */
  @Test
  void tailsAreHeavy() throws IOException {
    double[] logNormal = sorted(rows("lognormal_features"));
    double[] cauchy = sorted(rows("cauchy_features"));

    assertThat(logNormal[ROWS / 2]).isCloseTo(1, within(0.1));
    assertThat(logNormal[ROWS - 1]).isGreaterThan(60);
    assertThat(cauchy[ROWS / 4]).isCloseTo(-1, within(0.12));
    assertThat(cauchy[3 * ROWS / 4]).isCloseTo(1, within(0.12));
    assertThat(cauchy[ROWS - 1]).isGreaterThan(200);
  }

  private static double[] sorted(List<Row> rows) {
    return rows.stream().mapToDouble(row -> row.features()[0]).sorted().toArray();
  }

  @Test
  void persistentLabelsChangeInOneOfTenRows() throws IOException {
    List<Row> rows = rows("persistent_classes");
    int changes = 0;
    for (int row = 1; row < ROWS; row++) {
      changes += rows.get(row).label() == rows.get(row - 1).label() ? 0 : 1;
    }

    assertThat(changes / (double) ROWS).isCloseTo(0.1, within(0.015));
  }
}
