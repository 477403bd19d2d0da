package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.MillraceProcess;
import dev.millrace.testing.Patience;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.runtime.execution.ExecutionState;
import org.apache.flink.runtime.executiongraph.AccessExecutionVertex;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalJobITCase {
  @TempDir private Path dir;

  @Test
  void aRestartingJobReportsItsFailure() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipelineWithTopics(kafka);
      // So many reports that some are refused while the task ends already.
      Path csv = Files.writeString(dir.resolve("rows.csv"), "x,y\n" + "1.5,a\n".repeat(100));
      LocalJob job = start(pipeline);

      takeSmallRecordsOnly(kafka, "small.metrics");
      Cli.run("produce", "-c", pipeline.toString(), "--input", csv.toString(), "--label", "y");

      Awaitility.await()
          .atMost(Patience.MAX)
          .until(() -> job.status().equals(Optional.of(JobStatus.RESTARTING)));
      assertThat(job.lastFailure().orElseThrow())
          .contains("larger than the max message size")
          .doesNotContain("\n");
      assertThat(job.revive()).as("the task manager had ended").isFalse();
      job.cancel();
    }
  }

  @Test
  void aJobWhoseTaskManagerHasEndedGoesOnWithAnother() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      LocalJob job = start(pipelineWithTopics(kafka));
      awaitTasks(job, 0);
      assertThat(job.revive()).isFalse();

      job.cluster().terminateTaskManager(0).get();

      Awaitility.await().atMost(Patience.MAX).until(job::revive);
      awaitTasks(job, 1);
      job.cancel();
    }
  }

  @Test
  void aJobWhoseTasksDoNotRunIsStoppedWithoutWordsOfFlink() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      LocalJob job = start(pipelineWithTopics(kafka));
      awaitTasks(job, 0);
      job.cluster().terminateTaskManager(0).get();
      Awaitility.await()
          .atMost(Patience.MAX)
          .until(() -> tasks(job).noneMatch(task -> runs(task, 0)));
      List<String> failures = new ArrayList<>();

      Optional<String> savepoint = job.stop(failures::add);

      assertThat(savepoint).isEmpty();
      assertThat(failures).containsExactly("not all tasks run yet");
    }
  }

  @Test
  void aSecondJobOfAPipelineFailsForGoodAndDoesNotDisturbTheFirst() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipelineWithTopics(kafka);
      Files.writeString(
          pipeline,
          """
          output: { guarantee: exactly-once }
          state: { checkpoint-interval: 1s }
          """,
          StandardOpenOption.APPEND);
      LocalJob first = start(pipeline);
      awaitTasks(first, 0);

      LocalJob second =
          LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("another state"), null, false);

      assertThatThrownBy(
              () ->
                  Awaitility.await()
                      .atMost(Patience.MAX)
                      .until(() -> second.awaitEnd(Duration.ofMillis(100))))
          .hasStackTraceContaining(" runs already: on ");
      assertThat(first.lastFailure()).isEmpty();
      first.cancel();
    }
  }

  @Test
  void aRunThatIsStoppedWhileItStartsSaysWhatTheNextOneContinuesFrom() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      List<String> run =
          List.of(
              "run",
              "-c",
              pipelineWithTopics(kafka).toString(),
              "--state-dir=" + dir.resolve("state"));
      Path log = dir.resolve("logs/millrace.log");
      try (MillraceProcess process =
          MillraceProcess.start(dir, "run", Millrace.class, List.of(), run)) {
        Awaitility.await()
            .atMost(Patience.MAX)
            .pollInterval(Duration.ofMillis(5))
            .until(() -> Files.exists(log) && Files.readString(log).contains("Mini Cluster"));
        process.terminate();

        assertThat(process.awaitEnd()).isEqualTo(143);
        assertThat(process.err()).doesNotContain("did not start");
        assertThat(process.out()).containsPattern("Stopped with.* the next run ");
      }
    }
  }

  /** A pipeline that reports after each example. */
  private Path pipelineWithTopics(EmbeddedKafka kafka) throws IOException {
    Path pipeline =
        Files.writeString(
            dir.resolve("small.yaml"),
            """
            pipeline: small
            kafka: { bootstrap.servers: "%s" }
            input: { label: y, start: earliest }
            metrics: { every: 1 }
            """
                .formatted(kafka.bootstrapServers()));
    Cli.run("topics", "create", "-c", pipeline.toString());
    return pipeline;
  }

  private LocalJob start(Path pipeline) throws InterruptedException {
    return LocalJob.start(PipelineFile.read(pipeline), 1, dir.resolve("state"), null, false);
  }

  /** Waits until all tasks run, started as often as that or more often. */
  @Test
  void rejectedRecordsAreReportedWithTheirReasons() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path pipeline = pipelineWithTopics(kafka);
      send(kafka, "no record".getBytes(StandardCharsets.UTF_8), new byte[0], null, new byte[0]);
      StringWriter err = new StringWriter();
      RecordsWatch watch =
          new RecordsWatch(Path.of("p.yaml"), "the log", new PrintWriter(err, true));
      LocalJob job = start(pipeline);

      Awaitility.await()
          .atMost(Patience.MAX)
          .until(
              () -> {
                watch.look(job);
                return !err.toString().isEmpty();
              });

      assertThat(err)
          .hasToString(
              "3 records rejected so far (empty-value 2, unknown-framing 1): ./millrace dlq show -c"
                  + " p.yaml; the first of each reason is in the log\n");
      job.cancel();
    }
  }

  @Test
  void unwritableCheckpointsAndSavepointsAreReportedWithTheCause() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      StringWriter err = new StringWriter();
      Path state = dir.resolve("state");
      CheckpointWatch watch = new CheckpointWatch(state, "the log", new PrintWriter(err, true));
      LocalJob job = start(pipelineWithTopics(kafka));
      awaitTasks(job, 0);
      Path checkpoints = state.resolve(job.id().toString());

      Path aside = replaceByFile(checkpoints);
      awaitLines(job, watch, err, 1);
      Files.delete(checkpoints);
      Files.move(aside, checkpoints);
      awaitLines(job, watch, err, 2);
      replaceByFile(state);
      List<String> failures = new ArrayList<>();
      Optional<String> savepoint = job.stop(failures::add);

      assertThat(err.toString())
          .matches(
              "Checkpoint \\d+ failed: Not a directory, [\\d,]+ MiB free in "
                  + checkpoints
                  + " \\(more in the log\\)\nCheckpoint \\d+ is complete.\n");
      assertThat(savepoint).isEmpty();
      assertThat(failures).singleElement().asString().contains(state.toString());
    }
  }

  /** A file stops the most powerful user too; returns where the directory is now. */
  private static Path replaceByFile(Path directory) throws IOException {
    Path aside = Files.move(directory, directory.resolveSibling("aside"));
    Files.createFile(directory);
    return aside;
  }

  private static void awaitLines(LocalJob job, CheckpointWatch watch, StringWriter err, int lines) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(
            () -> {
              watch.look(job, job.id().toString());
              return err.toString().lines().count() == lines;
            });
  }

  private static void send(EmbeddedKafka kafka, byte[]... values) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      for (byte[] value : values) {
        producer.send(new ProducerRecord<>("small.examples", new byte[] {'k'}, value)).get();
      }
    }
  }

  private static void awaitTasks(LocalJob job, int restarts) {
    Awaitility.await()
        .atMost(Patience.MAX)
        .until(() -> tasks(job).allMatch(task -> runs(task, restarts)));
  }

  private static Stream<? extends AccessExecutionVertex> tasks(LocalJob job) throws Exception {
    return StreamSupport.stream(
        job.cluster().getExecutionGraph(job.id()).get().getAllExecutionVertices().spliterator(),
        false);
  }

  private static boolean runs(AccessExecutionVertex task, int restarts) {
    return task.getExecutionState() == ExecutionState.RUNNING
        && task.getCurrentExecutionAttempt().getAttemptNumber() >= restarts;
  }

  private static void takeSmallRecordsOnly(EmbeddedKafka kafka, String topic) throws Exception {
    AlterConfigOp small =
        new AlterConfigOp(new ConfigEntry("max.message.bytes", "100"), AlterConfigOp.OpType.SET);
    try (Admin admin =
        KafkaClients.admin(Map.of("bootstrap.servers", kafka.bootstrapServers()), Patience.MAX)) {
      admin
          .incrementalAlterConfigs(
              Map.of(new ConfigResource(ConfigResource.Type.TOPIC, topic), List.of(small)))
          .all()
          .get();
    }
  }
}
