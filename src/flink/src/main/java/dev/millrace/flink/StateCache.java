package dev.millrace.flink;

import dev.millrace.prequential.TrainState;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.jspecify.annotations.Nullable;

/**
 * The models in use, in front of a backend that reads and writes each of them as bytes: a
 * write-back cache that drops the least recently used. Not thread-safe.
 *
 * <p>A model that has learned is written when it is dropped and by {@link #flush}, which has to
 * come before each checkpoint. The limit may be exceeded by the one model that is in use.
 */
final class StateCache implements ValueState<TrainState> {

  private static final class Cached {
    final TrainState state;
    long bytes;
    // True if the backend has older bytes, or none.
    boolean dirty;

    Cached(TrainState state) {
      this.state = state;
    }
  }

  private final ValueState<TrainState> states;
  // Null if models have no pages.
  private final @Nullable StatePages pages;
  private final KeyedStateBackend<String> backend;
  private final long maxBytes;
  // From the least to the most recently used.
  private final LinkedHashMap<String, Cached> models = new LinkedHashMap<>(16, 0.75f, true);
  private final Counter hits;
  private final Counter misses;
  private long bytes;
  // Its size is not measured yet.
  private @Nullable Cached inUse;

  /**
   * @param states of the backend, under its current key
   * @param pages of the models, under the same key; null if they have none
   * @param maxBytes of all models together
   * @param group of the operator
   */
  StateCache(
      ValueState<TrainState> states,
      @Nullable StatePages pages,
      KeyedStateBackend<String> backend,
      long maxBytes,
      MetricGroup group) {
    this.states = states;
    this.pages = pages;
    this.backend = backend;
    this.maxBytes = maxBytes;
    hits = JobMetric.CACHE_HITS.counter(group);
    misses = JobMetric.CACHE_MISSES.counter(group);
    JobMetric.CACHED_MODELS.gauge(group, models::size);
    JobMetric.CACHE_BYTES.gauge(group, () -> bytes);
  }

  @Override
  public @Nullable TrainState value() throws IOException {
    settle();
    String key = backend.getCurrentKey();
    Cached model = models.get(key);
    if (model != null) {
      hits.inc();
    } else {
      misses.inc();
      TrainState stored = states.value();
      if (stored == null) {
        return null;
      }
      keepPages(stored);
      model = new Cached(stored);
      models.put(key, model);
    }
    inUse = model;
    return model.state;
  }

  @Override
  public void update(TrainState state) throws IOException {
    String key = backend.getCurrentKey();
    Cached model = models.get(key);
    if (model == null || model.state != state) {
      if (model != null && pages != null) {
        pages.clear(); // of a model that was given up
      }
      forget(key);
      keepPages(state);
      model = new Cached(state);
      models.put(key, model);
    }
    model.dirty = true;
    inUse = model;
  }

  @Override
  public void clear() {
    forget(backend.getCurrentKey());
    states.clear();
    if (pages != null) {
      pages.clear();
    }
  }

  private void keepPages(TrainState state) {
    if (pages != null) {
      state.keepPagesIn(pages);
    }
  }

  /** Writes every model that has learned since it was written last. */
  void flush() throws IOException {
    settle();
    for (Map.Entry<String, Cached> entry : models.entrySet()) {
      write(entry.getKey(), entry.getValue());
    }
  }

  private void forget(String key) {
    Cached forgotten = models.remove(key);
    if (forgotten != null) {
      bytes -= forgotten.bytes;
      inUse = inUse == forgotten ? null : inUse;
    }
  }

  /** Measures the model used last, which has grown since it was read, and makes room. */
  private void settle() throws IOException {
    if (inUse == null) {
      return;
    }
    long now = inUse.state.memoryBytes();
    bytes += now - inUse.bytes;
    inUse.bytes = now;
    inUse = null;
    if (bytes > maxBytes) {
      String key = backend.getCurrentKey();
      dropOldest();
      backend.setCurrentKey(key);
    }
  }

  private void dropOldest() throws IOException {
    Iterator<Map.Entry<String, Cached>> oldest = models.entrySet().iterator();
    while (bytes > maxBytes && !isLastWithPages()) {
      Map.Entry<String, Cached> entry = oldest.next();
      write(entry.getKey(), entry.getValue());
      bytes -= entry.getValue().bytes;
      oldest.remove();
    }
  }

  /** A model with pages may alone be larger than the cache, and takes long to read. */
  private boolean isLastWithPages() {
    return pages != null && models.size() == 1;
  }

  // Moves the backend to another key.
  private void write(String key, Cached model) throws IOException {
    if (model.dirty) {
      backend.setCurrentKey(key);
      model.state.storePages();
      states.update(model.state);
      model.dirty = false;
    }
  }
}
