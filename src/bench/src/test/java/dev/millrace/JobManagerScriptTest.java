package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Patience;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image's script around the job manager, with stand-ins for what Flink's image has. */
class JobManagerScriptTest {
  private static final Path SCRIPT = Path.of("deploy", "image", "job-manager.sh");
  private static final String JOB = "93629e638f841296ec4a2b5cd55b3d40";
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  @TempDir private Path dir;
  private Path state;
  private Path calls;
  private Process process;

  @BeforeEach
  void makeStandIns() throws IOException {
    Programs.require("bash", "bash");
    state = Files.createDirectories(dir.resolve("state"));
    calls = Files.createFile(dir.resolve("calls"));
    // Runs until it is told to end, by a signal or because its job has ended.
    program(
        "entry-point",
        "echo \"entry-point $*\" >> '" + calls + "'",
        "trap 'exit 143' TERM",
        "while [ ! -e '" + dir + "/ended' ]; do sleep 0.1; done",
        "exit ${EXIT_CODE:-0}");
  }

  @AfterEach
  void end() throws IOException {
    if (process != null && process.isAlive()) {
      Files.writeString(dir.resolve("ended"), "");
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  @Test
  void withoutStateTheModelsStartEmpty() throws Exception {
    assertThat(started(""))
        .isEqualTo(
            "entry-point standalone-job --job-classname dev.millrace.MillraceJob -- -c p.yaml\n");
  }

  @Test
  void theNewestCheckpointOrSavepointIsGoneOnFrom() throws Exception {
    snapshot("checkpoints/0a/chk-7", 0);
    Path newest = snapshot("savepoints/savepoint-1 b", 60);
    snapshot("checkpoints/0a/chk-8", 30);

    assertThat(started("")).contains("MillraceJob --fromSavepoint " + newest + " -- -c");
  }

  @Test
  void theSnapshotWithTheLargestIdIsTheNewestWhateverTheTimesOfTheFiles() throws Exception {
    snapshotWithId("checkpoints/0a/chk-9", 9, 60);
    Path newest = snapshotWithId("savepoints/savepoint-1", 300, 0);
    snapshotWithId("checkpoints/0a/chk-99", 99, 30);

    assertThat(started("")).contains("MillraceJob --fromSavepoint " + newest + " -- -c");
  }

  @Test
  void aDamagedSnapshotComesAfterWhatWasWrittenBeforeIt() throws Exception {
    snapshotWithId("checkpoints/0a/chk-7", 7, 0);
    Path damaged = snapshot("checkpoints/0a/chk-8", 30);
    snapshotWithId("checkpoints/0b/chk-2", 2, 60);

    assertThat(started("")).contains("MillraceJob --fromSavepoint " + damaged + " -- -c");
  }

  @Test
  void aJobThatStartedWithNewModelsGoesOnFromItsOwnCheckpoints() throws Exception {
    snapshotWithId("checkpoints/0a/chk-70", 70, 0);
    started("none");
    Path own = snapshotWithId("checkpoints/0b/chk-1", 1, 60);

    assertThat(startedAgain("none")).contains("--fromSavepoint " + own + " ");
    assertThat(startedAgain("")).contains("--fromSavepoint " + own + " ");
    assertThat(startedAgain("")).contains("--fromSavepoint " + own + " ");
  }

  @Test
  void anotherSnapshotOrNoneCanBeNamed() throws Exception {
    snapshot("checkpoints/0a/chk-7", 0);

    assertThat(started("/elsewhere/chk-1")).contains("--fromSavepoint /elsewhere/chk-1 ");
    assertThat(startedAgain("none")).doesNotContain("--fromSavepoint");
  }

  @Test
  void theNamedStartAppliesUntilTheJobHasItsOwnCheckpoint() throws Exception {
    snapshot("checkpoints/0a/chk-7", 0);
    started("none");
    assertThat(startedAgain("none")).doesNotContain("--fromSavepoint");

    Path own = snapshot("checkpoints/0b/chk-1", 60);

    assertThat(startedAgain("none")).contains("--fromSavepoint " + own + " ");
    assertThat(startedAgain("")).contains("--fromSavepoint " + own + " ");
    assertThat(startedAgain("none")).doesNotContain("--fromSavepoint");
  }

  @Test
  void aRemovedSavepointNameDoesNotCount() throws Exception {
    Path newest = snapshot("checkpoints/0a/chk-7", 0);
    assertThat(started("/no/such/savepoint")).contains("--fromSavepoint /no/such/savepoint ");

    assertThat(startedAgain("")).contains("--fromSavepoint " + newest + " ");
  }

  @Test
  void aSignalStopsTheJobWithASavepoint() throws Exception {
    program(
        "flink",
        "echo \"flink $*\" >> '" + calls + "'",
        "[ \"$1\" = stop ] && touch '" + dir + "/ended'",
        "echo '------------------ Running/Restarting Jobs -------------------'",
        "echo '25.11.2026 22:00:00 : " + JOB + " : millrace storms (RUNNING)'");
    started("");

    process.destroy();

    assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(Files.readString(calls))
        .endsWith(
            "flink list -r\nflink stop --type canonical --savepointPath file://%s/savepoints %s\n"
                .formatted(state, JOB));
  }

  @Test
  void withoutASavepointTheJobManagerIsTerminated() throws Exception {
    program("flink", "exit 1");
    started("");

    process.destroy();

    assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isEqualTo(143);
  }

  private Path snapshot(String name, int seconds) throws IOException {
    return snapshot(name, seconds, new byte[0]);
  }

  private Path snapshotWithId(String name, long id, int seconds) throws IOException {
    byte[] header =
        ByteBuffer.allocate(20)
            .putInt(Checkpoints.HEADER_MAGIC_NUMBER)
            .putInt(6)
            .putLong(id)
            .array();
    return snapshot(name, seconds, header);
  }

  private Path snapshot(String name, int seconds, byte[] metadata) throws IOException {
    Path snapshot = Files.createDirectories(state.resolve(name));
    Path file = Files.write(snapshot.resolve("_metadata"), metadata);
    Files.setLastModifiedTime(file, FileTime.from(NOW.plusSeconds(seconds)));
    return snapshot;
  }

  private String startedAgain(String restore) throws Exception {
    end();
    process.waitFor();
    Files.delete(dir.resolve("ended"));
    return started(restore);
  }

  /** What the entry point was called with. */
  private String started(String restore) throws IOException {
    Files.writeString(calls, "");
    ProcessBuilder builder =
        new ProcessBuilder("bash", SCRIPT.toAbsolutePath().toString(), "-c", "p.yaml")
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("output").toFile());
    builder.environment().put("PATH", dir + ":" + System.getenv("PATH"));
    builder.environment().put("MILLRACE_STATE", state.toString());
    builder.environment().put("MILLRACE_RESTORE", restore);
    builder.environment().put("FLINK_ENTRYPOINT", dir.resolve("entry-point").toString());
    process = builder.start();
    Awaitility.await().atMost(Patience.MAX).until(() -> Files.readString(calls).endsWith("\n"));
    return Files.readString(calls);
  }

  private void program(String name, String... lines) throws IOException {
    Path file = dir.resolve(name);
    Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
