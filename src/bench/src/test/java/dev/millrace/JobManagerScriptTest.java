package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.cli.Millrace;
import dev.millrace.testing.Patience;
import dev.millrace.testing.Programs;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The image's scripts, with stand-ins for what Flink's image has. */
class JobManagerScriptTest {
  private static final Path SCRIPTS = Path.of("deploy", "image").toAbsolutePath();
  private static final String JOB = "93629e638f841296ec4a2b5cd55b3d40";
  private static final Pattern HOLDER = Pattern.compile("-D millrace\\.lease\\.holder=(\\S+)");
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

  @TempDir private Path dir;
  private Path state;
  private Path calls;
  private Process process;

  @BeforeEach
  void makeStandIns() throws IOException {
    Programs.require("bash", "bash");
    state = Files.createDirectories(dir.resolve("state/storms"));
    settings(validated());
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
            ("entry-point standalone-job -D execution.checkpointing.dir=file://%1$s/checkpoints"
                    + " -D execution.checkpointing.savepoint-dir=file://%1$s/savepoints"
                    + " -D millrace.lease.holder=%2$s"
                    + " --job-classname dev.millrace.MillraceJob -- -c p.yaml\n")
                .formatted(state, holder()));
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
  void aRenamedPipelineHasItsOwnState() throws Exception {
    snapshot("checkpoints/0a/chk-7", 0);
    settings(validated().replace("storms", "payments"));

    assertThat(started(""))
        .contains("file://" + dir.resolve("state/payments/checkpoints") + " ")
        .doesNotContain("--fromSavepoint");
  }

  @Test
  void anInvalidPipelineFileEndsItWithItsMessageAlone() throws Exception {
    program("millrace", "echo 'p.yaml:5  input.lable is not an option.' >&2", "exit 2");

    launch("");

    assertThat(awaitEnd()).isEqualTo(2);
    assertThat(output()).isEqualTo("p.yaml:5  input.lable is not an option.\n");
    assertThat(calls).isEmptyFile();
  }

  @Test
  void snapshotsThatAreOlderThanTheOneBeforeAreDeleted() throws Exception {
    snapshotWithId("checkpoints/0a/chk-6", 6, 0);
    snapshotWithId("savepoints/savepoint-1", 7, 60);
    snapshotWithId("checkpoints/0b/chk-8", 8, 0);
    Files.createDirectories(state.resolve("checkpoints/0b/shared"));
    Path before = snapshotWithId("checkpoints/0b/chk-9", 9, 0);
    Path newest = snapshotWithId("savepoints/savepoint-2", 10, 0);
    Path kept = snapshotWithId("kept/savepoint-1", 1, 0);
    Files.createDirectories(state.resolve("checkpoints/0c/shared"));

    assertThat(started("")).contains("--fromSavepoint " + newest + " ");

    assertThat(snapshots()).containsExactlyInAnyOrder(kept, before, newest);
    assertThat(state.resolve("checkpoints")).isDirectoryNotContaining("glob:**0[ac]");
    assertThat(state.resolve("checkpoints/0b/shared")).isDirectory();
  }

  @Test
  void snapshotsThatWereLeftBehindAreDeletedOnceTheJobHasTwoOfItsOwn() throws Exception {
    Path wanted = snapshotWithId("checkpoints/0a/chk-70", 70, 0);
    Path left = snapshotWithId("checkpoints/0a/chk-71", 71, 0);
    started(wanted.toString());
    assertThat(snapshots()).containsExactlyInAnyOrder(wanted, left);
    Path own = snapshotWithId("checkpoints/0b/chk-71", 71, 60);
    startedAgain("");
    assertThat(snapshots()).containsExactlyInAnyOrder(left, own);
    Path next = snapshotWithId("savepoints/savepoint-1", 72, 120);

    startedAgain("");

    assertThat(snapshots()).containsExactlyInAnyOrder(own, next);
  }

  @Test
  void newModelsDeleteNothing() throws Exception {
    Path first = snapshotWithId("checkpoints/0a/chk-1", 1, 0);
    Path second = snapshotWithId("checkpoints/0b/chk-2", 2, 0);
    Path third = snapshotWithId("checkpoints/0c/chk-3", 3, 0);

    started("none");

    assertThat(snapshots()).containsExactlyInAnyOrder(first, second, third);
  }

  @Test
  void eachLineOfAContainerIsJsonIfItsLogIs() throws Exception {
    program(
        "entry-point",
        "echo '{\"level\":\"WARN\",\"message\":\"of the log\"}'",
        "printf 'Starting \"it\"\\t\\\\o/ \\033[1m\u00e9\\n'",
        "echo 'WARNING: of the JVM' >&2",
        "printf 'without an end'",
        "exit 3");

    launch("entrypoint.sh", List.of("taskmanager"), Map.of("MILLRACE_LOG_FORMAT", "json"));

    assertThat(awaitEnd()).isEqualTo(3);
    List<String> messages = new ArrayList<>();
    for (String line : output().lines().toList()) {
      messages.add(new ObjectMapper().readTree(line).path("message").asText());
    }
    assertThat(messages)
        .containsExactly(
            "of the log",
            "Starting \"it\"\t\\o/ [1m\u00e9",
            "WARNING: of the JVM",
            "without an end");
  }

  @Test
  void theEntryPointPassesASignalOn() throws Exception {
    launch("entrypoint.sh", List.of("taskmanager"), Map.of("MILLRACE_LOG_FORMAT", "json"));
    awaitCall();

    process.destroy();

    assertThat(awaitEnd()).isEqualTo(143);
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

    assertThat(awaitEnd()).isZero();
    assertThat(Files.readString(calls))
        .endsWith(
            "flink list -r\nflink stop --type canonical --savepointPath file://%s/savepoints %s\n"
                .formatted(state, JOB));
  }

  @Test
  void theNextJobHasTheLeaseOfOneThatHasEnded() throws Exception {
    started("");
    String first = holder();
    Files.createFile(dir.resolve("ended"));
    assertThat(awaitEnd()).isZero();

    startedAgain("");
    assertThat(holder()).isEqualTo(first);
  }

  @Test
  void theNextJobWaitsForTheLeaseOfOneThatDied() throws Exception {
    started("");
    String first = holder();
    program("flink", "exit 1");
    process.destroy();
    assertThat(awaitEnd()).isNotZero();

    startedAgain("");
    assertThat(holder()).isNotEqualTo(first);
  }

  @Test
  void withoutASavepointTheJobManagerIsTerminated() throws Exception {
    program("flink", "exit 1");
    started("");

    process.destroy();

    assertThat(awaitEnd()).isEqualTo(143);
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

  private List<Path> snapshots() throws IOException {
    try (Stream<Path> files = Files.walk(state)) {
      return files
          .filter(file -> file.endsWith("_metadata"))
          .map(file -> state.resolve(state.relativize(file.getParent())))
          .toList();
    }
  }

  private String startedAgain(String restore) throws Exception {
    end();
    process.waitFor();
    Files.deleteIfExists(dir.resolve("ended"));
    return started(restore);
  }

  /** What the entry point was called with. */
  private String started(String restore) throws IOException {
    Files.writeString(calls, "");
    launch(restore);
    return awaitCall();
  }

  /** Who has the pipeline's lease in the last start. */
  private String holder() throws IOException {
    Matcher holder = HOLDER.matcher(Files.readString(calls));
    assertThat(holder.find()).isTrue();
    return holder.group(1);
  }

  private String awaitCall() throws IOException {
    Awaitility.await().atMost(Patience.MAX).until(() -> Files.readString(calls).endsWith("\n"));
    return Files.readString(calls);
  }

  private void launch(String restore) throws IOException {
    launch(
        "job-manager.sh",
        List.of("-c", "p.yaml"),
        Map.of(
            "MILLRACE_STATE", "" + state.getParent(),
            "MILLRACE_RESTORE", restore,
            "MILLRACE_COMMAND", "" + dir.resolve("millrace")));
  }

  private void launch(String script, List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(List.of("bash", "" + SCRIPTS.resolve(script)));
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("output").toFile());
    builder.environment().put("PATH", dir + ":" + System.getenv("PATH"));
    builder.environment().put("FLINK_ENTRYPOINT", "" + dir.resolve("entry-point"));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  private int awaitEnd() throws InterruptedException {
    assertThat(process.waitFor(Patience.MAX.toMinutes(), TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private String output() throws IOException {
    return Files.readString(dir.resolve("output"));
  }

  /** Sets what the check of the pipeline file prints. */
  private void settings(String output) throws IOException {
    Path file = Files.writeString(dir.resolve("settings"), output);
    program("millrace", "cat '" + file + "'");
  }

  /** What {@code ./millrace validate} prints about the pipeline of the compose file. */
  private static String validated() {
    StringWriter out = new StringWriter();
    CommandLine commands = Millrace.commandLine();
    commands.setOut(new PrintWriter(out));
    assertThat(commands.execute("validate", "-c", "examples/compose/pipeline.yaml")).isZero();
    return out.toString();
  }

  private void program(String name, String... lines) throws IOException {
    Path file = dir.resolve(name);
    Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }
}
