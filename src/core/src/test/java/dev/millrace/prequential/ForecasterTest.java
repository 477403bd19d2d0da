package dev.millrace.prequential;

import static dev.millrace.prequential.SeriesFixtures.HOUR;
import static dev.millrace.prequential.SeriesFixtures.bytes;
import static dev.millrace.prequential.SeriesFixtures.demand;
import static dev.millrace.prequential.SeriesFixtures.example;
import static dev.millrace.prequential.SeriesFixtures.hourly;
import static dev.millrace.prequential.SeriesFixtures.inHours;
import static dev.millrace.prequential.SeriesFixtures.inRecords;
import static dev.millrace.prequential.SeriesFixtures.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.data.Chunk;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import dev.millrace.report.MetricsReport.ForecastBaselines;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Score;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForecasterTest {
  private static final double MISSING = Double.NaN;

  private final RecordingListener published = new RecordingListener();

  @Test
  void theValueOfARecordIsTheLabelOfTheForecastMadeAsManyRecordsBefore() throws IOException {
    TrainState state = learn(inRecords(3), hourly(inRecords(3), 1, 2, 3, 4, 5));

    assertThat(state.examples()).isEqualTo(2);
    MetricsReport.Forecast forecast = last().forecast();
    assertThat(forecast.series()).isEqualTo("shop");
    assertThat(forecast.horizon()).isEqualTo("3");
    assertThat(forecast.pending()).isEqualTo(3);
    assertThat(forecast.value()).isEqualTo(5);
    assertThat(forecast.last().value()).isNaN();
    assertThat(forecast.next().value())
        .isEqualTo(((OfValue) published.predictions.get(4).outcome()).value());
    assertThat(forecast.targetTime())
        .isEqualTo(published.predictions.get(4).forecast().targetTime());
    // Values 4 and 5, forecast when 1 and 2 were the last.
    assertThat(scores().lastValue().totalMae()).isNaN();
  }

  @Test
  void aReportOfALearnedExampleHasTheTimeOfTheForecastInIt() throws IOException {
    ForecastSpec spec = inRecords(2);
    TrainSpec often =
        train(spec).with(to -> to.metrics = MetricsSpec.DEFAULT.with(metrics -> metrics.every = 1));
    double[] values = {3, 9, 4, 12, 6, 18, 5, 25, 7, 30, 2, 11};
    new PrequentialEngine(often, 64 << 20, ShapeChange.FAIL)
        .learn(null, hourly(spec, values), published);

    assertThat(published.reports).hasSize(values.length - 2);
    for (MetricsReport report : published.reports) {
      MetricsReport.Forecast forecast = report.forecast();
      Prediction prediction =
          published.predictions.stream()
              .filter(one -> one.forecast().targetTime() == forecast.targetTime())
              .findFirst()
              .orElseThrow();
      Double made = ((OfValue) prediction.outcome()).value(); // NaN at first
      assertThat(forecast.next().value()).isEqualTo(made);
    }
  }

  @Test
  void theLastValueIsTheOneThatWasKnownWhenTheForecastWasMade() throws IOException {
    learn(inRecords(2), hourly(inRecords(2), 10, 20, 40, 80, 160, 320));

    // The first two examples are learned by a model that had no prediction for them.
    assertThat(scores().total().examples()).isEqualTo(2);
    assertThat(scores().lastValue().totalMae()).isEqualTo(((160 - 40) + (320 - 80)) / 2.0);
    assertThat(scores().mean().totalMae())
        .isCloseTo(((160 - 70 / 3.0) + (320 - 150 / 4.0)) / 2, within(1e-9));
  }

  @Test
  void noForecastKnowsALaterValue() throws IOException {
    ForecastSpec spec = inRecords(5, 24);
    double[] values = demand(300);
    double[] others = values.clone();
    for (int i = 200; i < 300; i++) {
      others[i] = 1_000 - values[499 - i];
    }
    learn(spec, hourly(spec, values));
    List<Prediction> expected = List.copyOf(published.predictions);
    byte[] before = bytes(learn(spec, hourly(spec, Arrays.copyOf(values, 200))));
    published.predictions.clear();

    learn(spec, hourly(spec, others));

    assertThat(published.predictions.subList(0, 200)).isEqualTo(expected.subList(0, 200));
    assertThat(published.predictions.subList(200, 300)).isNotEqualTo(expected.subList(200, 300));
    assertThat(bytes(learn(spec, hourly(spec, Arrays.copyOf(others, 200))))).isEqualTo(before);
  }

  @Test
  void restoredAfterAnyRecordTheStateEndsAsIfNeverWritten() throws IOException {
    for (ForecastSpec spec : List.of(inRecords(5, 24), inHours(5, 24))) {
      double[] values = demand(120);
      for (int missing = 31; missing < 120; missing += 17) {
        values[missing] = MISSING;
      }
      byte[] expected = bytes(learn(spec, hourly(spec, values)));

      TrainState state = null;
      for (int i = 0; i < values.length; i++) {
        Chunk chunk = new Chunk();
        chunk.add(example(spec, i, i * HOUR, values[i]));
        TrainState stored = state == null ? null : TrainState.serialized(bytes(state));
        state = engine(spec).learn(stored, chunk, published).copy();
      }
      engine(spec).report(state, "shop", published);

      assertThat(bytes(state)).isEqualTo(expected);
    }
  }

  @Test
  void aRecordWithoutValueMakesAForecastAndLabelsNone() throws IOException {
    ForecastSpec spec = inRecords(1);

    TrainState state = learn(spec, hourly(spec, 1, 2, MISSING, 4, 5));

    assertThat(published.predictions).hasSize(5);
    // 2 and 5 were forecast by 1 and 4, and 4 by the record without value.
    assertThat(state.examples()).isEqualTo(3);
    assertThat(last().forecast().expired()).isEqualTo(1);
    assertThat(last().forecast().missing()).isEqualTo(1);
  }

  @Test
  void theValueAtATimeIsThatOfTheNearestRecord() throws IOException {
    ForecastSpec spec = inHours(2);
    Chunk chunk = everyTwoHours(spec);
    chunk.add(example(spec, 3, 59 * HOUR / 10, 20)); // nearest to 6 h
    chunk.add(example(spec, 4, 8 * HOUR, 40)); // nearest to 7.9 h

    learn(spec, chunk);

    assertThat(sumOfLabels()).isEqualTo(10 + 20 + 40);
    assertThat(last().forecast().expired()).isZero();
  }

  @Test
  void aForecastExpiresIfNoValueComesNearItsTime() throws IOException {
    ForecastSpec spec = inHours(2);
    Chunk chunk = everyTwoHours(spec);
    chunk.add(example(spec, 3, 9 * HOUR, 20)); // too late for 6 h
    chunk.add(example(spec, 4, 11 * HOUR, MISSING)); // one up to 12 h still counts
    chunk.add(example(spec, 5, 12 * HOUR, 30));

    learn(spec, chunk);

    assertThat(last().forecast().expired()).isEqualTo(1);
    assertThat(sumOfLabels()).isEqualTo(10 + 30);
  }

  /** Three records of value 10, the last at 4 h, after which a forecast is scored. */
  private static Chunk everyTwoHours(ForecastSpec spec) {
    Chunk chunk = new Chunk();
    for (int i = 0; i < 3; i++) {
      chunk.add(example(spec, i, 2L * i * HOUR, 10));
    }
    return chunk;
  }

  @Test
  void aRecordBehindALaterOneIsNoPartOfASeriesInTime() throws IOException {
    ForecastSpec spec = inHours(1);
    Chunk chunk = new Chunk();
    chunk.add(example(spec, 0, 0, 10));
    chunk.add(example(spec, 1, 2 * HOUR, 30));
    chunk.add(example(spec, 2, HOUR, 20));

    learn(spec, chunk);

    assertThat(published.predictions).hasSize(2);
    assertThat(published.outOfOrder).isEqualTo(1);
  }

  @Test
  void predictionsNameSeriesHorizonAndTime() throws IOException {
    ForecastSpec records = inRecords(3);
    ForecastSpec hours = inHours(3);
    learn(records, hourly(records, 1, 2));
    learn(hours, hourly(hours, 1));

    long start = published.predictions.get(0).eventTime();
    assertThat(published.predictions.stream().map(Prediction::forecast))
        .containsExactly(
            new Prediction.Forecast("shop", "3", Prediction.Forecast.UNKNOWN_TIME),
            new Prediction.Forecast("shop", "3", start + 4 * HOUR),
            new Prediction.Forecast("shop", "3h", start + 3 * HOUR));
    assertThat(published.predictions.get(0).seq()).isZero();
  }

  @Test
  void seasonalBaselinesAndScaleAreThoseOfTheData() throws IOException {
    ForecastSpec spec = inRecords(1, 2);
    learn(spec, hourly(spec, 10, 20, 12, 24, 15, 29));

    ForecastBaselines scores = scores().forecast();
    // Differences of two records: 2, 4, 3, 5.
    assertThat(scores.scale()).isEqualTo(14 / 4.0);
    // Scored: 12, 24, 15, 29; naive is the value two before, with drift plus the difference of the
    // two values before that: unknown for 12, then 20 + (12 - 10), 12 + (24 - 20), 24 + (15 - 12).
    assertThat(scores.seasons().get(0).naive().totalMae()).isEqualTo((2 + 4 + 3 + 5) / 4.0);
    assertThat(scores.seasons().get(0).drift().totalMae()).isEqualTo((2 + 1 + 2) / 3.0);
    double mae = 0;
    double smape = 0;
    double[] actual = {12, 24, 15, 29};
    for (int i = 0; i < 4; i++) {
      double predicted = ((OfValue) published.predictions.get(i + 1).outcome()).value();
      mae += Math.abs(predicted - actual[i]) / 4;
      smape += 200 * Math.abs(predicted - actual[i]) / (predicted + actual[i]) / 4;
    }
    assertThat(scores().total().get(Score.MASE)).isCloseTo(mae / 3.5, within(1e-9));
    assertThat(scores().window().get(Score.MASE)).isCloseTo(mae / 3.5, within(1e-9));
    assertThat(scores().total().get(Score.SMAPE)).isCloseTo(smape, within(1e-9));
    assertThat(scores().window().get(Score.SMAPE)).isCloseTo(smape, within(1e-9));
  }

  @Test
  void aSeriesIsLearned() throws IOException {
    ForecastSpec spec = inRecords(24, 24, 168);

    learn(spec, hourly(spec, demand(2_000)));

    ForecastBaselines scores = scores().forecast();
    assertThat(scores().window().get(Score.MAE))
        .isLessThan(0.9 * scores.seasons().get(0).naive().windowMae());
    assertThat(scores().lastValue().windowMae())
        .isCloseTo(scores.seasons().get(0).naive().windowMae(), within(1e-9));
  }

  @Test
  void forecastsOfAHorizonInTimeAreSpreadOverIt() throws IOException {
    ForecastSpec spec = inHours(1);
    Chunk chunk = new Chunk();
    int records = 16_000;
    for (int i = 0; i < records; i++) {
      chunk.add(example(spec, i, i, 10));
    }

    TrainState state = learn(spec, chunk);

    // At most 16,000 in an hour: one in 225 ms, and a record comes each ms.
    int kept = (records - 1) / 225 + 1;
    assertThat(state.forecasts().pending()).isEqualTo(kept);
    assertThat(state.forecasts().dropped).isEqualTo(records - kept);
  }

  private TrainState learn(ForecastSpec spec, Chunk chunk) throws IOException {
    PrequentialEngine engine = engine(spec);
    TrainState state = engine.learn(null, chunk, published);
    engine.report(state, chunk.key(), published);
    return state;
  }

  private static PrequentialEngine engine(ForecastSpec spec) {
    return new PrequentialEngine(train(spec), 64 << 20, ShapeChange.FAIL);
  }

  private MetricsReport last() {
    return published.reports.get(published.reports.size() - 1);
  }

  private RegressionScores scores() {
    return (RegressionScores) last().scores();
  }

  /** Returns the sum of the values whose forecasts were scored. */
  private double sumOfLabels() {
    return scores().total().get(Score.LABEL_MEAN) * scores().total().examples();
  }
}
