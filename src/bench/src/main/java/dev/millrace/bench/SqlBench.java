package dev.millrace.bench;

import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.LocalJob;
import dev.millrace.cli.topics.TopicPlan;
import dev.millrace.cli.topics.TopicsCommand;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Backend;
import dev.millrace.config.Settings.Guarantee;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.FunctionHint;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.functions.ScalarFunction;
import org.apache.flink.table.functions.TableFunction;
import org.apache.flink.types.Row;

/**
 * Measures {@code ML_PREDICT} over generated rows, and the same query with a table function that
 * returns its argument. Each job is one thread, so the time of a row is that of its computation.
 */
final class SqlBench {
  /** Examples that each model learns before it is published. */
  private static final int EXAMPLES = 20;

  private static final int FEATURES = 8;

  private final int rows;
  private final int keys;
  private final boolean async;

  SqlBench(int rows, int keys, boolean async) {
    this.rows = rows;
    this.keys = keys;
    this.async = async;
  }

  /**
   * One job: its rate, and the time from a row before the function to the row after it.
   *
   * @param p99 microseconds
   */
  record Round(double rowsPerSecond, double p50, double p99) {
    private static Round of(long count) {
      double seconds = (Elapsed.last - Started.first) / 1e9;
      return new Round(
          count / seconds,
          Elapsed.nanos.getValueAtPercentile(50) / 1e3,
          Elapsed.nanos.getValueAtPercentile(99) / 1e3);
    }

    private static Round median(List<Round> rounds) {
      return new Round(
          Measurement.median(rounds, Round::rowsPerSecond),
          Measurement.median(rounds, Round::p50),
          Measurement.median(rounds, Round::p99));
    }

    private void put(Measurement result, String prefix) {
      result.putRounded(prefix + "rows_per_s", rowsPerSecond);
      result.put(prefix + "p50_us", p50, 3).put(prefix + "p99_us", p99, 3);
    }

    @Override
    public String toString() {
      return "%,.0f rows/s (p50 %.1f µs, p99 %.1f µs)".formatted(rowsPerSecond, p50, p99);
    }
  }

  Measurement run(int warmup, int rounds, PrintWriter err) throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(false)) {
      Settings settings = publishModels(broker.bootstrapServers());
      StreamTableEnvironment tables = tables(settings);
      List<Round> predict = new ArrayList<>();
      List<Round> identity = new ArrayList<>();
      for (int round = -warmup; round < rounds; round++) {
        Round identityRound = run(tables, "returned");
        Round predictRound = run(tables, "predicted");
        err.printf(
            "%s: ML_PREDICT %s, identity function %s%n",
            round < 0 ? "warm-up" : "round " + (round + 1), predictRound, identityRound);
        err.flush();
        if (round >= 0) {
          predict.add(predictRound);
          identity.add(identityRound);
        }
      }
      return result(rounds, Round.median(predict), Round.median(identity));
    }
  }

  private Measurement result(int rounds, Round predict, Round identity) {
    double fraction = predict.rowsPerSecond() / identity.rowsPerSecond();
    Measurement result = new Measurement();
    result.put("rows", rows).put("keys", keys).put("async", async).put("rounds", rounds);
    predict.put(result, "");
    identity.put(result, "identity_");
    result.put("fraction", fraction, 3);
    return result.print(
        "ML_PREDICT: %s; identity function: %s; fraction %.2f", predict, identity, fraction);
  }

  private Settings publishModels(String bootstrapServers) throws Exception {
    BenchLoad load =
        new BenchLoad(
            EXAMPLES * keys,
            FEATURES,
            0,
            keys,
            2,
            1,
            null,
            1,
            Guarantee.AT_LEAST_ONCE,
            Backend.HEAP,
            10,
            1_000,
            false);
    Settings settings = load.settings(bootstrapServers);
    TopicsCommand.create(settings, TopicPlan.of(settings));
    load.fill(settings);
    LocalJob job =
        LocalJob.start(settings, 1, TemporaryDirectories.untilExit("millrace-bench-"), null, true);
    boolean ended = false;
    while (!ended) {
      ended = job.awaitEnd(Duration.ofSeconds(1));
    }
    return settings;
  }

  private StreamTableEnvironment tables(Settings settings) {
    Map<String, String> options = new HashMap<>(LocalFlink.NO_RESTART);
    options.put("pipeline.auto-generate-uids", "true"); // SQL sets none
    StreamTableEnvironment tables =
        StreamTableEnvironment.create(LocalFlink.environment(1, options));
    tables.createTemporarySystemFunction("started", Started.class);
    tables.createTemporarySystemFunction("elapsed", Elapsed.class);
    tables.createTemporarySystemFunction("same", Same.class);
    String features = features("%s");
    tables.executeSql(
        """
        CREATE TABLE numbers (n INT, %s) WITH (
          'connector' = 'datagen', 'number-of-rows' = '%d', 'rows-per-second' = '1000000000',
          'fields.n.min' = '0', 'fields.n.max' = '%d'%s)
        """
            .formatted(
                features("%s DOUBLE"),
                rows,
                keys - 1,
                IntStream.range(0, FEATURES)
                    .mapToObj(
                        f -> ", 'fields.x%1$d.min' = '-1', 'fields.x%1$d.max' = '1'".formatted(f))
                    .collect(Collectors.joining())));
    tables.executeSql(
        "CREATE VIEW rows_of_keys AS SELECT CONCAT('key-', CAST(n AS STRING)) AS k, %s, started() AS"
                .formatted(features)
            + " t FROM numbers");
    tables.executeSql(
        "CREATE TABLE predicted (c STRING, p DOUBLE, t BIGINT) WITH ('connector' = 'blackhole')");
    tables.executeSql(
        "CREATE TABLE returned (k STRING, x DOUBLE, t BIGINT) WITH ('connector' = 'blackhole')");
    tables.executeSql(
        """
        CREATE MODEL m INPUT (k STRING, %s) OUTPUT (`class` STRING, probability DOUBLE)
        WITH ('provider' = 'millrace', 'async' = '%s',
          'pipeline' = '{ pipeline: bench, input: { label: label },
            model: { layers: [{ units: 32, activation: relu }], optimizer: sgd, batch-size: 1 } }',
          'properties.bootstrap.servers' = '%s')
        """
            .formatted(features("%s DOUBLE"), async, settings.kafka().get("bootstrap.servers")));
    return tables;
  }

  private Round run(StreamTableEnvironment tables, String sink) throws Exception {
    String features = features("%s");
    String query =
        sink.equals("predicted")
            ? "SELECT `class`, probability, elapsed(t) FROM ML_PREDICT(TABLE rows_of_keys, MODEL m,"
                + " DESCRIPTOR(k, %s))".formatted(features)
            : "SELECT f.k2, f.x, elapsed(t) FROM rows_of_keys, LATERAL TABLE(same(k, %s)) AS f(k2, x)"
                .formatted(features);
    Started.first = 0;
    Elapsed.nanos.reset();
    tables.executeSql("INSERT INTO " + sink + " " + query).await();
    return Round.of(Elapsed.nanos.getTotalCount());
  }

  private static String features(String each) {
    return IntStream.range(0, FEATURES)
        .mapToObj(f -> each.formatted("x" + f))
        .collect(Collectors.joining(", "));
  }

  /** Returns the time before the measured function. */
  public static final class Started extends ScalarFunction {
    private static final long serialVersionUID = 1L;

    // One job at a time, in one thread.
    private static volatile long first;

    /** Called by Flink for each row. */
    public long eval() {
      long now = System.nanoTime();
      if (first == 0) {
        first = now;
      }
      return now;
    }

    @Override
    public boolean isDeterministic() {
      return false;
    }
  }

  /** Records the time since {@link Started}. */
  public static final class Elapsed extends ScalarFunction {
    private static final long serialVersionUID = 1L;
    private static final long MAX_NANOS = 60_000_000_000L;

    private static final Histogram nanos = new Histogram(MAX_NANOS, 3);
    private static volatile long last;

    /** Called by Flink for each row. */
    public long eval(long started) {
      long now = System.nanoTime();
      last = now;
      nanos.recordValue(Math.min(MAX_NANOS, now - started));
      return now - started;
    }

    @Override
    public boolean isDeterministic() {
      return false;
    }
  }

  /** Returns a row of its first arguments. */
  @FunctionHint(output = @DataTypeHint("ROW<k STRING, x DOUBLE>"))
  public static final class Same extends TableFunction<Row> {
    private static final long serialVersionUID = 1L;

    /** Called by Flink for each row. */
    public void eval(
        String k,
        Double x0,
        Double x1,
        Double x2,
        Double x3,
        Double x4,
        Double x5,
        Double x6,
        Double x7) {
      collect(Row.of(k, x0));
    }
  }
}
