package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.codec.OutputRecord;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.data.KafkaRecord;
import dev.millrace.testing.Collected;
import dev.millrace.testing.Gate;
import dev.millrace.testing.Order;
import dev.millrace.testing.Patience;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.client.program.rest.RestClusterClient;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.checkpoint.CheckpointStatsSnapshot;
import org.apache.flink.runtime.checkpoint.CompletedCheckpointStats;
import org.apache.flink.runtime.jobgraph.JobResourceRequirements;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.runtime.rest.messages.job.JobDetailsInfo;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline in a job that somebody else wrote and configured: whatever Flink does to the job, the
 * models are those of an undisturbed run.
 */
class EmbeddedJobITCase {
  private static final int ORDERS = 6_000;
  private static final int MAX_PARALLELISM = 24;

  private static MiniCluster cluster;
  private static String undisturbed;

  @TempDir private Path folder;

  @BeforeAll
  static void runUndisturbed() throws Exception {
    cluster = cluster(Map.of());
    Gate gate = new Gate(Gate.OPEN);
    StreamExecutionEnvironment env = environment(cluster, 1, Map.of());
    Collected<OutputRecord> models = learn(orders(env, gate));
    env.execute();
    undisturbed = Collected.modelsSha256(models.all());
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.close();
  }

  @Test
  void unalignedCheckpointsUnderBackpressureRestoreTheSameModels() throws Exception {
    Gate gate = new Gate(Gate.OPEN);
    StreamExecutionEnvironment env =
        environment(
            cluster,
            2,
            Map.of(
                "execution.checkpointing.unaligned.enabled", "true",
                "execution.checkpointing.interval", "100 ms",
                "execution.checkpointing.dir", uri(folder),
                "restart-strategy.type", "fixed-delay",
                "restart-strategy.fixed-delay.attempts", "1",
                "restart-strategy.fixed-delay.delay", "0 s"));
    MillraceStreams out = Millrace.pipeline(Order.PIPELINE).learn(orders(env, gate), Order.MAPPER);
    SlowConsumer.reset();
    out.predictions().map(new SlowConsumer()).sinkTo(new Collected<>());
    Collected<OutputRecord> models = collect(out.models());

    JobClient job = env.executeAsync();
    await()
        .atMost(Patience.MAX)
        .until(() -> latestCheckpoint(job).filter(each -> each.getPersistedData() > 0).isPresent());
    SlowConsumer.FAILS.set(true);
    await()
        .atMost(Patience.MAX)
        .until(() -> checkpoints(job).getLatestRestoredCheckpoint() != null);
    SlowConsumer.SLOW.set(false);
    job.getJobExecutionResult().get();

    assertThat(Collected.modelsSha256(models.all())).isEqualTo(undisturbed);
  }

  /**
   * Takes a millisecond for each element, until a test is done with that, and fails once if told.
   */
  private static final class SlowConsumer implements MapFunction<OutputRecord, OutputRecord> {
    private static final long serialVersionUID = 1L;

    static final AtomicBoolean SLOW = new AtomicBoolean();
    static final AtomicBoolean FAILS = new AtomicBoolean();

    static void reset() {
      SLOW.set(true);
      FAILS.set(false);
    }

    @Override
    public OutputRecord map(OutputRecord record) {
      if (FAILS.getAndSet(false)) {
        throw new IllegalStateException("the failure that this test is about");
      }
      if (SLOW.get()) {
        LockSupport.parkNanos(1_000_000);
      }
      return record;
    }
  }

  @Test
  void theAdaptiveSchedulerRescalesARunningJobToTheSameModels() throws Exception {
    try (MiniCluster adaptive =
        cluster(
            Map.of(
                "jobmanager.scheduler", "adaptive",
                "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling", "0 s",
                "jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout", "0 s",
                "jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout", "0 s",
                "jobmanager.adaptive-scheduler.rescale-trigger.max-delay", "0 s"))) {
      Gate gate = new Gate(ORDERS / 2);
      StreamExecutionEnvironment env =
          environment(
              adaptive,
              1,
              Map.of(
                  "execution.checkpointing.interval",
                  "100 ms",
                  "execution.checkpointing.dir",
                  uri(folder)));
      // A keyed stream, so that the operators in front of training are rescaled too.
      Collected<OutputRecord> models = learn(orders(env, gate).keyBy(Order::card));
      JobClient job = env.executeAsync();
      await().atMost(Patience.MAX).until(() -> gate.taken() > ORDERS / 2);

      try (RestClusterClient<String> client = client(adaptive)) {
        for (int parallelism : List.of(3, 2)) {
          rescale(client, job.getJobID(), parallelism);
          await().atMost(Patience.MAX).until(() -> runsWith(client, job.getJobID(), parallelism));
          gate.allow(ORDERS / 8);
        }
      }
      gate.open();
      job.getJobExecutionResult().get();

      assertThat(Collected.modelsSha256(models.all())).isEqualTo(undisturbed);
    }
  }

  private static void rescale(RestClusterClient<String> client, JobID job, int parallelism)
      throws Exception {
    JobResourceRequirements.Builder requirements = JobResourceRequirements.newBuilder();
    client
        .getJobDetails(job)
        .get()
        .getJobVertexInfos()
        .forEach(
            vertex ->
                requirements.setParallelismForJobVertex(
                    vertex.getJobVertexID(), parallelism, parallelism));
    client.updateJobResourceRequirements(job, requirements.build()).get();
  }

  private static boolean runsWith(RestClusterClient<String> client, JobID job, int parallelism)
      throws Exception {
    JobDetailsInfo details = client.getJobDetails(job).get();
    return details.getJobStatus() == JobStatus.RUNNING
        && details.getJobVertexInfos().stream()
            .allMatch(vertex -> vertex.getParallelism() == parallelism);
  }

  @Test
  void watermarkAlignmentOfTwoSourcesEndsInTheSameModels() throws Exception {
    Gate slow = new Gate(500);
    Gate fast = new Gate(500);
    StreamExecutionEnvironment env =
        environment(cluster, 2, Map.of("pipeline.auto-watermark-interval", "10 ms"));
    WatermarkStrategy<Order> aligned =
        watermarks()
            .withWatermarkAlignment("orders", Duration.ofMillis(100), Duration.ofMillis(20));
    // Each key comes from one of the sources.
    DataStream<Order> both =
        orders(env, slow, aligned)
            .filter(order -> isOfFirst(order.card()))
            .setParallelism(1)
            .union(
                orders(env, fast, aligned)
                    .filter(order -> !isOfFirst(order.card()))
                    .setParallelism(1));
    Collected<OutputRecord> models = learn(both);

    JobClient job = env.executeAsync();
    await()
        .atMost(Patience.MAX)
        .until(
            () -> {
              if (fast.unused() < 400) {
                fast.allow(100);
              }
              return fast.unused() >= 400;
            });
    assertThat(fast.taken()).as("the source that is ahead waits").isLessThan(ORDERS);
    slow.open();
    fast.open();
    job.getJobExecutionResult().get();

    assertThat(Collected.modelsSha256(models.all())).isEqualTo(undisturbed);
  }

  private static boolean isOfFirst(String card) {
    return card.compareTo("card-4") < 0;
  }

  @Test
  void aSavepointContinuesAtAnotherParallelismInTheSameModels() throws Exception {
    Gate gate = new Gate(ORDERS / 2);
    StreamExecutionEnvironment env = environment(cluster, 1, Map.of());
    learn(orders(env, gate));
    String savepoint = stopHalfway(env, gate);

    Gate rest = new Gate(Gate.OPEN);
    StreamExecutionEnvironment rescaled =
        environment(cluster, 3, Map.of("execution.state-recovery.path", savepoint));
    Collected<OutputRecord> models = learn(orders(rescaled, rest));
    rescaled.execute();

    assertThat(rest.taken()).as("elements after the savepoint").isLessThan(ORDERS);
    assertThat(Collected.modelsSha256(models.all())).isEqualTo(undisturbed);
  }

  @Test
  void aSavepointOfThePackagedJobContinuesInAJobOfOnesOwn() throws Exception {
    Gate gate = new Gate(ORDERS / 2);
    StreamExecutionEnvironment env = environment(cluster, 1, Map.of());
    Settings settings =
        PipelineFile.parse(
            "orders",
            Order.PIPELINE.replace("input:", "input:\n  format: json")
                + "kafka: { bootstrap.servers: none.invalid:9092 }\n",
            null);
    Collected<OutputRecord> sink = new Collected<>();
    MillraceJob.build(
        env,
        settings,
        gate.source(number -> Order.of(number).json(), ORDERS, KafkaRecord.class),
        new MillraceJob.Sinks(sink, sink, sink, sink, sink, sink));
    String savepoint = stopHalfway(env, gate);

    Gate rest = new Gate(Gate.OPEN);
    StreamExecutionEnvironment own =
        environment(
            cluster,
            2,
            Map.of(
                "execution.state-recovery.path",
                savepoint,
                "execution.state-recovery.ignore-unclaimed-state",
                "true"));
    // As a source of one's own would, it continues where the other one stopped.
    DataStream<Order> orders =
        own.fromSource(rest.orders(ORDERS), watermarks(), "orders")
            .setParallelism(1)
            .uid("examples-source");
    Collected<OutputRecord> models = learn(orders);
    own.execute();

    assertThat(rest.taken()).as("elements after the savepoint").isLessThan(ORDERS);
    assertThat(Collected.modelsSha256(models.all())).isEqualTo(undisturbed);
  }

  /** Runs a job that is open for half of the elements, and returns the savepoint of its stop. */
  private String stopHalfway(StreamExecutionEnvironment env, Gate gate) throws Exception {
    JobClient job = env.executeAsync();
    await().atMost(Patience.MAX).until(() -> gate.taken() > ORDERS / 2);
    String savepoint =
        job.stopWithSavepoint(false, uri(folder), SavepointFormatType.CANONICAL).get();
    job.getJobExecutionResult().get();
    return savepoint;
  }

  private static Collected<OutputRecord> learn(DataStream<Order> orders) {
    return collect(Millrace.pipeline(Order.PIPELINE).learn(orders, Order.MAPPER).models());
  }

  private static Collected<OutputRecord> collect(DataStream<OutputRecord> stream) {
    Collected<OutputRecord> collected = new Collected<>();
    stream.sinkTo(collected).uid("models").name("models");
    return collected;
  }

  private static DataStream<Order> orders(StreamExecutionEnvironment env, Gate gate) {
    return orders(env, gate, watermarks());
  }

  private static DataStream<Order> orders(
      StreamExecutionEnvironment env, Gate gate, WatermarkStrategy<Order> watermarks) {
    return env.fromSource(gate.orders(ORDERS), watermarks, "orders").setParallelism(1);
  }

  private static WatermarkStrategy<Order> watermarks() {
    return WatermarkStrategy.<Order>forMonotonousTimestamps()
        .withTimestampAssigner((order, before) -> order.time());
  }

  private static Optional<CompletedCheckpointStats> latestCheckpoint(JobClient job)
      throws Exception {
    return Optional.ofNullable(checkpoints(job).getHistory().getLatestCompletedCheckpoint());
  }

  private static CheckpointStatsSnapshot checkpoints(JobClient job) throws Exception {
    return cluster.getExecutionGraph(job.getJobID()).get().getCheckpointStatsSnapshot();
  }

  private static StreamExecutionEnvironment environment(
      MiniCluster cluster, int parallelism, Map<String, String> options) {
    TestStreamEnvironment env =
        new TestStreamEnvironment(
            cluster, Configuration.fromMap(options), parallelism, List.of(), List.of());
    env.setMaxParallelism(MAX_PARALLELISM);
    return env;
  }

  private static MiniCluster cluster(Map<String, String> options) throws Exception {
    Configuration configuration = Configuration.fromMap(options);
    configuration.setString("rest.bind-address", "localhost");
    MiniCluster started =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .withRandomPorts()
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(4)
                .build());
    started.start();
    return started;
  }

  private static RestClusterClient<String> client(MiniCluster cluster) throws Exception {
    URI rest = cluster.getRestAddress().get();
    Configuration configuration = new Configuration();
    configuration.set(RestOptions.ADDRESS, rest.getHost());
    configuration.set(RestOptions.PORT, rest.getPort());
    return new RestClusterClient<>(configuration, "adaptive");
  }

  private static String uri(Path path) {
    return path.toUri().toString();
  }
}
