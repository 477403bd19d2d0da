package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.data.Example;
import dev.millrace.prequential.spec.ShapeChange;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.state.rocksdb.RocksDBOptionsFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;

/** The cache between the function and a backend that keeps bytes. */
class TrainOperatorTest {
  private static final int KEYS = 12;
  private static final int EXAMPLES = 1_200;

  // Mini-batches, so that most snapshots fall inside one.
  private final TrainSpec spec = Specs.train(Specs.small(5));

  /** What a run leaves behind. */
  private record Run(List<JsonNode> metrics, Map<String, String> models) {}

  // None fits; a few of the twelve fit; all fit.
  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, 64 << 20})
  void theModelsAndMetricsAreThoseOfTheHeapWhateverFitsIntoTheCache(long cacheBytes)
      throws Exception {
    Run onHeap = run(new HashMapStateBackend(), heap -> train(0), EXAMPLES);

    Run onRocksDb = run(new EmbeddedRocksDBStateBackend(), r -> train(cacheBytes), EXAMPLES);

    assertThat(onRocksDb).isEqualTo(onHeap);
    assertThat(onHeap.models()).hasSize(KEYS);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 20_000, 64 << 20})
  void restoredFromASnapshotTheModelsEndAsIfNeverStopped(long cacheBytes) throws Exception {
    Run undisturbed = run(new HashMapStateBackend(), heap -> train(0), EXAMPLES);

    for (int cut : new int[] {1, 333, 998}) {
      assertThat(run(new EmbeddedRocksDBStateBackend(), r -> train(cacheBytes), cut))
          .as("cut at %d", cut)
          .isEqualTo(undisturbed);
    }
  }

  @Test
  void withoutTheFlushAtTheBarrierARestoredRunWouldEndDifferently() throws Exception {
    Run undisturbed = run(new HashMapStateBackend(), heap -> train(0), EXAMPLES);

    Run damaged =
        run(new EmbeddedRocksDBStateBackend(), r -> new Forgetful(spec, state(64 << 20)), 998);

    assertThat(damaged.models()).isNotEqualTo(undisturbed.models());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 64 << 20})
  void anIncrementalCheckpointHasLittleMoreThanTheModelsThatLearned(long cacheBytes)
      throws Exception {
    int keys = 1_000;
    EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
    backend.setRocksDBOptions(new WithoutCompaction());
    try (TrainHarness harness = new TrainHarness(train(cacheBytes), backend, null)) {
      for (int key = 0; key < keys; key++) {
        harness.send(Chunks.classes("key-" + key, 10, key), 10);
      }
      KeyedStateHandle first = checkpoint(harness, 1);
      harness.send(Chunks.classes("key-7", 10, 1), 10);
      harness.send(Chunks.classes("key-9", 10, 1), 10);
      KeyedStateHandle second = checkpoint(harness, 2);

      // Two of 1,000 models, and RocksDB's own description of its files.
      assertThat(first.getCheckpointedSize()).isGreaterThan(keys * 1_000L);
      assertThat(second.getCheckpointedSize()).isLessThan(first.getCheckpointedSize() / 10);
      assertThat(second.getStateSize()).isGreaterThan(first.getStateSize());
    }
  }

  /** RocksDB writes older models again when it merges files, at a time of its own choice. */
  private static final class WithoutCompaction implements RocksDBOptionsFactory {
    private static final long serialVersionUID = 1L;

    @Override
    public DBOptions createDBOptions(DBOptions options, Collection<AutoCloseable> toClose) {
      return options;
    }

    @Override
    public ColumnFamilyOptions createColumnOptions(
        ColumnFamilyOptions options, Collection<AutoCloseable> toClose) {
      return options.setDisableAutoCompactions(true);
    }
  }

  private static KeyedStateHandle checkpoint(TrainHarness harness, long id) throws Exception {
    harness.operator.prepareSnapshotPreBarrier(id);
    OperatorSubtaskState state = harness.operator.snapshot(id, id);
    harness.operator.notifyOfCompletedCheckpoint(id);
    return state.getManagedKeyedState().iterator().next();
  }

  /** Leaves what the cache holds out of the checkpoint. */
  private static final class Forgetful extends TrainOperator {
    private static final long serialVersionUID = 1L;

    Forgetful(TrainSpec spec, StateSpec state) {
      super(spec, state);
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) {}
  }

  private TrainOperator train(long cacheBytes) {
    return new TrainOperator(spec, state(cacheBytes));
  }

  private static StateSpec state(long cacheBytes) {
    return new StateSpec(cacheBytes, 0, 64 << 20, ShapeChange.FAIL);
  }

  /** Learns all examples, in a second life from the cut on. */
  private static Run run(StateBackend backend, Function<StateBackend, TrainOperator> train, int cut)
      throws Exception {
    List<Example> examples = examples();
    List<JsonNode> metrics = new ArrayList<>();
    OperatorSubtaskState snapshot;
    try (TrainHarness harness = new TrainHarness(train.apply(backend), backend, null)) {
      harness.send(examples.subList(0, cut), 4);
      snapshot = harness.snapshot();
      metrics.addAll(harness.metrics());
      // Lost with the process.
      if (cut < EXAMPLES) {
        harness.send(examples.subList(cut, EXAMPLES), 4);
      }
    }
    try (TrainHarness harness = new TrainHarness(train.apply(backend), backend, snapshot)) {
      if (cut < EXAMPLES) {
        harness.send(examples.subList(cut, EXAMPLES), 4);
      }
      harness.end();
      metrics.addAll(harness.metrics());
      metrics.sort(
          Comparator.comparing(
              (JsonNode one) -> one.path("key").asText() + one.path("seq").asInt()));
      return new Run(metrics, harness.modelsByKey());
    }
  }

  /** Of all keys, some more often than others, in no order. */
  private static List<Example> examples() {
    SplittableRandom random = new SplittableRandom(17);
    List<List<Example>> byKey = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      byKey.add(Chunks.classes("key-" + key, EXAMPLES, key));
    }
    List<Example> examples = new ArrayList<>();
    int[] next = new int[KEYS];
    for (int i = 0; i < EXAMPLES; i++) {
      int key = Math.min(random.nextInt(KEYS), random.nextInt(KEYS));
      // Runs of one key as well as changes from one to the other.
      for (int more = random.nextInt(3); more >= 0 && examples.size() < EXAMPLES; more--) {
        examples.add(byKey.get(key).get(next[key]++));
      }
    }
    return examples;
  }
}
