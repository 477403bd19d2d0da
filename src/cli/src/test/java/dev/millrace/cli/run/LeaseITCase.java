package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.MillraceJob;
import dev.millrace.cli.Cli;
import dev.millrace.cli.Millrace;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.LeaseRecord;
import dev.millrace.kafka.LeaseStore;
import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second job of a pipeline, and the end of the first one through the brokers. */
class LeaseITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path dir;

  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() {
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @Test
  void aPipelineHasOneJobAtATime() throws Exception {
    Path file = pipeline("fraud");
    Settings settings = PipelineFile.read(file);
    assertThat(command("topics", "create", file).exitCode()).isZero();
    assertThat(doctor(file)).contains("ok       lease       no job has it");
    LocalJob job = LocalJob.start(settings, 1, dir.resolve("first"), null, false);
    String pid = ", pid " + ProcessHandle.current().pid() + ", since ";
    await().atMost(PATIENCE).until(() -> doctor(file).contains("lease       a job has it: on "));
    assertThat(doctor(file)).contains(pid, ", state in file://" + dir.resolve("first"));

    Cli second =
        Cli.run("run", "-c", file.toString(), "--state-dir", dir.resolve("second").toString());
    assertThat(second.exitCode()).isEqualTo(1);
    assertThat(second.err())
        .contains("Another job of pipeline fraud had its lease (on ")
        .contains("Pipeline fraud runs already: on ")
        .contains(pid)
        .doesNotContain("\tat ");
    assertThat(job.awaitEnd(Duration.ZERO)).isFalse();

    Cli stop = command("stop", "--force", file);
    assertThat(stop.exitCode()).as(stop.err()).isZero();
    assertThat(stop.out()).startsWith("Ended the job on ").contains(pid);
    assertThatThrownBy(() -> await().atMost(PATIENCE).until(() -> job.awaitEnd(Duration.ZERO)))
        .hasStackTraceContaining("Pipeline fraud was ended through the brokers (on ");
    assertThat(stop.err()).contains("Waiting 15 s to see if something restarts it.");
    assertThat(doctor(file)).contains("ok       lease       no job has it");
    assertThat(command("stop", "--force", file).err())
        .startsWith("No job has the lease of pipeline fraud.");
  }

  @Test
  void runThatWaitsForTheLeaseEndsAtASignalAndLeavesTheLeaseAsItIs() throws Exception {
    Path file = pipeline("waits");
    assertThat(command("topics", "create", file).exitCode()).isZero();
    try (LeaseStore first = store(file)) {
      LeaseRecord silent = acquire(first);
      List<String> run = List.of("run", "-c", "" + file, "--state-dir", "" + dir.resolve("state"));
      try (MillraceProcess waiting =
          MillraceProcess.start(dir, "run", Millrace.class, List.of(), run)) {
        waiting.awaitErr("Another job of pipeline waits had its lease (");

        waiting.terminate();

        assertThat(waiting.awaitEnd()).as(waiting::err).isEqualTo(143);
        assertThat(waiting.out()).isEmpty();
        assertThat(waiting.err()).doesNotContain("runs already", "\tat ");
      }
      assertThat(first.read()).contains(silent); // the wait did not come to its end
      StateLock.acquire(dir.resolve("state"), "waits").close();
    }
  }

  @Test
  void aJobThatStartsAfterStopForceIsAnErrorThatNamesIt() throws Exception {
    Path file = pipeline("restarted");
    assertThat(command("topics", "create", file).exitCode()).isZero();
    try (LeaseStore first = store(file);
        LeaseStore second = store(file)) {
      LeaseRecord ended = acquire(first);
      List<String> force = List.of("stop", "--force", "-c", "" + file);
      try (MillraceProcess stop =
          MillraceProcess.start(dir, "stop", Millrace.class, List.of(), force)) {
        stop.awaitErr("The job has ended. Waiting 15 s to see if something restarts it.");

        LeaseRecord started = acquire(second);

        assertThat(stop.awaitEnd()).isEqualTo(1);
        assertThat(stop.out()).isEmpty();
        assertThat(stop.err())
            .contains(
                "Ended the job %s, but another one has started: %s. Stop what starts it (Docker"
                        .formatted(ended.description(), started.description())
                    + " Compose, systemd, Kubernetes) first, then repeat the command.")
            .doesNotContain("\tat ");
        assertThat(second.read()).contains(started);
      }
    }
  }

  private Path pipeline(String name) throws IOException {
    String yaml =
        """
        pipeline: %s
        kafka: { bootstrap.servers: "%s" }
        input: { label: class }
        """;
    return Files.writeString(
        dir.resolve(name + ".yaml"), yaml.formatted(name, kafka.bootstrapServers()));
  }

  /** Opens the lease on behalf of a new job. */
  private static LeaseStore store(Path file) {
    return new LeaseStore(MillraceJob.lease(PipelineFile.read(file), new Configuration()));
  }

  private static LeaseRecord acquire(LeaseStore store) throws Exception {
    LeaseRecord record = store.acquire(LeaseRecord.State.HELD, millis -> false);
    await().atMost(PATIENCE).until(() -> store.read().equals(Optional.of(record)));
    return record;
  }

  private static String doctor(Path file) {
    return Cli.run("doctor", "-c", file.toString()).out();
  }

  private static Cli command(String name, String option, Path file) {
    return Cli.run(List.of(name, option, "-c", file.toString()).toArray(new String[0]));
  }
}
