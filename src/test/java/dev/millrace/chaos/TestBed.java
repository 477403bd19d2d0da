package dev.millrace.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.PipelineFile;
import dev.millrace.Settings;
import dev.millrace.cli.Cli;
import dev.millrace.testing.MillraceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A broker and a Flink cluster, each of processes of their own, and records that flow. Not
 * thread-safe.
 */
final class TestBed implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path dir;
  private final String bootstrapServers;
  private final Traffic traffic;
  private Path file;
  private MillraceProcess broker;
  private MillraceProcess cluster;
  private FlinkJob job;
  private int restores;

  private TestBed(Path dir, MillraceProcess broker, List<ProducerRecord<byte[], byte[]>> input) {
    this.dir = dir;
    this.broker = broker;
    this.bootstrapServers = broker.find("Broker at (\\S+),");
    this.traffic = new Traffic(bootstrapServers, input);
  }

  /** Starts a broker, with the topics of the pipeline. */
  static TestBed start(Path dir, Pipeline pipeline, List<ProducerRecord<byte[], byte[]>> input)
      throws IOException {
    MillraceProcess broker = broker(dir, "0");
    TestBed bed = new TestBed(dir, broker, input);
    try {
      bed.use(pipeline);
      Pipeline.createTopics(bed.file);
      return bed;
    } catch (AssertionError | IOException | RuntimeException e) {
      bed.close();
      throw e;
    }
  }

  private static MillraceProcess broker(Path dir, String port) throws IOException {
    return MillraceProcess.startUntil(
        "Broker at ",
        dir,
        List.of("broker", "--port", port, "--data-dir", dir.resolve("broker").toString()));
  }

  /** Takes another pipeline file for the next cluster. */
  void use(Pipeline pipeline) throws IOException {
    file = pipeline.write(dir.resolve("chaos-" + pipeline.backend() + ".yaml"), bootstrapServers);
  }

  /** Starts a cluster, and returns when every subtask of its job is at work. */
  void startCluster(List<String> options) throws IOException {
    cluster = MillraceProcess.startCluster(dir, file, dir.resolve("state"), options);
    job = new FlinkJob(cluster.find("Web +(\\S+)"));
  }

  String bootstrapServers() {
    return bootstrapServers;
  }

  Settings settings() {
    return PipelineFile.read(file);
  }

  /** Times that a job has gone on from a checkpoint or savepoint. */
  int restores() {
    return restores;
  }

  /** What the newest cluster says that its models do. */
  String startedFrom() {
    return cluster.find("Models +(.*)");
  }

  /**
   * Lets records flow, in a job that runs and has a checkpoint to go back to. The test is aborted
   * if it has become too late for that.
   */
  void letFlow(int records) {
    if (traffic.sent() == 0) {
      traffic.start();
    }
    int target = Math.min(traffic.sent() + records, traffic.size());
    boolean flowing =
        eventually(
            () ->
                traffic.sent() >= target
                    && job.isRunning()
                    && job.completedCheckpoints() > 0
                    && consumed() > 0);
    assumeTrue(flowing && traffic.sent() < traffic.size(), "no more records flow");
  }

  /** Kills a process of the cluster; tells what came of it. */
  String kill(String member) throws IOException, InterruptedException {
    boolean jobManager = member.equals("job manager");
    int before = jobManager ? 0 : job.restored();
    ProcessHandle process = cluster.member(member);
    long pid = process.pid();
    process.destroyForcibly();
    boolean died = eventually(() -> cluster.err().contains("(pid " + pid + ") ended with exit"));
    boolean restored = died && eventually(() -> job.isRunning() && job.restored() > before);
    restores += restored ? job.restored() - before : 0;
    return (died ? cluster.find("\\(pid " + pid + "\\) ended with (exit code \\d+)") : "alive")
        + (restored ? ", restored" : ", not restored");
  }

  /** Kills the command, which ends all processes of the cluster with it. */
  String killCluster() throws InterruptedException {
    List<ProcessHandle> members = cluster.descendants();
    int exitCode = cluster.kill();
    boolean ended = eventually(() -> members.stream().noneMatch(ProcessHandle::isAlive));
    return "exit code " + exitCode + (ended ? "" : ", some processes alive");
  }

  /** Kills the broker and starts it on the data it left; tells what came of it. */
  String killBroker() throws IOException, InterruptedException {
    int exitCode = broker.kill();
    int before = traffic.sent();
    broker = broker(dir, bootstrapServers.substring(bootstrapServers.indexOf(':') + 1));
    return "exit code %d, %s".formatted(exitCode, goesOn(before));
  }

  /** Stops the broker in its tracks for a while; tells what came of it. */
  String pauseBroker(int seconds) throws IOException, InterruptedException {
    String state;
    try {
      signal("STOP");
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      boolean answered = eventually(() -> System.nanoTime() > end || answers());
      state = answered && System.nanoTime() > end ? "no answer" : "answered";
    } finally {
      signal("CONT");
    }
    return state + ", " + goesOn(traffic.sent());
  }

  private boolean answers() {
    try (Admin admin = admin()) {
      admin.describeCluster().nodes().get(1, TimeUnit.SECONDS);
      return true;
    } catch (Exception e) {
      return false;
    }
  }

  private String goesOn(int records) {
    return eventually(() -> consumed() >= records) ? "records flow" : "no record flows";
  }

  private void signal(String name) throws IOException, InterruptedException {
    Process kill =
        new ProcessBuilder("kill", "-" + name, Long.toString(broker.pid())).inheritIO().start();
    assertThat(kill.waitFor()).isZero();
  }

  /** Changes the parallelism of the running job; tells what the job says it is. */
  String rescale(int parallelism) throws Exception {
    int before = job.restored();
    succeed("rescale", "-c", file.toString(), "--parallelism", "" + parallelism, stateDir());
    eventually(job::isRunning);
    boolean restored = eventually(() -> job.restored() > before);
    restores += restored ? job.restored() - before : 0;
    int now = job.parallelism();
    return "parallelism " + now + (restored ? ", restored" : ", not restored");
  }

  /** Goes on from a savepoint on another state backend; tells what the job says it is. */
  String moveTo(Pipeline pipeline, List<String> options) throws Exception {
    String savepoint = succeed("stop", "-c", file.toString(), "--savepoint", stateDir()).strip();
    cluster.awaitEnd();
    use(pipeline);
    List<String> all = new ArrayList<>(options);
    all.addAll(List.of("--from-savepoint", savepoint));
    startCluster(all);
    int restored = job.restored();
    restores += restored;
    String backend = job.stateBackend();
    return backend + (restored > 0 ? ", restored" : ", not restored");
  }

  /** Sends what is left, and stops the job when it has read everything. */
  void finish() throws InterruptedException {
    traffic.hurry();
    assertThat(eventually(() -> consumed() == traffic.size())).as("all records are read").isTrue();
    succeed("stop", "-c", file.toString(), "--drain", stateDir());
    assertThat(cluster.awaitEnd()).isZero();
  }

  /** Records that the job has read before its last checkpoint. */
  private long consumed() throws Exception {
    try (Admin admin = admin()) {
      return admin
          .listConsumerGroupOffsets("millrace-chaos")
          .partitionsToOffsetAndMetadata()
          .get(5, TimeUnit.SECONDS)
          .values()
          .stream()
          .mapToLong(offset -> offset.offset())
          .sum();
    }
  }

  private Admin admin() {
    return Admin.create(
        Map.of(
            "bootstrap.servers", bootstrapServers,
            "request.timeout.ms", 2_000,
            "default.api.timeout.ms", 3_000));
  }

  private String stateDir() {
    return "--state-dir=" + dir.resolve("state");
  }

  private static String succeed(String... arguments) {
    Cli cli = Cli.run(arguments);
    assertThat(cli.exitCode()).as(cli.err()).isZero();
    return cli.out();
  }

  private static boolean eventually(Callable<Boolean> condition) {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptions()
          .until(condition);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      if (cluster != null) {
        cluster.close();
      }
    } finally {
      traffic.close();
      broker.close();
    }
  }
}
