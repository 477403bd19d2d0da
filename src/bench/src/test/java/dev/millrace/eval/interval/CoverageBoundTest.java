package dev.millrace.eval.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.bench.accuracy.GeneratedStreams;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvInput;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.config.Settings;
import dev.millrace.data.Task;
import dev.millrace.report.PredictionRegion.Interval;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The coverage of the job's intervals is within the bound that docs/intervals.md states: after each
 * label, on each stream, however late labels come.
 *
 * <p>The bound follows from the algorithm alone. Each label moves the position by the step times
 * what it adds to (level - covered), so the sum of the latter telescopes; where steps grow again,
 * the bound grows by the change of their reciprocals. At its floor the position moves less, which
 * can only raise coverage.
 */
class CoverageBoundTest {
  private static final double LEVEL = 0.9;
  private static final double FLOOR = -14;
  private static final int ROWS = 6_000;
  private static final double ROUNDING = 1e-9;

  @TempDir private static Path dir;

  private static final Map<RegressionStream, List<Published>> PUBLISHED =
      new EnumMap<>(RegressionStream.class);

  /** A prediction that the job published. */
  private record Published(double value, double actual, Interval interval) {}

  private record Pending(Published prediction, double halfWidth, long labels) {}

  /** Regressions that ship with the project or are generated. */
  private enum RegressionStream {
    HOTEL_RATES("avg_price_per_room", "arrival_date"),
    STORMS("pressure", "name", "status", "category"),
    FRIEDMAN("y"),
    DRIFTING_FRIEDMAN("y"),
    CONSTANT("y"),
    TWO_VALUES("y"),
    HEAVY_TAILS("y"),
    JUMPS("y"),
    GROWTH("y"),
    NOISE_THAT_COMES_AND_GOES("y");

    private final String label;
    private final List<String> dropped;

    RegressionStream(String label, String... dropped) {
      this.label = label;
      this.dropped = List.of(dropped);
    }

    private Path file() throws IOException {
      SplittableRandom random = new SplittableRandom(7);
      return switch (this) {
        case HOTEL_RATES, STORMS -> Path.of("examples/data/%s.csv.gz".formatted(id()));
        case FRIEDMAN, DRIFTING_FRIEDMAN ->
            GeneratedStreams.friedman(dir.resolve(id() + ".csv"), ROWS, this == DRIFTING_FRIEDMAN);
        case CONSTANT -> write(random, row -> 5);
        case TWO_VALUES -> write(random, row -> row % 2 == 0 ? -1 : 1);
        case HEAVY_TAILS -> write(random, row -> Math.tan(Math.PI * (random.nextDouble() - 0.5)));
        case JUMPS -> write(random, row -> Math.pow(10, row / 500 % 5) + random.nextDouble());
        case GROWTH -> write(random, row -> Math.exp(row / 500.0) * (1 + random.nextDouble()));
        case NOISE_THAT_COMES_AND_GOES ->
            write(random, row -> row / 700 % 2 == 0 ? 0 : random.nextDouble() - 0.5);
      };
    }

    /** Writes labels beside a number that says nothing of them. */
    private Path write(SplittableRandom random, IntToDoubleFunction labels) throws IOException {
      IntFunction<String> line = r -> random.nextInt(1_000) + "," + (float) labels.applyAsDouble(r);
      List<String> lines = new ArrayList<>(List.of("x,y"));
      for (int row = 0; row < ROWS; row++) {
        lines.add(line.apply(row));
      }
      return Files.write(dir.resolve(id() + ".csv"), lines);
    }

    private String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static List<Published> published(RegressionStream stream) throws Exception {
    List<Published> known = PUBLISHED.get(stream);
    if (known != null) {
      return known;
    }
    List<Published> published = new ArrayList<>();
    CsvScan scan =
        CsvScan.drafted(
            CsvInput.plain(stream.file()), stream.label, null, stream.dropped, Task.REGRESSION);
    Settings settings = CsvPipeline.settings(null, "bound", scan, null);
    ObjectMapper parser = new ObjectMapper();
    Evaluation.run(
        settings.withPublish(settings.output().publish().withPredictions(true).withInterval(LEVEL)),
        scan,
        1,
        null,
        Progress.hidden(),
        record -> {
          try {
            published.add(published(parser.readTree(record.value())));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    PUBLISHED.put(stream, published);
    return published;
  }

  private static Published published(JsonNode json) {
    JsonNode interval = json.path("interval");
    return new Published(
        number(json.path("value").asDouble(Double.NaN)),
        json.path("actual").asDouble(),
        new Interval(
            LEVEL,
            interval.path("low").asDouble(Double.NaN),
            interval.path("high").asDouble(Double.NaN)));
  }

  /** Returns the number that was published with the digits of a float if it is one. */
  private static double number(double published) {
    float single = (float) published;
    return Float.toString(single).equals(Double.toString(published)) ? single : published;
  }

  @ParameterizedTest
  @EnumSource(RegressionStream.class)
  void theJobPublishesTheIntervalsOfTheClass(RegressionStream stream) throws Exception {
    ConformalBounds bounds = new ConformalBounds(LEVEL, false);
    for (Published prediction : published(stream)) {
      double halfWidth = bounds.halfWidth(prediction.value());
      Interval interval = bounds.interval(prediction.value(), halfWidth);
      assertThat(interval.isKnown()).isEqualTo(prediction.interval().isKnown());
      if (interval.isKnown()) {
        // A double of few digits could be taken for a float.
        Offset<Double> rounding = within(1e-6 * (1 + Math.abs(prediction.value())));
        assertThat(interval.low()).isCloseTo(prediction.interval().low(), rounding);
        assertThat(interval.high()).isCloseTo(prediction.interval().high(), rounding);
      }
      bounds.learn(prediction.value(), prediction.actual(), halfWidth, bounds.labels());
    }
  }

  static Stream<Arguments> streamsAndDelays() {
    return Stream.of(RegressionStream.values())
        .flatMap(stream -> Stream.of(0, 24, 200).map(delay -> Arguments.of(stream, delay)));
  }

  @ParameterizedTest
  @MethodSource("streamsAndDelays")
  void coverageIsWithinTheBoundAfterEachLabel(RegressionStream stream, int delay) throws Exception {
    Telescope telescope = new Telescope(new ConformalBounds(LEVEL, false));
    Queue<Pending> pending = new ArrayDeque<>();
    for (Published prediction : published(stream)) {
      pending.add(telescope.predict(prediction));
      if (pending.size() > delay) {
        telescope.learn(pending.remove());
      }
    }

    telescope.requireUse(delay);
  }

  /** Labels that come at once, then late, then in a burst, so that steps grow again. */
  @ParameterizedTest
  @EnumSource(RegressionStream.class)
  void coverageIsWithinTheBoundIfDelaysChange(RegressionStream stream) throws Exception {
    Telescope telescope = new Telescope(new ConformalBounds(LEVEL, false));
    Queue<Pending> pending = new ArrayDeque<>();
    int row = 0;
    for (Published prediction : published(stream)) {
      pending.add(telescope.predict(prediction));
      int delay = row++ / 1_000 % 2 == 0 ? 0 : 300;
      while (pending.size() > delay) {
        telescope.learn(pending.remove());
      }
    }

    assertThat(telescope.grown).isPositive();
  }

  /** Bounds, and what bounds their coverage. */
  private static final class Telescope {
    private final ConformalBounds bounds;
    private double max;
    private double min;
    private double reciprocal; // of the last step
    private double grown; // by how much reciprocals have fallen
    private long labels;
    private long covered;
    private double allowed;

    Telescope(ConformalBounds bounds) {
      this.bounds = bounds;
      max = bounds.position();
      min = bounds.position();
    }

    Pending predict(Published prediction) {
      return new Pending(prediction, bounds.halfWidth(prediction.value()), bounds.labels());
    }

    void learn(Pending labeled) {
      double value = labeled.prediction().value();
      double actual = labeled.prediction().actual();
      double step = bounds.step();
      bounds.learn(value, actual, labeled.halfWidth(), labeled.labels());
      if (Double.isNaN(labeled.halfWidth())) {
        return;
      }
      labels++;
      boolean isCovered =
          ConformalBounds.low(value, labeled.halfWidth()) <= actual
              && actual <= ConformalBounds.high(value, labeled.halfWidth());
      covered += isCovered ? 1 : 0;
      max = Math.max(max, bounds.position());
      min = Math.min(min, bounds.position());
      grown += Math.max(0, reciprocal - 1 / step);
      reciprocal = 1 / step;
      allowed = (max - min) * (reciprocal + grown) / labels + ROUNDING;
      double excess = covered / (double) labels - LEVEL;
      assertThat(excess).as("after %d labels", labels).isGreaterThanOrEqualTo(-allowed);
      if (min > FLOOR) {
        assertThat(excess).as("after %d labels", labels).isLessThanOrEqualTo(allowed);
      }
    }

    /** Checks that the bound says something in the end. */
    void requireUse(int delay) {
      assertThat(labels).isGreaterThan(ROWS - 2L * delay - 100);
      assertThat(grown).isZero();
      if (delay == 0) {
        assertThat(allowed).isLessThan(0.07);
      }
    }
  }
}
