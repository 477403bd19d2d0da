package dev.millrace.nn;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Cache of values in use: a value is removed when no user holds it, so a stream of ever new shapes
 * needs no more memory than its present models. Not thread-safe.
 *
 * @param <K> key of a shared value
 */
public final class WeakCache<K, V> {
  private static final int MIN_CLEANING = 64;

  private final Map<K, WeakReference<V>> values = new HashMap<>();
  private int cleanedAt = MIN_CLEANING;

  /** Returns the value of a key, created if no user holds it. */
  public V get(K key, Function<? super K, ? extends V> factory) {
    WeakReference<V> known = values.get(key);
    V value = known == null ? null : known.get();
    if (value == null) {
      value = factory.apply(key);
      if (values.size() >= cleanedAt) {
        values.values().removeIf(reference -> reference.refersTo(null));
        cleanedAt = Math.max(MIN_CLEANING, 2 * values.size());
      }
      values.put(key, new WeakReference<>(value));
    }
    return value;
  }

  /** Returns the number of entries, including some that are no longer held. */
  int size() {
    return values.size();
  }
}
