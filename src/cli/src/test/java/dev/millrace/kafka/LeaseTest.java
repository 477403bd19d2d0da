package dev.millrace.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.flink.kafka.LeaseGuard;
import dev.millrace.flink.kafka.QuietCloseKafkaSink;
import dev.millrace.kafka.LeaseRecord.State;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
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
      admin.createTopics(List.of(new NewTopic("in", 2, (short) 1))).all().get();
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
        "millrace-" + pipeline + "/lease",
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
  void aJobRenewsItsLeaseAndKeepsItUntilItHasEndedForGood() throws Exception {
    Lease lease = lease("calm", "first");
    try (Job job = new Job(lease).awaitBegin()) {
      LeaseRecord taken = stored(lease);
      assertThat(taken.state()).isEqualTo(State.HELD);
      await().atMost(PATIENCE).until(() -> stored(lease).renewal() > taken.renewal());
      assertThat(job.failure).isNotDone();
    }
    assertThat(stored(lease).state()).isEqualTo(State.HELD);
    try (LeaseStore another = new LeaseStore(lease("calm", "second"))) {
      another.release();
    }
    assertThat(stored(lease).state()).isEqualTo(State.HELD);
    try (LeaseStore own = new LeaseStore(lease)) {
      own.release();
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
      try (QuietCloseKafkaSink.Commits commits =
          new QuietCloseKafkaSink.Commits(new Unused(), "out", LeaseGuard.open(lease))) {
        assertThatThrownBy(() -> commits.commit(List.of()))
            .isInstanceOf(SuppressRestartsException.class);
      }
    }
  }

  @Test
  void aLongDirectoryFitsIntoTheMetadata() {
    LeaseRecord record = LeaseRecord.ofThisProcess("job", State.HELD, "ä\"\\".repeat(2_000));

    OffsetAndMetadata offset = record.toOffset();

    assertThat(offset.metadata().length()).isLessThan(4_096);
    assertThat(LeaseRecord.of(offset)).contains(record);
  }

  /** A committer that must not be reached. */
  private static final class Unused implements Committer<KafkaCommittable> {
    @Override
    public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
      throw new AssertionError("commits without the lease");
    }

    @Override
    public void close() {}
  }

  /** Fails the creation of the first clients, as a missing key file or an unknown host does. */
  public static final class FailingAtFirst implements MetricsReporter {
    private static final AtomicInteger FAILURES = new AtomicInteger();

    @Override
    public void configure(Map<String, ?> properties) {
      if (FAILURES.getAndDecrement() > 0) {
        throw new KafkaException("not yet");
      }
    }

    @Override
    public void init(List<KafkaMetric> metrics) {}

    @Override
    public void metricChange(KafkaMetric metric) {}

    @Override
    public void metricRemoval(KafkaMetric metric) {}

    @Override
    public void close() {}
  }

  private static Lease failingAtFirst(String pipeline, int failures) {
    Lease lease = lease(pipeline, "first");
    Map<String, String> kafka = new HashMap<>(lease.kafka());
    kafka.put("metric.reporters", FailingAtFirst.class.getName());
    FailingAtFirst.FAILURES.set(failures);
    return new Lease(
        kafka,
        pipeline,
        lease.group(),
        lease.topic(),
        lease.transactionalId(),
        lease.holder(),
        lease.stateDir());
  }

  @Test
  void aJobTriesAgainWhileItsClientsCannotBeCreated() throws Exception {
    Lease lease = failingAtFirst("early", 2);
    try (Job job = new Job(lease).awaitBegin()) {
      assertThat(FailingAtFirst.FAILURES).hasNonPositiveValue();
      FailingAtFirst.FAILURES.set(2);
      try (LeaseGuard guard = LeaseGuard.open(lease)) {
        assertThatCode(guard::requireHeld).doesNotThrowAnyException();
        assertThat(FailingAtFirst.FAILURES).hasNonPositiveValue();
      }
      assertThat(job.failure).isNotDone();
    }
  }

  @Test
  void foreignOffsetsOfTheGroupAreIgnored() throws Exception {
    Lease lease = lease("foreign", "first");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
      admin
          .alterConsumerGroupOffsets(
              lease.group(),
              Map.of(
                  new TopicPartition("in", 0),
                  new OffsetAndMetadata(7, "{}"),
                  new TopicPartition("in", 1),
                  new OffsetAndMetadata(Long.MAX_VALUE)))
          .all()
          .get();
    }
    try (LeaseStore store = new LeaseStore(lease)) {
      assertThat(store.read()).isEmpty();
    }
    new Job(lease).awaitBegin().close();
    assertThat(stored(lease).state()).isEqualTo(State.HELD);
  }

  @Test
  void aJobThatWasInterruptedWhileItTookOverWaitsAgain() throws Exception {
    Lease lease = lease("between", "first");
    write(lease, State.TAKEN);
    long start = System.nanoTime();

    try (Job job = new Job(lease).awaitBegin()) {
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Lease.VALIDITY);
      assertThat(job.failure).isNotDone();
    }
  }

  @Test
  void aLeftOverKeeperOfTheSameJobLeavesTheLeaseToItsSuccessor() throws Exception {
    Lease lease = lease("twins", "first");
    try (Job leftOver = new Job(lease).awaitBegin();
        Job successor = new Job(lease).awaitBegin()) {
      LeaseRecord first = stored(lease);
      long later = first.renewal() + 3 * Lease.RENEWAL.toMillis();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                LeaseRecord now = stored(lease);
                assertThat(now.hasOwnerOf(first)).isTrue();
                return now.renewal() > later;
              });
      assertThat(leftOver.failure).isNotDone();
      assertThat(successor.failure).isNotDone();
    }
  }

  @Test
  void aWaitForAnotherJobThatIsEndedLeavesTheLeaseAsItIs() throws Exception {
    Lease held = lease("patient", "first");
    write(held, State.HELD);
    LeaseRecord before = stored(held);
    try (LeaseStore store = new LeaseStore(lease("patient", "second"))) {
      assertThatThrownBy(() -> store.acquire(State.RELEASED, millis -> true))
          .isInstanceOf(CancellationException.class);
    }
    assertThat(stored(held)).isEqualTo(before);
  }

  @Test
  void aHolderThatRenewsAtTheLastMomentKeepsItsLease() throws Exception {
    Lease held = lease("late", "first");
    write(held, State.HELD);
    AtomicReference<LeaseRecord> renewed = new AtomicReference<>();
    try (LeaseStore holder = new LeaseStore(held);
        LeaseStore other = new LeaseStore(lease("late", "second"))) {
      holder.take();
      LeaseStore.Wait untilRenewed =
          millis -> {
            if (renewed.get() == null) {
              renewed.set(holder.read().orElseThrow().next(State.HELD));
              holder.write(renewed.get());
            }
            Thread.sleep(millis);
            return false;
          };
      assertThatThrownBy(() -> other.acquire(State.RELEASED, untilRenewed))
          .isInstanceOf(LeaseException.class)
          .hasMessageStartingWith("Pipeline late runs already: ");
      assertThat(stored(held)).isEqualTo(renewed.get());
    }
  }

  private static void write(Lease lease, State state) throws Exception {
    try (LeaseStore store = new LeaseStore(lease)) {
      store.take();
      store.write(LeaseRecord.ofThisProcess(lease.holder(), state, lease.stateDir()));
    }
  }
}
