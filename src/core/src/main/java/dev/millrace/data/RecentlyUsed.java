package dev.millrace.data;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Holds the values of the few keys used last, such as of declared columns, of which any record may
 * have others. Not thread-safe.
 *
 * @param <K> the key
 * @param <V> what is made of a key, and made again once it was dropped
 */
public final class RecentlyUsed<K, V> {
  private static final int MAX = 16;

  private final Map<K, V> values =
      new LinkedHashMap<>(MAX, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
          return size() > MAX;
        }
      };
  private final Function<K, V> create;

  /**
   * @param create makes the value of a key
   */
  public RecentlyUsed(Function<K, V> create) {
    this.create = create;
  }

  /** Returns the value of a key. */
  public V of(K key) {
    return values.computeIfAbsent(key, create);
  }
}
