package dev.millrace.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.cli.console.CliError;
import dev.millrace.cli.kafka.EmbeddedKafka;
import dev.millrace.config.PipelineFile;
import dev.millrace.config.Settings;
import dev.millrace.kafka.KafkaClients;
import dev.millrace.testing.Patience;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.RunnableFuture;
import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointProperties;
import org.apache.flink.runtime.checkpoint.CheckpointRetentionPolicy;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsSavepointStateHandle;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.SnapshotResult;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotCheckTest {
  private static EmbeddedKafka kafka;
  private static Settings exactlyOnce;
  private static Settings atLeastOnce;

  private static final String PREFIX = "millrace-check/";
  private static final String COMMITTABLES = "streaming_committer_raw_states";

  private static final CheckpointProperties CHECKPOINT =
      CheckpointProperties.forCheckpoint(CheckpointRetentionPolicy.NEVER_RETAIN_AFTER_TERMINATION);
  private static final CheckpointProperties SAVEPOINT =
      CheckpointProperties.forSavepoint(false, SavepointFormatType.CANONICAL);
  private static final CheckpointProperties STOP_SAVEPOINT =
      CheckpointProperties.forSyncSavepoint(false, false, SavepointFormatType.CANONICAL);

  private static final KeyGroupRange KEYS = KeyGroupRange.of(0, 719);
  private static final KeyGroupRangeOffsets OFFSETS = new KeyGroupRangeOffsets(KEYS);
  private static final StreamStateHandle BYTES = new ByteStreamStateHandle("state", new byte[1]);

  // The transactions that were begun last.
  private record ProducerId(long id, short epoch) {}

  private static final Map<String, ProducerId> BEGUN = new HashMap<>();

  @TempDir private Path dir;

  @BeforeAll
  static void start() throws Exception {
    kafka = EmbeddedKafka.start(0, null);
    exactlyOnce = settings("exactly-once");
    atLeastOnce = settings("at-least-once");
    try (Admin admin = KafkaClients.admin(exactlyOnce.kafka(), Patience.MAX)) {
      admin.createTopics(List.of(new NewTopic("any", 1, (short) 1))).all().get();
    }
  }

  @AfterAll
  static void close() {
    kafka.close();
  }

  @Test
  void aDamagedSnapshotIsRejectedWithItsFileAndTheOneBefore() throws IOException {
    Path before = snapshot("job/chk-1", 120);
    Path alsoDamaged = snapshot("job/chk-2", 90);
    Path newest = snapshot("job/chk-3", 60);
    cut(alsoDamaged);
    cut(newest);

    assertThatThrownBy(() -> new SnapshotCheck(dir, newest).require(atLeastOnce))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(newest.resolve("_metadata") + " is damaged (it is cut off). ")
        .hasMessageEndingWith(
            "Continue from the one before: --from-savepoint "
                + before
                + ". Start with new models: --fresh");
  }

  @Test
  void aDamagedSnapshotFromElsewhereIsRejectedWithTheNewestHere() throws IOException {
    snapshot("here/job/chk-1", 120);
    Path newest = snapshot("here/job/chk-2", 60);
    Path copy = snapshot("copy", 90);
    cut(copy);

    assertThatThrownBy(
            () -> new SnapshotCheck(dir.resolve("here"), copy).requireReadable(atLeastOnce))
        .hasMessageEndingWith(
            "Continue from this pipeline's newest: --from-savepoint "
                + newest
                + ". Start with new models: --fresh");
  }

  @Test
  void withoutAnEarlierSnapshotADamagedOneLeavesAFreshStart() throws IOException {
    Path only = snapshot("job/chk-3", 60);
    cut(only);

    assertThatThrownBy(() -> new SnapshotCheck(dir, only).requireReadable(atLeastOnce))
        .hasMessageEndingWith("). Start with new models: --fresh");
  }

  @Test
  void transactionsThatTheBrokersHaveEndedAreRejectedWithBothRemedies() throws Exception {
    abort("ended-1");
    abort("ended-2");
    commit("committed-1");
    Path before = snapshot("job/chk-6", 2);
    Path checkpoint = snapshot("job/chk-7", 1, transactions("ended-1", "ended-2", "committed-1"));
    Path savepoint = snapshot("savepoint-1", 0, transactions("never-begun"), SAVEPOINT);

    assertThatThrownBy(() -> new SnapshotCheck(dir, checkpoint).require(exactlyOnce))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(
            checkpoint + " has 2 transactions to commit that the brokers have ended (kafka.tr")
        .hasMessageContaining("--from-savepoint " + before)
        .hasMessageEndingWith("Continue anyway: --from-savepoint " + checkpoint);
    assertThatThrownBy(() -> new SnapshotCheck(dir, savepoint).require(atLeastOnce))
        .hasMessageStartingWith(savepoint + " has 1 transaction to commit that the brokers have");
  }

  @Test
  void openTransactionsAreRejectedByAPipelineThatIsNoLongerExactlyOnce() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begin("open-1")) {
      Path checkpoint = snapshot("job/chk-7", 0, transactions("open-1"));
      assertThatCode(() -> new SnapshotCheck(dir, checkpoint).require(exactlyOnce))
          .doesNotThrowAnyException();
      assertThatThrownBy(() -> new SnapshotCheck(dir, checkpoint).require(atLeastOnce))
          .isInstanceOf(CliError.class)
          .hasMessageStartingWith(
              checkpoint + " has 1 transaction to commit, and only output.guarantee: exactly-")
          .hasMessageEndingWith("Continue anyway: --from-savepoint " + checkpoint);
      producer.abortTransaction();
    }
  }

  @Test
  void aCommittedTransactionWhoseIdIsUsedAgainIsNotMissed() throws Exception {
    commit("again");
    Path checkpoint = snapshot("job/chk-7", 0, transactions("again"));

    try (KafkaProducer<byte[], byte[]> later = begin("again")) {
      assertThatCode(() -> new SnapshotCheck(dir, checkpoint).require(atLeastOnce))
          .doesNotThrowAnyException();
      later.abortTransaction();
    }
    assertThatCode(() -> new SnapshotCheck(dir, checkpoint).require(exactlyOnce))
        .doesNotThrowAnyException();
  }

  @Test
  void aSnapshotWithoutOpenTransactionsMayBeOld() throws Exception {
    commit("committed-2");
    List<Path> snapshots =
        List.of(
            snapshot("job/chk-7", 3_600),
            snapshot("job/chk-8", 3_600, transactions("committed-2")),
            snapshot("savepoint-1", 3_600, transactions("never-begun"), STOP_SAVEPOINT));

    for (Path snapshot : snapshots) {
      for (Settings settings : List.of(atLeastOnce, exactlyOnce)) {
        assertThatCode(() -> new SnapshotCheck(dir, snapshot).require(settings))
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void aSnapshotInTheStateDirectoryOfAnotherPipelineIsRejectedWithBothNames() throws IOException {
    StateLock.acquire(dir.resolve("weather"), "weather").close();
    Path savepoint = snapshot("weather/savepoint-1", 60);
    Path checkpoint = snapshot("weather/job/chk-7", 60);

    for (Path of : List.of(savepoint, checkpoint)) {
      assertThatThrownBy(() -> new SnapshotCheck(dir.resolve("check"), of).requireOf(atLeastOnce))
          .isInstanceOf(CliError.class)
          .hasMessageStartingWith(
              "--from-savepoint " + of + " is of pipeline weather, not of check: ");
    }
  }

  @Test
  void aSnapshotOfThePipelineMayLieInAnotherStateDirectoryOrInNone() throws IOException {
    StateLock.acquire(dir.resolve("old/check"), "check").close();
    Path own = snapshot("old/check/savepoint-1", 60);
    Path copy = snapshot("copies/savepoint-1", 60);

    for (Path of : List.of(own, copy)) {
      assertThatCode(() -> new SnapshotCheck(dir.resolve("check"), of).requireOf(atLeastOnce))
          .doesNotThrowAnyException();
    }
  }

  @Test
  void aCheckpointOfAnotherBackendIsRejectedWithTheRemedy() throws IOException {
    Path heap = snapshot("job/chk-1", 0, List.of(state(new KeyGroupsStateHandle(OFFSETS, BYTES))));
    Path rocksDb =
        snapshot(
            "job/chk-2",
            0,
            List.of(
                state(
                    new IncrementalRemoteKeyedStateHandle(
                        UUID.randomUUID(), KEYS, 2, List.of(), List.of(), BYTES))));
    Path savepoint =
        snapshot(
            "savepoint-1", 0, List.of(state(new KeyGroupsSavepointStateHandle(OFFSETS, BYTES))));

    assertThatThrownBy(() -> new SnapshotCheck(dir, rocksDb).requireReadable(atLeastOnce))
        .isInstanceOf(CliError.class)
        .hasMessageStartingWith(rocksDb + " is a checkpoint of state.backend: rocksdb, and only a")
        .hasMessageContaining("Start with state.backend: rocksdb again and stop with Ctrl-C");
    for (Path path : List.of(heap, savepoint)) {
      assertThatCode(() -> new SnapshotCheck(dir, path).requireReadable(atLeastOnce))
          .doesNotThrowAnyException();
    }
  }

  private static OperatorState state(KeyedStateHandle keyed) {
    return state(OperatorSubtaskState.builder().setManagedKeyedState(keyed));
  }

  private static OperatorState state(OperatorSubtaskState.Builder subtask) {
    OperatorState state = new OperatorState("train", "train", new OperatorID(), 1, 720);
    state.putState(0, subtask.build());
    return state;
  }

  /** What a sink's writer keeps, and its committer until it has committed. */
  private static List<OperatorState> transactions(String... ids) throws IOException {
    long[] none = {};
    long[] first = {0};
    return List.of(
        sink(Map.of("writer_raw_states", first, COMMITTABLES, none), "metrics"),
        sink(Map.of(COMMITTABLES, first), ids));
  }

  private static OperatorState sink(Map<String, long[]> offsets, String... ids) throws IOException {
    return sink(false, offsets, ids);
  }

  private static OperatorState sink(boolean compressed, Map<String, long[]> offsets, String... ids)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (String id : ids) {
      ProducerId producer = BEGUN.getOrDefault(id, new ProducerId(4711, (short) 0));
      out.writeShort(producer.epoch());
      out.writeLong(producer.id());
      out.writeUTF(PREFIX + id);
    }
    return state(
        OperatorSubtaskState.builder()
            .setManagedOperatorState(written(compressed, offsets, bytes.toByteArray())));
  }

  /** Lists of one element, or of none, as Flink writes them. */
  private static OperatorStateHandle written(
      boolean compressed, Map<String, long[]> offsets, byte[] element) throws IOException {
    ExecutionConfig config = new ExecutionConfig();
    config.setUseSnapshotCompression(compressed);
    try (CloseableRegistry files = new CloseableRegistry()) {
      OperatorStateBackend backend =
          new DefaultOperatorStateBackendBuilder(
                  SnapshotCheckTest.class.getClassLoader(), config, false, List.of(), files)
              .build();
      for (Map.Entry<String, long[]> list : offsets.entrySet()) {
        ListState<byte[]> elements =
            backend.getListState(
                new ListStateDescriptor<>(list.getKey(), BytePrimitiveArraySerializer.INSTANCE));
        if (list.getValue().length > 0) {
          elements.add(element);
        }
      }
      RunnableFuture<SnapshotResult<OperatorStateHandle>> snapshot =
          backend.snapshot(
              1,
              0,
              new MemCheckpointStreamFactory(1 << 20),
              CheckpointOptions.forCheckpointWithDefaultLocation());
      snapshot.run();
      return snapshot.get().getJobManagerOwnedSnapshot();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  @Test
  void transactionsAreFoundInACompressedSnapshot() throws Exception {
    long[] first = {0};
    String[] ids = {"one-of-a-metrics-topic-1", "one-of-a-metrics-topic-2"};
    Path checkpoint =
        snapshot("job/chk-9", 0, List.of(sink(true, Map.of(COMMITTABLES, first), ids)));

    assertThat(SnapshotContents.read(checkpoint).transactions(PREFIX)).hasSize(2);
  }

  private static KafkaProducer<byte[], byte[]> begin(String id) throws Exception {
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", PREFIX + id),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    producer.initTransactions();
    producer.beginTransaction();
    producer.send(new ProducerRecord<>("any", new byte[1])).get();
    try (Admin admin = KafkaClients.admin(exactlyOnce.kafka(), Patience.MAX)) {
      TransactionDescription begun =
          admin.describeTransactions(List.of(PREFIX + id)).description(PREFIX + id).get();
      BEGUN.put(id, new ProducerId(begun.producerId(), (short) begun.producerEpoch()));
    }
    return producer;
  }

  private static void abort(String id) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begin(id)) {
      producer.abortTransaction();
    }
  }

  private static void commit(String id) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = begin(id)) {
      producer.commitTransaction();
    }
  }

  private Path snapshot(String name, int secondsAgo) throws IOException {
    return snapshot(name, secondsAgo, List.of());
  }

  private Path snapshot(String name, int secondsAgo, List<OperatorState> states)
      throws IOException {
    return snapshot(name, secondsAgo, states, CHECKPOINT);
  }

  private Path snapshot(
      String name, int secondsAgo, List<OperatorState> states, CheckpointProperties properties)
      throws IOException {
    Path directory = Files.createDirectories(dir.resolve(name));
    Path metadata = directory.resolve("_metadata");
    try (OutputStream out = Files.newOutputStream(metadata)) {
      Checkpoints.storeCheckpointMetadata(
          new CheckpointMetadata(7, states, List.of(), properties), out);
    }
    Files.setLastModifiedTime(metadata, FileTime.from(Instant.now().minusSeconds(secondsAgo)));
    return directory;
  }

  private static void cut(Path snapshot) throws IOException {
    Path metadata = snapshot.resolve("_metadata");
    FileTime written = Files.getLastModifiedTime(metadata);
    Files.write(metadata, new byte[] {1, 2});
    Files.setLastModifiedTime(metadata, written);
  }

  private static Settings settings(String guarantee) {
    return PipelineFile.parse(
        "check.yaml",
        """
        pipeline: check
        kafka: { bootstrap.servers: "%s" }
        input: { label: class }
        output: { guarantee: %s }
        """
            .formatted(kafka.bootstrapServers(), guarantee),
        Path.of(""));
  }
}
