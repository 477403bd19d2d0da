package dev.millrace.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.millrace.MillraceJob;
import dev.millrace.cli.console.Directories;
import dev.millrace.cli.evaluate.LocalSink;
import dev.millrace.cli.run.LocalFlink;
import dev.millrace.cli.run.Snapshots;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.config.Settings.Backend;
import dev.millrace.data.KebabCase;
import dev.millrace.nn.AutoSpec;
import dev.millrace.table.LearnFunction;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.types.Row;
import org.jspecify.annotations.Nullable;

/**
 * Measures the learning function of Flink SQL, the packaged job, and a function that only returns
 * its rows, in turn on one cluster in this process, with one subtask each.
 *
 * @param rows of each job
 * @param auto tier of {@code model: auto}; null for a network
 */
record SqlLearnBench(int rows, int keys, AutoSpec.@Nullable Tier auto, Backend backend) {

  /** Seconds of a job by the clock and of the process on all processors. */
  private record Timing(double wall, double cpu) {}

  /** Medians over the rounds, in seconds. */
  record Result(SqlLearnBench bench, Timing sql, Timing job, Timing passing) {

    String toJson() {
      ObjectNode json = new ObjectMapper().createObjectNode();
      json.put("rows", bench.rows);
      json.put("keys", bench.keys);
      json.put("model", bench.auto == null ? "8-32-2" : "auto " + KebabCase.of(bench.auto));
      json.put("backend", KebabCase.of(bench.backend));
      json.put("rows_per_s", perSecond(sql.wall));
      json.put("rows_per_cpu_s", perSecond(sql.cpu));
      json.put("job_records_per_s", perSecond(job.wall));
      json.put("job_records_per_cpu_s", perSecond(job.cpu));
      json.put("passing_rows_per_s", perSecond(passing.wall));
      json.put("passing_rows_per_cpu_s", perSecond(passing.cpu));
      json.put("fraction_of_job", Math.round(1000 * job.wall / sql.wall) / 1000.0);
      json.put("cpu_fraction_of_job", Math.round(1000 * job.cpu / sql.cpu) / 1000.0);
      BenchCommand.describeMachine(json);
      return json.toString();
    }

    String toText() {
      return ("%,d rows/s learned in SQL; the job: %,d records/s; a function that returns its rows:"
              + " %,d rows/s; fraction of the job %.2f (by CPU time %.2f)")
          .formatted(
              perSecond(sql.wall),
              perSecond(job.wall),
              perSecond(passing.wall),
              job.wall / sql.wall,
              job.cpu / sql.cpu);
    }

    private long perSecond(double seconds) {
      return Math.round(bench.rows / seconds);
    }
  }

  Result run(int warmup, int rounds, PrintWriter err) throws Exception {
    Settings settings = settings();
    Timing[][] timings = new Timing[3][rounds];
    try (MiniCluster cluster = LocalFlink.cluster(environment(settings))) {
      for (int round = -warmup; round < rounds; round++) {
        Timing[] now = {
          time(cluster, statement(settings, LearnFunction.class, arguments())),
          timeJob(cluster, settings),
          time(cluster, statement(settings, PassingFunction.class, ""))
        };
        err.printf(
            "%s: SQL %,.0f rows/s, job %,.0f, returned %,.0f; by CPU time %,.0f, %,.0f and %,.0f%n",
            round < 0 ? "warm-up" : "round " + (round + 1),
            rows / now[0].wall,
            rows / now[1].wall,
            rows / now[2].wall,
            rows / now[0].cpu,
            rows / now[1].cpu,
            rows / now[2].cpu);
        err.flush();
        for (int kind = 0; kind < now.length && round >= 0; kind++) {
          timings[kind][round] = now[kind];
        }
      }
    }
    return new Result(this, median(timings[0]), median(timings[1]), median(timings[2]));
  }

  private static Timing median(Timing[] timings) {
    double[] wall = new double[timings.length];
    double[] cpu = new double[timings.length];
    for (int i = 0; i < timings.length; i++) {
      wall[i] = timings[i].wall;
      cpu[i] = timings[i].cpu;
    }
    return new Timing(BenchCommand.median(wall), BenchCommand.median(cpu));
  }

  private static Timing time(MiniCluster cluster, JobGraph graph) throws Exception {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    long cpu = system.getProcessCpuTime();
    long wall = System.nanoTime();
    cluster.executeJobBlocking(graph);
    return new Timing((System.nanoTime() - wall) / 1e9, (system.getProcessCpuTime() - cpu) / 1e9);
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
        Snapshots.location(Directories.untilExit("millrace-bench-")));
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
