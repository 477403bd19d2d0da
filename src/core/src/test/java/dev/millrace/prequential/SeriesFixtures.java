package dev.millrace.prequential;

import dev.millrace.data.Chunk;
import dev.millrace.data.Example;
import dev.millrace.data.KafkaRecord;
import dev.millrace.data.RecordKind;
import dev.millrace.data.Task;
import dev.millrace.eval.MetricsSpec;
import dev.millrace.input.ForecastSpec;
import dev.millrace.input.ForecastSpec.Step;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoModelSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Records;
import dev.millrace.testing.Specs;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Series and the specifications of their forecasts. */
final class SeriesFixtures {
  static final long HOUR = 3_600_000;
  private static final long START = 1_700_000_000_000L;

  private SeriesFixtures() {}

  static ForecastSpec inRecords(int horizon, int... seasons) {
    return new ForecastSpec(
        "sold",
        false,
        List.of(new Step(horizon + "", horizon)),
        Arrays.stream(seasons).mapToObj(season -> new Step(season + "", season)).toList());
  }

  static ForecastSpec inHours(int horizon, int... seasons) {
    return new ForecastSpec(
        "sold",
        true,
        List.of(new Step(horizon + "h", horizon * HOUR)),
        Arrays.stream(seasons).mapToObj(season -> new Step(season + "h", season * HOUR)).toList());
  }

  static TrainSpec train(ForecastSpec forecast) {
    InputSpec input =
        InputSpec.DEFAULT.with(
            to -> {
              to.task = Task.REGRESSION;
              to.forecast = forecast;
            });
    AutoModelSpec model =
        new AutoModelSpec(
            AutoSpec.of(AutoSpec.Tier.FAST), 1, ClassWeights.NONE, Indicators.of(input), null);
    return Specs.train(input, model, MetricsSpec.DEFAULT)
        .with(to -> to.publish = to.publish.withPredictions(true));
  }

  /** A chunk of the records of a series an hour apart. */
  static Chunk hourly(ForecastSpec forecast, double... values) {
    Chunk chunk = new Chunk();
    for (int i = 0; i < values.length; i++) {
      chunk.add(example(forecast, i, i * HOUR, values[i]));
    }
    return chunk;
  }

  /**
   * A record of a series.
   *
   * @param value NaN for none
   */
  static Example example(ForecastSpec forecast, int number, long time, double value) {
    Example example = new Example();
    example.key = ForecastSpec.modelKey("shop", forecast.horizons().get(0));
    example.resize(forecast.inputs().size());
    Arrays.fill(example.features, Float.NaN);
    example.kind = Double.isNaN(value) ? RecordKind.FEATURES : RecordKind.EXAMPLE;
    example.target = value;
    example.weight = 1;
    example.eventTime = START + time;
    example.record = KafkaRecord.of(Records.TOPIC, 0, number, START + time, null, new byte[] {1});
    return example;
  }

  /** A daily and a weekly season with a trend and noise. */
  static double[] demand(int count) {
    SplittableRandom random = new SplittableRandom(3);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      double day = (i % 24) * (24 - i % 24) / 10.0;
      values[i] = 20 + i / 100.0 + day * (i / 24 % 7 < 5 ? 2 : 1) + random.nextDouble();
    }
    return values;
  }

  static byte[] bytes(TrainState state) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    state.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
