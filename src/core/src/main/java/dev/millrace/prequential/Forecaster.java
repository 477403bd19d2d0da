package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.eval.KnownValues;
import dev.millrace.eval.RegressionMetrics;
import dev.millrace.forecast.ForecastInputs;
import dev.millrace.forecast.Series;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.prequential.UnlabeledPredictor.Scored;
import dev.millrace.prequential.key.ForecastState;
import dev.millrace.prequential.key.JoinedExample;
import dev.millrace.prequential.key.PrequentialModel;
import dev.millrace.prequential.labels.PendingFeatures;
import dev.millrace.prequential.labels.PendingForecast;
import dev.millrace.prequential.rows.DerivedFiller;
import dev.millrace.prequential.rows.JoinedExamples;
import dev.millrace.prequential.rows.Rejections;
import dev.millrace.report.Prediction.Forecast;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Forecasts the series of a model key, record by record: the value of a record is the label of the
 * forecasts that were made of it, which are scored and learned then, and never earlier; after that
 * the next forecast is made from the features of the record and from what is known of the series.
 * Shared by all keys of a thread. Not thread-safe.
 */
final class Forecaster implements RowLearner {
  private final ForecastSpec spec;
  private final KeyBudget budget;
  private final ChunkLearner learner;
  private final Rejections rejections;
  private final UnlabeledPredictor predictor;
  private final DerivedFiller derived;
  private final JoinedExamples examples;
  private final int columns;
  private final Map<Step, ForecastInputs> inputs = new HashMap<>();

  Forecaster(Stages stages, ForecastSpec spec, ChunkLearner learner, UnlabeledPredictor predictor) {
    this.spec = spec;
    budget = stages.budget();
    rejections = stages.rejections();
    derived = stages.derived();
    this.learner = learner;
    this.predictor = predictor;
    examples = new JoinedExamples(stages.spec().topic());
    columns = spec.inputs().size();
  }

  /** Learns and makes forecasts with the rows of a chunk from there on. */
  @Override
  public void learn(TrainState state, Chunk chunk, int from, EngineListener to) throws IOException {
    ForecastState forecasts = state.forecasts();
    PrequentialModel model = state.model();
    for (int row = from; row < chunk.size(); row++) {
      if (chunk.width() != model.learner.inputs()) {
        to.rejected(rejections.letter(chunk, row, rejections.ofWidth(model, chunk)));
        continue;
      }
      budget.begin(state);
      model.counters.arrive(chunk, row);
      if (forecasts.series.advance(chunk.windowTime(row))) {
        label(state, forecasts, chunk, row, to);
        forecast(model, forecasts, chunk, row, to);
      } else {
        forecasts.late++;
      }
    }
  }

  /**
   * Adds the value of a record to the series, and learns the forecasts whose value that decides.
   */
  private void label(
      TrainState state, ForecastState forecasts, Chunk chunk, int row, EngineListener to)
      throws IOException {
    Series series = forecasts.series;
    long tolerance = spec.tolerance(forecasts.horizon, forecasts.horizon);
    double value = chunk.kind(row).hasLabel() ? chunk.target(row) : Double.NaN;
    boolean isKnown = Double.isFinite(value);
    if (isKnown) {
      series.add(value);
      ((RegressionMetrics) state.model().metrics).setSeasonalError(series.seasonalError());
    } else {
      forecasts.missing++;
    }
    // Without a value, one that comes within the tolerance still counts.
    long due = isKnown ? series.position() : series.position() - tolerance - 1;
    for (PendingForecast next = forecasts.take(due); next != null; next = forecasts.take(due)) {
      double label = series.lastAt(next.target(), forecasts.horizon.length(), tolerance);
      if (Double.isNaN(label)) {
        forecasts.expired++;
      } else {
        forecasts.score(next);
        learn(state, next, label, chunk, row, to);
      }
    }
  }

  private void learn(
      TrainState state,
      PendingForecast forecast,
      double label,
      Chunk chunk,
      int row,
      EngineListener to)
      throws IOException {
    PendingFeatures features = forecast.features();
    examples.setFeatures(features, state.model().learner.inputs(), chunk.timestamp(row));
    JoinedExample joined = examples.complete(null, label, chunk, row, features, forecast.known());
    learner.learn(state, joined, to);
    derived.addLabel(state.model(), joined);
  }

  /** Makes a forecast from a record, and keeps it until its value comes. */
  private void forecast(
      PrequentialModel model, ForecastState forecasts, Chunk chunk, int row, EngineListener to) {
    Series series = forecasts.series;
    Step horizon = forecasts.horizon;
    ForecastInputs known = inputs.computeIfAbsent(horizon, h -> new ForecastInputs(spec, h));
    derived.fill(model, chunk, row);
    float[] features = new float[chunk.width()];
    chunk.copyFeatures(row, row + 1, features);
    known.fill(series, features, features.length - columns);
    KnownValues baselines = known.baselines(series);
    Forecast of =
        new Forecast(ForecastSpec.series(chunk.key()), horizon.text(), forecasts.targetTime());
    Scored scored = predictor.predict(model, chunk, row, features, of, to);
    PendingFeatures pending =
        new PendingFeatures(
            scored.features(),
            chunk.weight(row),
            Math.max(0, chunk.windowTime(row)),
            chunk.partition(row),
            chunk.offset(row),
            scored.scores(),
            scored.memory(),
            scored.predicted(),
            chunk.group(row),
            derived.carried(chunk, row),
            scored.bound(),
            null);
    PendingForecast forecast =
        new PendingForecast(pending, series.position() + horizon.length(), baselines);
    forecasts.keep(forecast, budget.left(forecast.memoryBytes()));
  }
}
