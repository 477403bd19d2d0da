package dev.millrace.bench;

import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.data.Chunk;
import dev.millrace.data.DeadLetter;
import dev.millrace.data.Example;
import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdHash;
import dev.millrace.data.Task;
import dev.millrace.derived.DerivedState;
import dev.millrace.input.DerivedFeature;
import dev.millrace.input.DerivedFeature.Aggregate;
import dev.millrace.input.DerivedFeature.Lags;
import dev.millrace.input.DerivedFeature.Since;
import dev.millrace.input.DerivedFeature.Smoothed;
import dev.millrace.input.DerivedFeature.Unit;
import dev.millrace.input.DerivedFeature.Window;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.nn.spec.ClassWeights;
import dev.millrace.nn.spec.Indicators;
import dev.millrace.nn.spec.ModelSpec;
import dev.millrace.prequential.EngineListener;
import dev.millrace.prequential.PrequentialEngine;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.report.MetricsReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what derived features cost. */
@Command(
    name = "derived",
    description = {
      "Measures what derived features cost, without Kafka and Flink.",
      "Reports records per second of auto: balanced with 8 columns, with 14 columns, and with 8"
          + " columns and 6 features derived from a window of an",
      "hour, a lag, an exponentially weighted mean and the time since the last record, by 1,000"
          + " cards;",
      "in turn, the median of all rounds."
    },
    footer = {"", "Example:", "  ./millrace bench derived --json"})
final class DerivedBenchCommand extends Benchmark {
  private static final int COLUMNS = 8;
  private static final int CARDS = 1_000;
  private static final int ROWS_OF_A_CHUNK = 64;
  private static final long HOUR = 3_600_000L;
  private static final long MAX_BYTES = 256 << 20;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Records of a round (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Rounds of each, after one to warm up (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Override
  protected Measurement measure() throws IOException {
    require("--rows", rows, 1_000);
    require("--rounds", rounds, 1);
    InputSpec derived = input(COLUMNS, derived());
    List<InputSpec> inputs =
        List.of(input(COLUMNS, List.of()), input(derived.width(), List.of()), derived);
    List<double[]> rates = new ArrayList<>();
    for (int r = -1; r < rounds; r++) { // the first warms up
      double[] round = new double[inputs.size()];
      for (int i = 0; i < inputs.size(); i++) {
        round[i] = rows / learn(inputs.get(i));
      }
      if (r >= 0) {
        rates.add(round);
      }
    }
    double[] medians = new double[inputs.size()];
    Arrays.setAll(medians, i -> Measurement.median(rates, round -> round[i]));
    long bytes = DerivedState.groupBytes(derived).values().iterator().next();
    return result(medians, nanosOfFeatures(derived), bytes);
  }

  private static Measurement result(double[] rates, double nanos, long bytes) {
    double fraction = rates[2] / rates[0];
    double columnFraction = rates[2] / rates[1];
    Measurement result = new Measurement();
    result
        .putRounded("records_per_s", rates[0])
        .putRounded("records_per_s_of_14_columns", rates[1]);
    result.putRounded("records_per_s_with_derived", rates[2]).put("fraction", fraction, 3);
    result.put("fraction_of_14_columns", columnFraction, 3);
    result.putRounded("derived_ns_per_record", nanos).put("bytes_per_group", bytes);
    return result.print(
        "%,.0f records/s of 8 columns, %,.0f of 14, %,.0f of 8 and 6 derived ones (%.2f and %.2f of"
            + " these); they take %,.0f ns a record, and %,d bytes a card",
        rates[0], rates[1], rates[2], fraction, columnFraction, nanos, bytes);
  }

  private static List<DerivedFeature> derived() {
    List<String> card = List.of("card");
    List<Aggregate> functions = List.of(Aggregate.COUNT, Aggregate.MEAN, Aggregate.MAX);
    return List.of(
        new DerivedFeature("x0", card, new Window(HOUR, Unit.MILLIS, functions, 0)),
        new DerivedFeature("x0", card, new Lags(List.of(1L), false, false)),
        new DerivedFeature("x0", card, new Smoothed(HOUR, true, List.of(Aggregate.MEAN))),
        new DerivedFeature(null, card, new Since()));
  }

  private static InputSpec input(int columns, List<DerivedFeature> derived) {
    return InputSpec.DEFAULT.with(
        to -> {
          to.task = Task.BINARY;
          to.classes = List.of("no", "yes");
          to.features =
              IntStream.range(0, columns)
                  .mapToObj(
                      c -> new FeatureSpec("x" + c, FeatureSpec.Type.NUMERIC, false, List.of(), 0))
                  .toList();
          to.derived = derived;
        });
  }

  /** Learns all rows from the start; returns the seconds. */
  private double learn(InputSpec input) throws IOException {
    ModelSpec model =
        ModelSpec.auto(1, AutoSpec.of(AutoSpec.Tier.BALANCED), ClassWeights.NONE)
            .withIndicators(Indicators.of(input));
    TrainSpec train = TrainSpec.of("bench", "bench", input, model);
    PrequentialEngine engine = new PrequentialEngine(train, MAX_BYTES, ShapeChange.FAIL);
    List<Chunk> chunks = chunks(input);
    TrainState state = null;
    long start = System.nanoTime();
    for (Chunk chunk : chunks) {
      state = engine.learn(state, chunk, new Reports());
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private List<Chunk> chunks(InputSpec input) {
    List<Chunk> chunks = new ArrayList<>();
    Example example = new Example();
    SplittableRandom random = new SplittableRandom(1);
    int carried = input.carried().size();
    for (int r = 0; r < rows; r++) {
      if (r % ROWS_OF_A_CHUNK == 0) {
        chunks.add(new Chunk());
      }
      fill(example, input, carried, 100L * r, random);
      chunks.get(chunks.size() - 1).add(example);
    }
    return chunks;
  }

  private static void fill(
      Example example, InputSpec input, int carried, long time, SplittableRandom random) {
    example.key = "bench";
    int columns = input.features().size();
    example.resize(input.width());
    Arrays.fill(example.features, columns, input.width(), Float.NaN);
    float sum = 0;
    for (int c = 0; c < columns; c++) {
      example.features[c] = (float) random.nextDouble();
      sum += c < COLUMNS ? example.features[c] : 0;
    }
    example.carry(carried);
    if (carried > 0) {
      byte[] card = ("card-" + random.nextInt(CARDS)).getBytes(StandardCharsets.UTF_8);
      example.carried[0] = Double.doubleToRawLongBits(example.features[0]);
      example.carried[1] = new IdHash("card").of(card, card.length);
    }
    example.label = sum > COLUMNS / 2f ? "yes" : "no";
    example.weight = 1;
    example.eventTime = time;
  }

  /** Returns the time that features of a record take, without the model. */
  private double nanosOfFeatures(InputSpec input) {
    DerivedState state = new DerivedState(input);
    long[] carried = new long[input.carried().size()];
    double nanos = 0;
    for (int pass = 0; pass < 2; pass++) { // the first warms up
      SplittableRandom random = new SplittableRandom(1);
      long start = System.nanoTime();
      for (int r = 0; r < rows; r++) {
        carried[0] = Double.doubleToRawLongBits(random.nextDouble());
        carried[1] = 1L + random.nextInt(CARDS);
        long time = 100L * ((long) pass * rows + r);
        state.compute(carried, time);
        state.add(carried, time);
      }
      nanos = (double) (System.nanoTime() - start) / rows;
    }
    return nanos;
  }

  /** Ignores reports; nothing is rejected. */
  private static final class Reports implements EngineListener {
    @Override
    public void report(
        MetricsReport report, long timestamp, long drifts, boolean isDriftSuspected) {}

    @Override
    public void rejected(DeadLetter letter) {
      throw new IllegalStateException("a row was rejected: " + letter.message());
    }

    @Override
    public void warning(String key, String message) {
      throw new IllegalStateException(message);
    }
  }
}
