package dev.millrace.prequential;

import static dev.millrace.prequential.Learning.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.data.Task;
import dev.millrace.eval.drift.DriftSpec;
import dev.millrace.input.CarriedColumn;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.spec.DriftPolicy;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.LateStreams;
import dev.millrace.testing.Specs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a key takes of {@code limits.state-bytes}, before and after a restart. */
class UsedBytesTest {
  private static final long PLENTY = 64 << 20;
  private static final int CROWD = 300;
  private static final int LATER = 40;
  private static final int DELAY = 5;

  @ParameterizedTest
  @CsvSource({"adwin, false", "kswin, false", "adwin, true"})
  void aWindowThatShrankAndPendingIdsAndGroupsCountTheSameAfterARestart(
      String detector, boolean isNetwork) throws IOException {
    InputSpec input = input();
    Indicators indicators = Indicators.of(input);
    ModelSpec model =
        isNetwork
            ? Specs.small(7).withIndicators(indicators)
            : new AutoModelSpec(
                AutoSpec.of(AutoSpec.Tier.FAST), 1, ClassWeights.NONE, indicators, null);
    DriftPolicy drift =
        new DriftPolicy(detector, DriftSpec.ofName(detector), DriftPolicy.Action.EVENT, 1f, 0);
    TrainSpec spec =
        Specs.train(
                input,
                model,
                Specs.METRICS.with(
                    to -> {
                      to.window = CROWD;
                      to.windowMillis = 1_000;
                    }))
            .with(
                to -> {
                  to.drift = drift;
                  to.publish = to.publish.withInterval(0.9);
                });

    requireEqual(spec, rows(input));
  }

  @Test
  void aSeriesThatForgotValuesCountsTheSameAfterARestart() throws IOException {
    ForecastSpec forecast = SeriesFixtures.inHours(2, 24);
    List<Example> rows = new ArrayList<>();
    for (int i = 0; i < CROWD + LATER; i++) {
      long time = (i < CROWD ? 1_000L : 1_000 * SeriesFixtures.HOUR) * i;
      rows.add(SeriesFixtures.example(forecast, i, time, i % 7));
    }

    requireEqual(SeriesFixtures.train(forecast), rows);
  }

  private static void requireEqual(TrainSpec spec, List<Example> rows) throws IOException {
    PrequentialEngine engine = new PrequentialEngine(spec, PLENTY, ShapeChange.FAIL);
    RecordingListener listener = new RecordingListener();
    @Nullable TrainState state = null;
    for (int i = 0; i < rows.size(); i++) {
      state = engine.learn(state, Chunks.of(List.of(rows.get(i))), listener);
      TrainState known = Objects.requireNonNull(state);
      TrainState restored = TrainState.serialized(bytes(known));
      engine.resume(restored, "k", listener);

      assertThat(restored.usedBytes()).as("after record %d", i).isEqualTo(known.usedBytes());
      assertThat(bytes(restored)).isEqualTo(bytes(known));
    }
    assertThat(listener.rejected).isEmpty();
  }

  /** Many records of nearly one time, the first of another weight; later, a few that differ. */
  private static List<Example> rows(InputSpec input) {
    List<Example> rows = Chunks.numbers("k", CROWD + LATER, 1);
    int user = Indicators.of(input).ids().columns().get(0).start();
    int card = input.carried().indexOf(new CarriedColumn("card", false));
    for (int i = 0; i < rows.size(); i++) {
      Example row = rows.get(i);
      float amount = row.features[0];
      row.resize(input.width());
      Arrays.fill(row.features, 0, row.width, Float.NaN);
      row.features[0] = amount;
      IdWords.write(i % 50, row.features, user);
      row.carry(2);
      row.carried[card] = i % 30;
      row.carried[1 - card] = Double.doubleToRawLongBits(amount);
      row.weight = i < CROWD / 2 ? 2f : 1f;
      row.target += i < CROWD ? 0 : 1_000;
      row.eventTime += i < CROWD ? 0 : 100_000L + 50L * i;
    }
    return LateStreams.apart(rows, DELAY);
  }

  private static InputSpec input() {
    return LateStreams.input(Task.REGRESSION, null, 1_000_000, 1_000)
        .with(
            to -> {
              to.features =
                  List.of(
                      new FeatureSpec("amount", FeatureSpec.Type.NUMERIC, false, List.of(), 0),
                      FeatureSpec.ofIds("user", FeatureSpec.Type.ID, false, IdOptions.ONE));
              Lags lags = new Lags(List.of(1L, 2L), false, false);
              to.derived = List.of(new DerivedFeature("amount", List.of("card"), lags));
            });
  }
}
