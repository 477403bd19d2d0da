package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.MillraceJob;
import dev.millrace.cli.Cli;
import dev.millrace.config.PipelineFile;
import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The {@code cluster} command with its processes, one after the other on the same state. Not
 * thread-safe.
 */
final class Cluster implements AutoCloseable {
  // The command gives up a process that dies three times in a row sooner than this.
  private static final Duration QUICK_DEATH = Duration.ofSeconds(21);

  private final Path dir;
  private Path stateDir;
  private Path file;
  private MillraceProcess process;
  private FlinkJob job;
  private List<String> options = List.of();
  private int restores;

  /**
   * @param dir for its output and its state
   * @param file the pipeline's
   */
  Cluster(Path dir, Path file) {
    this.dir = dir;
    // As long as that of a place deep in somebody's home, where names made of paths get too long.
    this.stateDir =
        dir.resolve("state-of-all-the-pipelines-that-somebody-has-deep-in-a-home-directory");
    this.file = file;
  }

  /** Starts, and returns when every subtask of the job is at work. */
  void start(List<String> with) throws IOException {
    options = with;
    launch(options);
  }

  /** Starts with the same options from a snapshot. */
  void startFrom(Path snapshot) throws IOException {
    launch(Fault.plus(options, "--from-savepoint", snapshot.toString()));
    restores++;
  }

  private void launch(List<String> all) throws IOException {
    List<String> observed = Fault.plus(all, "--web-ui"); // so that this process may ask Flink
    process = MillraceProcess.startCluster(dir, file, stateDir, observed);
    job = new FlinkJob(process.find("Web +(\\S+)"), MillraceJob.jobName(PipelineFile.read(file)));
  }

  /** Tries to start with the same options; returns what the command says when it refuses to. */
  String refusal() throws IOException, InterruptedException {
    MillraceProcess refused = MillraceProcess.runCluster(dir, file, stateDir, options);
    assertThat(refused.exitCode()).as(refused.out()).isEqualTo(1);
    return refused.err();
  }

  /** The same with a state directory of its own, as on another machine. */
  String refusalElsewhere() throws IOException, InterruptedException {
    MillraceProcess refused =
        MillraceProcess.runCluster(dir, file, dir.resolve("elsewhere"), options);
    assertThat(refused.exitCode()).as(refused.out()).isEqualTo(1);
    return refused.err();
  }

  /**
   * Pauses all processes, starts the job elsewhere from its newest snapshot, and lets the paused
   * processes go on; tells how they end.
   */
  String replaceWhilePaused() throws IOException, InterruptedException {
    try (MillraceProcess former = process) {
      former.signalAll("STOP");
      try {
        Path newest = snapshots().get(0);
        stateDir = dir.resolve("elsewhere");
        startFrom(newest);
      } finally {
        former.signalAll("CONT");
      }
      int exitCode = former.awaitEnd();
      boolean namesThisJob = former.err().contains(", pid " + pid("job manager") + ",");
      return "exit code " + exitCode + (namesThisJob ? ", names the other job" : former.err());
    }
  }

  FlinkJob job() {
    return job;
  }

  /** Times that a job has gone on from a checkpoint or savepoint. */
  int restores() {
    return restores;
  }

  /** Kills members at once; tells what came of each, and of the job. */
  String kill(String... members) throws IOException, InterruptedException {
    boolean sameJobManager = !List.of(members).contains("job manager");
    int before = sameJobManager ? job.restored() : 0;
    List<ProcessHandle> killed = Stream.of(members).map(process::member).toList();
    killed.forEach(ProcessHandle::destroyForcibly);
    StringBuilder seen = new StringBuilder();
    boolean died = true;
    for (ProcessHandle handle : killed) {
      String end = "\\(pid " + handle.pid() + "\\) ended with (exit code \\d+)";
      died &= eventually(() -> process.err().contains("(pid " + handle.pid() + ") ended with"));
      seen.append(died ? process.find(end) : "alive").append(", ");
    }
    return seen + restored(died, before);
  }

  private String restored(boolean possible, int before) throws IOException, InterruptedException {
    boolean restored = possible && eventually(() -> job.isRunning() && job.restored() > before);
    restores += restored ? job.restored() - before : 0;
    return restored ? "restored" : "not restored";
  }

  /** Waits until a member is older than a process that the command gives up may be. */
  void awaitAge(String member) {
    Instant start = process.member(member).info().startInstant().orElseThrow();
    eventually(() -> Instant.now().isAfter(start.plus(QUICK_DEATH)));
  }

  long pid(String member) {
    return process.member(member).pid();
  }

  /** Kills the command, which ends all processes of the cluster with it. */
  String killAll() throws InterruptedException {
    List<ProcessHandle> members = process.descendants();
    int exitCode = process.kill();
    boolean ended = eventually(() -> members.stream().noneMatch(ProcessHandle::isAlive));
    return "exit code " + exitCode + (ended ? "" : ", some processes alive");
  }

  /** Changes the parallelism of the running job; tells what the job says it is. */
  String rescale(int parallelism) throws Exception {
    int before = job.restored();
    succeed("rescale", "-c", file.toString(), "--parallelism", "" + parallelism, stateOption());
    String restored = restored(true, before);
    return "parallelism " + job.parallelism() + ", " + restored;
  }

  /** Stops with a savepoint and goes on from it; tells whether that was so. */
  String moveTo(Path other, List<String> with) throws Exception {
    String savepoint = succeed("stop", "-c", file.toString(), "--savepoint", stateOption());
    process.awaitEnd();
    file = other;
    options = with;
    launch(Fault.plus(options, "--from-savepoint", savepoint.strip()));
    return restored(true, 0);
  }

  /** Ends the job as at the end of its input. */
  void drain() throws InterruptedException {
    succeed("stop", "-c", file.toString(), "--drain", stateOption());
    assertThat(process.awaitEnd()).isZero();
  }

  /** Checkpoints and savepoints, the newest first. */
  List<Path> snapshots() throws IOException {
    try (Stream<Path> files = Files.walk(stateDir)) {
      return files
          .filter(path -> path.endsWith("_metadata"))
          .sorted(Comparator.comparing((Path path) -> path.toFile().lastModified()).reversed())
          .map(Path::getParent)
          .toList();
    }
  }

  /** Where the checkpoints of the job are. */
  Path checkpoints() throws IOException, InterruptedException {
    return stateDir.resolve(PipelineFile.read(file).pipeline()).resolve(job.id());
  }

  private String stateOption() {
    return "--state-dir=" + stateDir;
  }

  private static String succeed(String... arguments) {
    Cli cli = Cli.run(arguments);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    return cli.out();
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }
}
