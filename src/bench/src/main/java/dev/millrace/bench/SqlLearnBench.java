package dev.millrace.bench;

import dev.millrace.MillraceJob;
import dev.millrace.bench.measure.Benchmark;
import dev.millrace.bench.measure.Measurement;
import dev.millrace.cli.console.TemporaryDirectories;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Backend;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.spec.AutoSpec;
import dev.millrace.table.LearnFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures the learning function of Flink SQL, the packaged job, and a function that only returns
 * its rows, in turn on one cluster in this process, with one subtask each.
 */
@Command(
    name = "sql-learn",
    description = {
      "Measures rows per second that the SQL function millrace_learn learns, and the job's rate.",
      "Both learn generated examples without a topic, in turn with a function that only returns"
          + " its",
      "rows. The network has 8 features, 32 relu neurons and 2 classes, and learns by plain"
          + " gradient",
      "descent."
    },
    footer = {
      "",
      "Example:",
      "  taskset -c 1 ./millrace bench sql-learn --json",
      "  ./millrace bench sql-learn --backend rocksdb --auto fast --rows 200000"
    })
final class SqlLearnBench extends Benchmark {
  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Rows of each job (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--keys",
      paramLabel = "K",
      defaultValue = "100",
      description = "Model keys (default: ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--auto",
      paramLabel = "TIER",
      description = "Learns with model: auto instead of the network: fast, balanced or accurate.")
  private AutoSpec.@Nullable Tier auto;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      defaultValue = "heap",
      description = "heap or rocksdb (default: ${DEFAULT-VALUE}).")
  private Backend backend;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "1",
      description = "Rounds to warm up (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Measured rounds, whose median is reported (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Override
  protected Measurement measure() throws Exception {
    require("--rows", rows, 1000);
    require("--keys", keys, 1);
    require("--warmup", warmup, 0);
    require("--rounds", rounds, 1);
    Settings settings = settings();
    List<Round> measured = new ArrayList<>();
    try (MiniCluster cluster = LocalFlink.cluster(environment(settings))) {
      for (int number = -warmup; number < rounds; number++) {
        Round round =
            new Round(
                time(cluster, statement(settings, LearnFunction.class, arguments())),
                timeJob(cluster, settings),
                time(cluster, statement(settings, PassingFunction.class, "")));
        err()
            .printf(
                "%s: SQL %,.0f rows/s, job %,.0f, returned %,.0f; by CPU time %,.0f, %,.0f and"
                    + " %,.0f%n",
                number < 0 ? "warm-up" : "round " + (number + 1),
                rows / round.sql.wall(),
                rows / round.job.wall(),
                rows / round.passing.wall(),
                rows / round.sql.cpu(),
                rows / round.job.cpu(),
                rows / round.passing.cpu());
        err().flush();
        if (number >= 0) {
          measured.add(round);
        }
      }
    }
    return result(
        median(measured, Round::sql),
        median(measured, Round::job),
        median(measured, Round::passing));
  }

  /** What each of the jobs took. */
  private record Round(Timing sql, Timing job, Timing passing) {}

  private static Timing median(List<Round> rounds, Function<Round, Timing> job) {
    return new Timing(
        Measurement.median(rounds, round -> job.apply(round).wall()),
        Measurement.median(rounds, round -> job.apply(round).cpu()));
  }

  private Measurement result(Timing sql, Timing job, Timing passing) {
    Measurement result = new Measurement();
    result.put("rows", rows).put("keys", keys);
    result.put("model", auto == null ? "8-32-2" : "auto " + KebabCase.of(auto));
    result.put("backend", KebabCase.of(backend));
    result
        .putRounded("rows_per_s", rows / sql.wall())
        .putRounded("rows_per_cpu_s", rows / sql.cpu());
    result.putRounded("job_records_per_s", rows / job.wall());
    result.putRounded("job_records_per_cpu_s", rows / job.cpu());
    result.putRounded("passing_rows_per_s", rows / passing.wall());
    result.putRounded("passing_rows_per_cpu_s", rows / passing.cpu());
    result.put("fraction_of_job", job.wall() / sql.wall(), 3);
    result.put("cpu_fraction_of_job", job.cpu() / sql.cpu(), 3);
    return result.print(
        "%,.0f rows/s learned in SQL; the job: %,.0f records/s; a function that returns its rows:"
            + " %,.0f rows/s; fraction of the job %.2f (by CPU time %.2f)",
        rows / sql.wall(),
        rows / job.wall(),
        rows / passing.wall(),
        job.wall() / sql.wall(),
        job.cpu() / sql.cpu());
  }

  private static Timing time(MiniCluster cluster, JobGraph graph) throws Exception {
    Timing.Moment start = Timing.Moment.now();
    cluster.executeJobBlocking(graph);
    return Timing.Moment.now().since(start);
  }

  private Timing timeJob(MiniCluster cluster, Settings settings) throws Exception {
    StreamExecutionEnvironment env = environment(settings);
    try (LocalSink all = new LocalSink(record -> {})) {
      MillraceJob.build(
          env,
          settings,
          SqlLearnRows.records(rows, keys, settings.input().topic()),
          new MillraceJob.Sinks(all, all, all, all, all, all));
      return time(cluster, env.getStreamGraph().getJobGraph());
    }
  }

  private JobGraph statement(Settings settings, Class<?> function, String arguments) {
    StreamExecutionEnvironment env = environment(settings);
    StreamTableEnvironment tables = StreamTableEnvironment.create(env);
    tables.createTemporaryView(
        "examples",
        env.fromSource(SqlLearnRows.rows(rows, keys), WatermarkStrategy.noWatermarks(), "examples")
            .returns(SqlLearnRows.TYPE));
    tables.executeSql("CREATE FUNCTION f AS '%s'".formatted(function.getName()));
    String select = "SELECT * FROM f(input => TABLE examples PARTITION BY k%s)";
    tables
        .toDataStream(tables.sqlQuery(select.formatted(arguments)))
        .sinkTo(new DiscardingSink<Row>());
    return env.getStreamGraph().getJobGraph();
  }

  private StreamExecutionEnvironment environment(Settings settings) {
    Map<String, String> options = new HashMap<>(LocalFlink.NO_RESTART);
    options.putAll(MillraceJob.stateOptions(settings));
    options.put("pipeline.auto-generate-uids", "true"); // Flink SQL names none
    options.put(
        "execution.checkpointing.dir",
        Snapshots.location(TemporaryDirectories.untilExit("millrace-bench-")));
    return LocalFlink.environment(1, options);
  }

  private String arguments() {
    return ", label => 'y', pipeline => '%s'".formatted(pipeline());
  }

  private String pipeline() {
    return """
    input: { classes: [pos, neg] }
    %s
    output: { predictions: true }
    state: { backend: %s }
    """
        .formatted(
            auto == null
                ? "model: { layers: [{ units: 32, activation: relu }], optimizer: sgd }"
                : "auto: { tier: %s }".formatted(KebabCase.of(auto)),
            KebabCase.of(backend));
  }

  private Settings settings() {
    return PipelineFile.parseEmbedded("bench", pipeline(), "bench", "label");
  }
}
