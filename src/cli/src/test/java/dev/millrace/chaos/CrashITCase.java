package dev.millrace.chaos;

import static dev.millrace.testing.Patience.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.flink.ForgetfulTrainOperator;
import dev.millrace.flink.UnflushedChunkOperator;
import dev.millrace.testing.CommittedRecords;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The part of the fault suite that needs no other processes: a job that dies while records flow,
 * and the same with one guarantee taken out, which the oracle must notice. The former is a part of
 * each build.
 */
@Tag("faults")
class CrashITCase {
  private static final int RATE = 400;
  private static final long SEED = 0; // no moment is drawn

  @TempDir private static Path shared;
  private static Input input;
  private static Oracle undisturbed;
  private static EmbeddedKafka kafka;

  @TempDir private Path dir;
  private LocalJob job;
  private Optional<Path> newest = Optional.empty();
  private long reportsBefore;

  @BeforeAll
  static void runUndisturbed() throws Exception {
    input = Input.good();
    undisturbed = Oracle.of(Pipeline.EXACTLY_ONCE, input, shared);
    kafka = EmbeddedKafka.start(0, null);
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  @BeforeEach
  void prepare() throws Exception {
    prepare(Pipeline.EXACTLY_ONCE);
  }

  private void prepare(Pipeline pipeline) throws Exception {
    String topics = dir.getFileName() + "-" + pipeline.guarantee();
    Path file = pipeline.write(dir.resolve("pipeline.yaml"), kafka.bootstrapServers(), topics);
    Topics.create(file);
    job = new LocalJob(file, dir.resolve("state"));
  }

  @Test
  void aCrashChangesNothing() throws Exception {
    crash("crash", Verdict.UNDISTURBED);
  }

  @Tag("chaos")
  @Test
  void controlAtLeastOnceRepeatsRecords() throws Exception {
    prepare(Pipeline.AT_LEAST_ONCE);

    crash("control: at-least-once", Verdict.REPEATS);
  }

  @Test
  void controlChunksThatStayBehindABarrierAreMissed() throws Exception {
    job.replace("chunk", new UnflushedChunkOperator());

    crash("control: chunks not flushed at the barrier", Verdict.OTHER_MODELS);
  }

  @Tag("chaos")
  @Test
  void controlAMiniBatchOutsideTheStateIsMissed() throws Exception {
    job.replace(
        "train",
        new ForgetfulTrainOperator(job.settings().trainSpec(), job.settings().state().spec()));

    crash("control: mini-batch outside the state", Verdict.OTHER_MODELS);
  }

  @Tag("chaos")
  @Test
  void controlAnOperatorWithAnotherUidLosesItsModels() throws Exception {
    crash(
        "control: uid changed",
        () -> {
          job.rename("train", "training");
          assertThatThrownBy(this::startAndWait).hasStackTraceContaining("Cannot map");
          job.set("execution.state-recovery.ignore-unclaimed-state", "true");
        },
        Verdict.OTHER_MODELS);
  }

  private void startAndWait() throws Exception {
    job.start();
    job.awaitEnd();
  }

  /** Something done while the job is down. */
  @FunctionalInterface
  private interface Meanwhile {
    void run() throws Exception;
  }

  private void crash(String name, Verdict verdict) throws Exception {
    crash(name, () -> {}, verdict);
  }

  private void crash(String name, Meanwhile meanwhile, Verdict verdict) throws Exception {
    Outcome outcome = new Outcome(new Fault(name, null, "died between checkpoints"), SEED);
    String topic = job.settings().input().topic();
    try (Traffic traffic = new Traffic(kafka.bootstrapServers(), topic, input.records(), RATE)) {
      boolean between;
      do {
        newest = Optional.empty();
        job.start();
        between = eventually(() -> isBetweenCheckpoints(traffic));
        job.die();
      } while (between && !job.newestCheckpoint().equals(newest));
      meanwhile.run();
      job.start();
      outcome.struck(List.of(between ? "died between checkpoints" : "died in time"), 1);
      traffic.hurry(traffic.size());
      assertThat(eventually(() -> consumed() == traffic.size())).as("all are read").isTrue();
      job.drain();
      outcome.judge(undisturbed.compare(kafka.bootstrapServers(), job.settings()), verdict);
    } finally {
      outcome.write("in one process");
    }
  }

  // Records flow when there is a checkpoint, until one more knows some of them but not all, and has
  // reports after it.
  private boolean isBetweenCheckpoints(Traffic traffic) throws Exception {
    Optional<Path> seen = newest;
    newest = job.newestCheckpoint();
    if (newest.isEmpty()) {
      return false;
    }
    traffic.want(RATE);
    if (!newest.equals(seen)) {
      reportsBefore = reports();
      return false;
    }
    long read = consumed();
    return read > 0 && read < traffic.sent() && reports() > reportsBefore;
  }

  private long reports() {
    return CommittedRecords.written(kafka.bootstrapServers(), job.settings().output().metrics());
  }

  private long consumed() throws Exception {
    try (Admin admin = admin()) {
      return Topics.consumed(admin, job.settings());
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
  }
}
