package dev.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.data.Chunk;
import dev.millrace.prequential.Learning;
import dev.millrace.prequential.TrainState;
import dev.millrace.prequential.spec.TrainSpec;
import dev.millrace.testing.Chunks;
import dev.millrace.testing.Specs;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StateCacheTest {
  private static final int KEYS = 50;
  private static final long LIMIT = 40_000;

  private final TrainSpec spec = Specs.train(Specs.small(5));
  private final Figures figures = new Figures();
  private TrainHarness harness;
  private KeyedStateBackend<String> backend;
  private ValueState<TrainState> states;
  private StateCache cache;

  @BeforeEach
  void open() throws Exception {
    harness =
        new TrainHarness(
            new TrainOperator(spec, StateSpec.DEFAULT), new EmbeddedRocksDBStateBackend(), null);
    backend = ((TrainOperator) harness.operator.getOperator()).getKeyedStateBackend();
    states =
        backend.getPartitionedState(
            VoidNamespace.INSTANCE,
            VoidNamespaceSerializer.INSTANCE,
            new ValueStateDescriptor<>("states", new TrainStateSerializer()));
    cache = new StateCache(states, null, backend, LIMIT, figures);
  }

  @AfterEach
  void close() throws Exception {
    harness.close();
  }

  @Test
  void holdsNoMoreBytesThanAllowedButForTheModelInUse() throws Exception {
    long oneModel = begun(0).memoryBytes();
    for (int key = 0; key < KEYS; key++) {
      begin(key);

      assertThat(figures.value("cache_bytes")).isLessThanOrEqualTo(LIMIT);
    }

    assertThat(figures.value("cached_models"))
        .isBetween(LIMIT / oneModel - 1, LIMIT / oneModel + 1);
  }

  @Test
  void aModelThatWasDroppedComesBackFromTheBackend() throws Exception {
    for (int key = 0; key < KEYS; key++) {
      begin(key);
    }
    long hits = figures.value("cache_hits_total");
    for (int key = 0; key < KEYS; key++) {
      backend.setCurrentKey("key-" + key);
      TrainState restored = cache.value();
      Learning.resume(restored, spec);
      assertThat(restored.modelBytes()).isEqualTo(begun(key).modelBytes());
    }

    assertThat(figures.value("cache_misses_total")).isEqualTo(KEYS);
    assertThat(figures.value("cache_hits_total")).isEqualTo(hits);
  }

  @Test
  void theModelUsedLastIsStillThereAndNotWrittenBeforeItMustBe() throws Exception {
    for (int key = 0; key < KEYS; key++) {
      begin(key);
    }
    long hits = figures.value("cache_hits_total");
    TrainState last = cache.value();
    assertThat(cache.value()).isSameAs(last);
    assertThat(figures.value("cache_hits_total")).isEqualTo(hits + 2);
    assertThat(states.value()).isNull();

    cache.flush();

    backend.setCurrentKey("key-" + (KEYS - 1));
    assertThat(states.value()).isNotNull();
  }

  @Test
  void aModelThatIsClearedIsGoneFromBoth() throws Exception {
    begin(0);
    cache.flush();

    backend.setCurrentKey("key-0");
    cache.clear();

    assertThat(cache.value()).isNull();
    assertThat(states.value()).isNull();
    assertThat(figures.value("cache_bytes")).isZero();
  }

  private void begin(int key) throws Exception {
    backend.setCurrentKey("key-" + key);
    cache.update(begun(key));
    cache.value();
  }

  private TrainState begun(int key) {
    Chunk chunk = Chunks.of(Chunks.classes("key-" + key, 1, key));
    return Learning.begin(spec, chunk);
  }

  /** What the cache reports. */
  private static final class Figures extends UnregisteredMetricsGroup {
    private final Map<String, Gauge<?>> gauges = new HashMap<>();

    @Override
    public MetricGroup addGroup(String name) {
      return this;
    }

    @Override
    public Counter counter(String name) {
      Counter counter = new SimpleCounter();
      gauges.put(name, (Gauge<Long>) counter::getCount);
      return counter;
    }

    @Override
    public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
      gauges.put(name, gauge);
      return gauge;
    }

    long value(String name) {
      return ((Number) gauges.get(name).getValue()).longValue();
    }
  }
}
