package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A second job of a pipeline, and the end of the first one through the brokers. */
class LeaseITCase {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @TempDir private Path dir;

  @Test
  void aPipelineHasOneJobAtATime() throws Exception {
    try (EmbeddedKafka kafka = EmbeddedKafka.start(0, null)) {
      Path file =
          Files.writeString(
              dir.resolve("fraud.yaml"),
              """
              pipeline: fraud
              kafka: { bootstrap.servers: "%s" }
              input: { label: class }
              """
                  .formatted(kafka.bootstrapServers()));
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
      assertThat(stop.err()).contains("Waits 15 s whether something starts it again.");
      assertThat(doctor(file)).contains("ok       lease       no job has it");
      assertThat(command("stop", "--force", file).err())
          .startsWith("No job has the lease of pipeline fraud.");
    }
  }

  private static String doctor(Path file) {
    return Cli.run("doctor", "-c", file.toString()).out();
  }

  private static Cli command(String name, String option, Path file) {
    return Cli.run(List.of(name, option, "-c", file.toString()).toArray(new String[0]));
  }
}
