package dev.millrace.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.TableException;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.dataview.MapView;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.types.Row;
import org.apache.flink.util.concurrent.FutureUtils;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The learning function in Flink SQL, in two subtasks of a cluster in this process. */
class LearnFunctionITCase {
  private static final int ROWS = 4_000;
  private static final int KEYS = 5;
  private static final String PIPELINE =
      """
      input: { id: i }
      model: { layers: [ { units: 8, activation: tanh } ], optimizer: sgd }
      """;
  private static final RowType COLUMNS =
      (RowType)
          DataTypes.ROW(
                  DataTypes.FIELD("k", DataTypes.STRING()),
                  DataTypes.FIELD("y", DataTypes.STRING()),
                  DataTypes.FIELD("i", DataTypes.BIGINT()),
                  DataTypes.FIELD("a", DataTypes.DOUBLE()),
                  DataTypes.FIELD("b", DataTypes.DOUBLE()))
              .getLogicalType();

  /** Predictions by the number of the row, of each run in this process. */
  private static final Map<String, Map<Long, String>> PREDICTED = new ConcurrentHashMap<>();

  private static MiniCluster cluster;

  @TempDir private Path folder;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(2)
                .withRandomPorts()
                .build());
    cluster.start();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hashmap", "rocksdb"})
  void stoppedAndRestoredItPredictsAsIfItNeverStopped(String backend) throws Exception {
    Map<Long, String> predicted = new ConcurrentHashMap<>();
    PREDICTED.put(backend, predicted);
    JobGraph first = graph(backend, half(), "*");
    cluster.submitJob(first).get();
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> predicted.size() == ROWS / 2);
    String savepoint =
        cluster
            .stopWithSavepoint(
                first.getJobID(), folder.toUri().toString(), false, SavepointFormatType.CANONICAL)
            .get(2, TimeUnit.MINUTES);
    Awaitility.await()
        .until(() -> cluster.getJobStatus(first.getJobID()).get() == JobStatus.FINISHED);

    // A uid finds the state, although the statement around the function is another one.
    JobGraph second =
        graph(
            backend,
            RateLimiterStrategy.noOp(),
            "k, y, i, model_version, probability, predicted_class");
    second.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    cluster.executeJobBlocking(second);

    assertThat(predicted).isEqualTo(expected());
  }

  @Test
  void mistakesAreFoundWhenTheStatementIsPlanned() {
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment("hashmap"));
    tables.executeSql("CREATE FUNCTION millrace_learn AS 'dev.millrace.table.LearnFunction'");
    tables.executeSql(
        "CREATE VIEW payments AS SELECT * FROM (VALUES ('a', 2.5, TRUE)) AS t(card, amount,"
            + " fraud)");

    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM millrace_learn(input => TABLE payments PARTITION BY card,"
                        + " label => 'frau')"))
        .hasRootCauseInstanceOf(ValidationException.class)
        .hasRootCauseMessage(
            "label names the column \"frau\", which the table does not have. Columns: card, amount,"
                + " fraud");
    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM millrace_learn(input => TABLE payments PARTITION BY card,"
                        + " label => LOWER('FRAUD'))"))
        .hasRootCauseMessage(
            "label must be a text in quotes, but was an expression. Write label => '...'");
    assertThatThrownBy(
            () ->
                tables.explainSql(
                    "SELECT * FROM millrace_learn(input => (SELECT card, COUNT(*) AS payments,"
                        + " MAX(fraud) AS fraud FROM payments GROUP BY card) PARTITION BY card,"
                        + " label => 'fraud')"))
        .isInstanceOf(TableException.class)
        .hasMessageContaining("doesn't support consuming update changes");
  }

  @Test
  void theStatementsOfTheDocumentationArePlanned() throws Exception {
    StreamTableEnvironment tables = StreamTableEnvironment.create(environment("hashmap"));
    String page = Files.readString(Path.of("docs/sql.md"));
    Matcher blocks =
        Pattern.compile("(?s)```sql\\n(.*?);\\n```")
            .matcher(page.substring(page.indexOf("CREATE TABLE payments") - "```sql\n".length()));
    int planned = 0;
    while (blocks.find()) {
      String statement = blocks.group(1);
      if (statement.startsWith("CREATE TABLE payments")
          || statement.startsWith("CREATE TABLE predictions")) {
        tables.executeSql(
            statement.substring(0, statement.indexOf(") WITH ("))
                + ") WITH ('connector' = 'datagen')");
      } else if (statement.startsWith("CREATE FUNCTION")
          || statement.startsWith("CREATE VIEW judged_payments")) {
        tables.executeSql(statement);
      } else if (statement.contains("millrace_learn")) {
        assertThat(tables.explainSql(statement)).contains("ProcessTableFunction");
        planned++;
      }
    }
    assertThat(planned).isEqualTo(3);
    assertThat(tables.explainSql("SELECT * FROM judged_payments")).contains("Join");
  }

  /** Returns the job that learns all rows, and puts each prediction under the backend's name. */
  private static JobGraph graph(String backend, RateLimiterStrategy<?> rate, String columns) {
    StreamExecutionEnvironment env = environment(backend);
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    DataStream<Row> rows =
        env.fromSource(
                new DataGeneratorSource<>(
                    LearnFunctionITCase::row, ROWS, rate, TypeInformation.of(Row.class)),
                WatermarkStrategy.noWatermarks(),
                "rows")
            .uid("rows")
            .setParallelism(1)
            .returns(
                Types.ROW_NAMED(
                    COLUMNS.getFieldNames().toArray(String[]::new),
                    Types.STRING,
                    Types.STRING,
                    Types.LONG,
                    Types.DOUBLE,
                    Types.DOUBLE));
    tables.createTemporaryView("examples", rows);
    tables.executeSql("CREATE FUNCTION millrace_learn AS 'dev.millrace.table.LearnFunction'");
    String select =
        "SELECT %s FROM millrace_learn(input => TABLE examples PARTITION BY k, label => 'y', pipeline => '%s', uid => 'verdicts')"
            .formatted(columns, PIPELINE);
    tables
        .toDataStream(tables.sqlQuery(select))
        .map(new Recorder(backend))
        .sinkTo(new DiscardingSink<>());
    return env.getStreamGraph().getJobGraph();
  }

  /** Lets half of the rows pass, so that the source waits with the others until it is stopped. */
  private static RateLimiterStrategy<?> half() {
    return parallelism -> {
      AtomicInteger passed = new AtomicInteger();
      return rows ->
          passed.addAndGet(rows) <= ROWS / 2
              ? FutureUtils.completedVoidFuture()
              : new CompletableFuture<>();
    };
  }

  private static StreamExecutionEnvironment environment(String backend) {
    Configuration options = new Configuration();
    options.setString("state.backend.type", backend);
    options.setString("restart-strategy.type", "none");
    options.setString("parallelism.default", "2");
    return StreamExecutionEnvironment.getExecutionEnvironment(options);
  }

  private static Row row(long i) {
    long bits = i * 0x9E3779B97F4A7C15L;
    double a = (bits >>> 11) * 0x1p-53;
    double b = (Long.reverse(bits) >>> 11) * 0x1p-53;
    return Row.of("key-" + bits % KEYS, a + b > 1 ? "pos" : "neg", i, a, b);
  }

  /** Returns the predictions for the rows without Flink. */
  private static Map<Long, String> expected() throws Exception {
    RowTrainer learner =
        new RowTrainer(
            LearnCall.of(COLUMNS, new int[] {0}, "y", PIPELINE),
            UnregisteredMetricsGroup.createOperatorMetricGroup());
    Map<String, MapView<Integer, byte[]>> states = new HashMap<>();
    Map<Long, String> expected = new HashMap<>();
    for (long i = 0; i < ROWS; i++) {
      Row row = row(i);
      String key = (String) row.getField(0);
      RowData out = learner.learn(states.computeIfAbsent(key, k -> new MapView<>()), row);
      Object probability = out.isNullAt(1) ? null : out.getDouble(1);
      expected.put(i, out.getString(0) + " " + probability + " " + out.getLong(4));
    }
    return expected;
  }

  /** Records predictions under the name of a run. */
  private record Recorder(String run) implements MapFunction<Row, Row> {
    @Override
    public Row map(Row row) {
      PREDICTED
          .get(run)
          .put(
              row.getFieldAs("i"),
              row.getField("predicted_class")
                  + " "
                  + row.getField("probability")
                  + " "
                  + row.getField("model_version"));
      return row;
    }
  }
}
