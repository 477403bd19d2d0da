package dev.millrace.eval.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.console.Progress;
import dev.millrace.cli.csv.CsvPipeline;
import dev.millrace.cli.csv.CsvScan;
import dev.millrace.cli.evaluate.Evaluation;
import dev.millrace.config.Settings;
import dev.millrace.data.PredictionRegion.Interval;
import dev.millrace.data.Task;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job's intervals on a real stream are within the bound of their level. */
class CoverageBoundTest {
  private static final double LEVEL = 0.9;

  /** A prediction that the job published. */
  private record Published(double value, double actual, Interval interval) {}

  private record Pending(Published prediction, double halfWidth, long labels) {}

  private static final List<Published> HOTEL_RATES = new ArrayList<>();

  @BeforeAll
  static void predict() throws Exception {
    CsvScan scan =
        CsvScan.drafted(
            Path.of("examples/data/hotel_rates.csv.gz"),
            "avg_price_per_room",
            null,
            List.of("arrival_date"),
            Task.REGRESSION);
    Settings settings = CsvPipeline.settings(null, "bound", scan, null);
    ObjectMapper parser = new ObjectMapper();
    Evaluation.run(
        settings.withOutput(settings.output().withPredictions().withInterval(LEVEL)),
        scan,
        1,
        null,
        Progress.hidden(),
        record -> {
          try {
            JsonNode json = parser.readTree(record.value());
            JsonNode interval = json.path("interval");
            HOTEL_RATES.add(
                new Published(
                    value(json.path("value").asDouble(Double.NaN)),
                    json.path("actual").asDouble(),
                    new Interval(
                        LEVEL,
                        interval.path("low").asDouble(Double.NaN),
                        interval.path("high").asDouble(Double.NaN))));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** Returns the value that was published with the digits of a float if it is one. */
  private static double value(double published) {
    float single = (float) published;
    return Float.toString(single).equals(Double.toString(published)) ? single : published;
  }

  @Test
  void theJobPublishesTheIntervalsOfTheClass() {
    ConformalBounds bounds = new ConformalBounds(LEVEL, false);
    for (Published prediction : HOTEL_RATES) {
      double halfWidth = bounds.halfWidth(prediction.value());
      assertThat(bounds.interval(prediction.value(), halfWidth)).isEqualTo(prediction.interval());
      bounds.learn(prediction.value(), prediction.actual(), halfWidth, bounds.labels());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 24, 200})
  void coverageIsWithinTheBoundHoweverLateLabelsCome(int delay) {
    ConformalBounds bounds = new ConformalBounds(LEVEL, false);
    Queue<Pending> pending = new ArrayDeque<>();
    double max = bounds.position();
    double min = bounds.position();
    int labels = 0;
    int covered = 0;
    for (Published prediction : HOTEL_RATES) {
      double halfWidth = bounds.halfWidth(prediction.value());
      pending.add(new Pending(prediction, halfWidth, bounds.labels()));
      if (pending.size() <= delay) {
        continue;
      }
      Pending labeled = pending.remove();
      double value = labeled.prediction().value();
      double actual = labeled.prediction().actual();
      if (!Double.isNaN(labeled.halfWidth())) {
        labels++;
        double low = ConformalBounds.low(value, labeled.halfWidth());
        double high = ConformalBounds.high(value, labeled.halfWidth());
        covered += low <= actual && actual <= high ? 1 : 0;
      }
      double step = bounds.step();
      bounds.learn(value, actual, labeled.halfWidth(), labeled.labels());
      max = Math.max(max, bounds.position());
      min = Math.min(min, bounds.position());
      if (labels > 0) {
        assertThat(Math.abs(covered / (double) labels - LEVEL))
            .isLessThanOrEqualTo((max - min) / (step * labels) + 1e-9);
      }
    }
    assertThat(labels).isGreaterThan(14_000);
    assertThat(covered / (double) labels).isCloseTo(LEVEL, within(0.01));
  }
}
