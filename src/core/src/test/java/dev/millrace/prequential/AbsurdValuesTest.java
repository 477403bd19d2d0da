package dev.millrace.prequential;

import static dev.millrace.prequential.SeriesFixtures.demand;
import static dev.millrace.prequential.SeriesFixtures.hourly;
import static dev.millrace.prequential.SeriesFixtures.inHours;
import static dev.millrace.prequential.SeriesFixtures.inRecords;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport.Forecast;
import dev.millrace.report.MetricsReport.RegressionScores;
import dev.millrace.report.Prediction;
import dev.millrace.report.Prediction.OfValue;
import dev.millrace.report.Score;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** A few absurd values do not end a forecast or a regression, and a new level is followed. */
class AbsurdValuesTest {
  private static final int RECORDS = 1_400;
  private static final int FROM = 800;
  private static final int SEASON = 24;
  private static final MetricsSpec METRICS = MetricsSpec.DEFAULT.with(to -> to.window = 200);

  private final RecordingListener published = new RecordingListener();

  @Test
  void oneAbsurdValueDisturbsAForecastNoLongerThanASeason() throws IOException {
    for (ForecastSpec spec : List.of(inRecords(1, SEASON), inHours(1, SEASON))) {
      double[] values = demand(RECORDS);
      double sound = error(forecasts(spec, values), values, FROM + SEASON + 4);
      double[] absurd = values.clone();
      absurd[FROM] = 1e30;

      double[] forecasts = forecasts(spec, absurd);

      assertThat(error(forecasts, values, FROM + SEASON + 4)).isLessThan(1.5 * sound);
      // In the season after it, too, nothing is absurd.
      for (int i = FROM; i < FROM + SEASON + 4; i++) {
        assertThat(forecasts[i]).isBetween(-500.0, 500.0);
      }
    }
  }

  @Test
  void tenAbsurdValuesDisturbAForecastForASeasonToo() throws IOException {
    ForecastSpec spec = inRecords(1, SEASON);
    double[] values = demand(RECORDS);
    double sound = error(forecasts(spec, values), values, FROM + 10 + SEASON + 4);
    double[] absurd = values.clone();
    Arrays.fill(absurd, FROM, FROM + 10, 1e9);

    double[] forecasts = forecasts(spec, absurd);

    assertThat(error(forecasts, values, FROM + 10 + SEASON + 4)).isLessThan(2 * sound);
  }

  @Test
  void theErrorOfAnAbsurdValueCountsAsItIsAndLeavesTheWindow() throws IOException {
    ForecastSpec spec = inRecords(1, SEASON);
    double[] values = demand(RECORDS);
    values[FROM] = 1e30;

    forecasts(spec, Arrays.copyOf(values, FROM + 1));
    assertThat(scores().window().get(Score.MAE))
        .isBetween(0.99e30 / METRICS.window(), 1.01e30 / 199);
    assertThat(forecast().value()).isEqualTo(1e30);
    forecasts(spec, values);

    assertThat(scores().window().get(Score.MAE)).isLessThan(10);
    assertThat(scores().mean().windowMae()).isLessThan(100);
    assertThat(scores().forecast().scale()).isLessThan(20);
    assertThat(scores().window().get(Score.MASE)).isLessThan(2);
  }

  @Test
  void aForecastFollowsANewLevelWithinTensOfRecords() throws IOException {
    ForecastSpec spec = inRecords(1, SEASON);
    double[] values = demand(RECORDS);
    for (int i = FROM; i < RECORDS; i++) {
      values[i] *= 1_000;
    }

    double[] forecasts = forecasts(spec, values);

    for (int i = FROM + 60; i < FROM + 110; i++) {
      assertThat(forecasts[i]).isBetween(0.2 * values[i], 5 * values[i]);
    }
  }

  @Test
  void aFewAbsurdLabelsDoNotRuinARegression() throws IOException {
    double sound = error(i -> label(i), FROM + 400);

    double absurd = error(i -> i >= FROM && i < FROM + 30 ? 1e30 : label(i), FROM + 400);

    assertThat(absurd).isLessThan(1.5 * sound);
    assertThat(scores().window().get(Score.MAE)).isLessThan(1.5 * sound);
    assertThat(scores().mean().windowMae()).isLessThan(10);
    assertThat(scores().total().get(Score.MAE)).isGreaterThan(1e28);
  }

  @Test
  void aRegressionFollowsLabelsThatStayLarger() throws IOException {
    error(i -> i >= FROM ? 1_000 * label(i) : label(i), FROM);

    assertThat(scores().window().get(Score.MAE)).isLessThan(0.5 * scores().mean().windowMae());
  }

  /** Returns the forecast of each value, made from the values before. */
  private double[] forecasts(ForecastSpec spec, double[] values) throws IOException {
    TrainSpec train = SeriesFixtures.train(spec).with(to -> to.metrics = METRICS);
    learn(train, hourly(spec, values));
    double[] forecasts = new double[values.length];
    for (int i = 1; i < values.length; i++) {
      forecasts[i] = value(published.predictions.get(i - 1));
    }
    return forecasts;
  }

  private static double error(double[] forecasts, double[] values, int from) {
    double sum = 0;
    for (int i = from; i < values.length; i++) {
      sum += Math.abs(forecasts[i] - values[i]);
    }
    return sum / (values.length - from);
  }

  /** Returns the mean absolute error of a regression from an example on. */
  private double error(IntToDoubleFunction labels, int from) throws IOException {
    InputSpec input = InputSpec.DEFAULT.with(to -> to.task = Task.REGRESSION);
    AutoModelSpec model =
        new AutoModelSpec(
            AutoSpec.of(AutoSpec.Tier.FAST), 1, ClassWeights.NONE, Indicators.of(input), null);
    Chunk chunk = new Chunk();
    for (int i = 0; i < RECORDS; i++) {
      chunk.add(example(i, labels.applyAsDouble(i)));
    }
    learn(
        Specs.train(input, model, METRICS)
            .with(to -> to.publish = to.publish.withPredictions(true)),
        chunk);
    double sum = 0;
    for (int i = from; i < RECORDS; i++) {
      sum += Math.abs(value(published.predictions.get(i)) - labels.applyAsDouble(i));
    }
    return sum / (RECORDS - from);
  }

  private static Example example(int i, double label) {
    Example example = new Example();
    example.key = "k";
    example.resize(2);
    example.features[0] = (float) feature(i, 0);
    example.features[1] = (float) feature(i, 1);
    example.target = label;
    example.weight = 1;
    example.record = KafkaRecord.of(Records.TOPIC, 0, i, i, null, new byte[] {1});
    return example;
  }

  private static double feature(int i, int column) {
    return new SplittableRandom(2L * i + column).nextGaussian();
  }

  private static double label(int i) {
    return 3 * feature(i, 0) + feature(i, 1) + 0.1 * feature(i, 2);
  }

  private void learn(TrainSpec spec, Chunk chunk) throws IOException {
    published.predictions.clear();
    PrequentialEngine engine = new PrequentialEngine(spec, 64 << 20, ShapeChange.FAIL);
    TrainState state = engine.learn(null, chunk, published);
    engine.report(state, chunk.key(), published);
  }

  private static double value(Prediction prediction) {
    return ((OfValue) prediction.outcome()).value();
  }

  private RegressionScores scores() {
    return (RegressionScores) published.reports.get(published.reports.size() - 1).scores();
  }

  private Forecast forecast() {
    return published.reports.get(published.reports.size() - 1).forecast();
  }
}
