package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.MillraceJob;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two pipelines on one cluster and one broker lose a task manager, and nothing else. */
@Tag("chaos")
class TwoJobsITCase {
  private static final int RATE = 200;
  private static final long NO_SEED = 0; // no moment is drawn

  @TempDir private Path dir;

  /** A pipeline, its job, and what is sent to it. */
  private record Running(
      Settings settings, Oracle undisturbed, Traffic traffic, JobClient client, FlinkJob job) {}

  @Test
  void twoJobsLoseATaskManager() throws Exception {
    Input input = Input.good();
    List<Pipeline> pipelines =
        List.of(Pipeline.EXACTLY_ONCE.named("first"), Pipeline.EXACTLY_ONCE.named("second"));
    Outcome outcome =
        new Outcome(
            new Fault("two jobs on one cluster, task manager lost", null, "restored", "restored"),
            NO_SEED);
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null);
        MiniCluster cluster = cluster()) {
      Running first = start(pipelines.get(0), input, kafka, cluster);
      Running second = start(pipelines.get(1), input, kafka, cluster);
      outcome.struck(strike(cluster, List.of(first, second)), 2);
      for (Running running : List.of(first, second)) {
        finish(running, kafka);
        outcome.judge(
            running.undisturbed().compare(kafka.bootstrapServers(), running.settings()),
            Verdict.UNDISTURBED);
      }
    } finally {
      outcome.write("in one process");
    }
  }

  private static MiniCluster cluster() throws Exception {
    Configuration configuration = new Configuration();
    configuration.setString("rest.bind-port", "0");
    configuration.setString("rest.address", "localhost");
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration)
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(4)
                .build());
    cluster.start();
    return cluster;
  }

  private Running start(Pipeline pipeline, Input input, EmbeddedKafka kafka, MiniCluster cluster)
      throws Exception {
    String servers = kafka.bootstrapServers();
    Path file = pipeline.write(dir.resolve(pipeline.name() + ".yaml"), servers, pipeline.name());
    Topics.create(file);
    Settings settings = PipelineFile.read(file);
    URI address = cluster.getRestAddress().get(5, TimeUnit.MINUTES);
    Map<String, String> options = new HashMap<>(MillraceJob.stateOptions(settings));
    options.put("pipeline.object-reuse", "true");
    options.put("execution.checkpointing.dir", "file://" + dir.resolve(pipeline.name()));
    StreamExecutionEnvironment env =
        StreamExecutionEnvironment.createRemoteEnvironment(
            address.getHost(), address.getPort(), Configuration.fromMap(options));
    env.setParallelism(2);
    MillraceJob.buildOnKafka(env, settings, false);
    String name = MillraceJob.jobName(settings);
    return new Running(
        settings,
        Oracle.of(pipeline, input, dir),
        new Traffic(servers, settings.input().topic(), input.records(), RATE),
        env.executeAsync(name),
        new FlinkJob(address.toString(), name));
  }

  private static List<String> strike(MiniCluster cluster, List<Running> all) throws Exception {
    eventually(() -> all.get(0).job().isRunning() && all.get(1).job().isRunning());
    all.forEach(running -> running.traffic().want(1_000));
    eventually(
        () ->
            all.get(0).job().completedCheckpoints() > 1
                && all.get(1).job().completedCheckpoints() > 1
                && all.get(0).traffic().sent() > RATE);
    cluster.terminateTaskManager(0).get(5, TimeUnit.MINUTES);
    cluster.startTaskManager();
    return all.stream().map(TwoJobsITCase::restored).toList();
  }

  private static String restored(Running running) {
    boolean restored = eventually(() -> running.job().restored() > 0 && running.job().isRunning());
    return restored ? "restored" : "not restored";
  }

  private void finish(Running running, EmbeddedKafka kafka) throws Exception {
    Traffic traffic = running.traffic();
    traffic.hurry(traffic.size());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      assertThat(eventually(() -> Topics.consumed(admin, running.settings()) == traffic.size()))
          .as("all are read")
          .isTrue();
    }
    running
        .client()
        .stopWithSavepoint(
            true, "file://" + dir.resolve("savepoints"), SavepointFormatType.CANONICAL)
        .get(5, TimeUnit.MINUTES);
    running.client().getJobExecutionResult().get(5, TimeUnit.MINUTES);
    traffic.close();
  }
}
