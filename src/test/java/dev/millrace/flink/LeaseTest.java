package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.EmbeddedKafka;
import dev.millrace.flink.LeaseRecord.State;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LeaseTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static EmbeddedKafka kafka;

  @BeforeAll
  static void startBroker() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic("in", 1, (short) 1))).all().get();
    }
  }

  @AfterAll
  static void stopBroker() {
    kafka.close();
  }

  /** A job that has begun, and may have to end. */
  private static final class Job implements AutoCloseable {
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Exception> failure = new CompletableFuture<>();
    private final LeaseKeeper keeper;

    Job(Lease lease) {
      keeper = new LeaseKeeper(lease, () -> begun.complete(null), failure::complete);
      keeper.start();
    }

    Job awaitBegin() throws Exception {
      CompletableFuture.anyOf(begun, failure).get(2, TimeUnit.MINUTES);
      assertThat(failure).isNotDone();
      return this;
    }

    String awaitFailure() throws Exception {
      return failure.get(2, TimeUnit.MINUTES).getMessage();
    }

    @Override
    public void close() {
      keeper.close();
    }
  }

  private static Lease lease(String pipeline, String holder) {
    return new Lease(
        Map.of("bootstrap.servers", kafka.bootstrapServers()),
        pipeline,
        "millrace-" + pipeline + "-lease",
        "in",
        "millrace-" + pipeline + "/:lease",
        holder,
        "file:/state/" + holder);
  }

  private static LeaseRecord stored(Lease lease) throws Exception {
    try (LeaseStore store = new LeaseStore(lease)) {
      return store.read().orElseThrow();
    }
  }

  @Test
  void aJobRenewsItsLeaseAndReleasesItAtItsEnd() throws Exception {
    Lease lease = lease("calm", "first");
    try (Job job = new Job(lease).awaitBegin()) {
      LeaseRecord taken = stored(lease);
      assertThat(taken.state()).isEqualTo(State.HELD);
      await().atMost(PATIENCE).until(() -> stored(lease).renewal() > taken.renewal());
      assertThat(job.failure).isNotDone();
    }
    assertThat(stored(lease).state()).isEqualTo(State.RELEASED);
    new Job(lease("calm", "second")).awaitBegin().close();
  }

  @Test
  void aSecondJobIsRejectedAndNamesTheFirst() throws Exception {
    Lease first = lease("twice", "first");
    try (Job job = new Job(first).awaitBegin();
        Job second = new Job(lease("twice", "second"))) {
      assertThat(second.awaitFailure())
          .startsWith("Pipeline twice runs already: on ")
          .contains(
              ", pid " + ProcessHandle.current().pid() + ", since ",
              ", state in file:/state/first. Stop that job first, or end it through the brokers");
      long renewal = stored(first).renewal();
      await().atMost(PATIENCE).until(() -> stored(first).renewal() > renewal);
      assertThat(job.failure).isNotDone();
    }
  }

  @Test
  void aRestartOfTheSameJobTakesItsLeaseAtOnce() throws Exception {
    Lease lease = lease("again", "first");
    write(lease, State.HELD);

    try (Job restarted = new Job(lease).awaitBegin()) {
      assertThat(stored(lease).state()).isEqualTo(State.HELD);
      assertThat(restarted.failure).isNotDone();
    }
  }

  @Test
  void aSilentJobIsReplacedAfterItsSinksHaveStopped() throws Exception {
    Lease silent = lease("silent", "first");
    write(silent, State.HELD);
    LeaseGuard its = LeaseGuard.open(silent);
    its.requireHeld();
    Lease lease = lease("silent", "second");
    try (Job second = new Job(lease)) {
      await().atMost(PATIENCE).until(() -> stored(lease).state() == State.TAKEN);
      assertThat(second.begun).isNotDone();
      second.awaitBegin();

      assertThatThrownBy(its::requireHeld)
          .isInstanceOf(SuppressRestartsException.class)
          .rootCause()
          .hasMessageStartingWith("Pipeline silent was taken over by another job (on ");
    } finally {
      its.close();
    }
  }

  @Test
  void aHolderThatIsOnlyFencedTakesItsLeaseBack() throws Exception {
    Lease lease = lease("fenced", "first");
    try (Job job = new Job(lease).awaitBegin();
        LeaseStore other = new LeaseStore(lease("fenced", "second"))) {
      other.take(); // and dies before it writes
      long renewal = stored(lease).renewal();

      await().atMost(PATIENCE).until(() -> stored(lease).renewal() > renewal);
      assertThat(job.failure).isNotDone();
    }
  }

  @Test
  void allSinksThatWaitForTheLeaseBeginOnceItIsHeld() throws Exception {
    Lease lease = lease("waiting", "first");
    Executor threads = command -> new Thread(command).start();
    try (LeaseGuard guard = LeaseGuard.open(lease)) {
      List<CompletableFuture<Void>> sinks =
          IntStream.range(0, 8)
              .mapToObj(sink -> CompletableFuture.runAsync(() -> wait(guard), threads))
              .toList();
      try (Job job = new Job(lease).awaitBegin()) {
        CompletableFuture.allOf(sinks.toArray(new CompletableFuture<?>[0]))
            .get(2, TimeUnit.MINUTES);
        assertThat(job.failure).isNotDone();
      }
    }
  }

  private static void wait(LeaseGuard guard) {
    try {
      guard.requireHeld();
    } catch (InterruptedException e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void aRevokedLeaseEndsTheJobAndItsSinks() throws Exception {
    Lease lease = lease("revoked", "first");
    try (Job job = new Job(lease).awaitBegin();
        LeaseGuard guard = LeaseGuard.open(lease)) {
      assertThatCode(guard::requireHeld).doesNotThrowAnyException();
      try (LeaseStore other = new LeaseStore(lease("revoked", "user"))) {
        other.revoke();
      }

      assertThat(job.awaitFailure())
          .startsWith("Pipeline revoked was ended through the brokers (on ");
      assertThatThrownBy(guard::requireHeld).isInstanceOf(SuppressRestartsException.class);
    }
  }

  @Test
  void aLongDirectoryFitsIntoTheMetadata() {
    LeaseRecord record = LeaseRecord.ofThisProcess("job", State.HELD, "ä\"\\".repeat(2_000));

    OffsetAndMetadata offset = record.toOffset();

    assertThat(offset.metadata().length()).isLessThan(4_096);
    assertThat(LeaseRecord.of(offset)).isEqualTo(record);
  }

  private static void write(Lease lease, State state) throws Exception {
    try (LeaseStore store = new LeaseStore(lease)) {
      store.take();
      store.write(LeaseRecord.ofThisProcess(lease.holder(), state, lease.stateDir()));
    }
  }
}
