package dev.millrace.data;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Holds the values of the keys used last, such as of declared columns, of which any record may have
 * others. It is bounded by the number of keys and by their bytes, since large columns make large
 * values. Not thread-safe.
 *
 * @param <K> the key
 * @param <V> what is made of a key, and made again once it was dropped
 */
public final class RecentlyUsed<K, V> {
  /** Max number of keys whose values take little more than they do. */
  public static final int MANY = 256;

  /** Max size of all keys, which the largest declared columns alone have. */
  public static final int MAX_BYTES = 16 * DeclaredColumns.MAX_BYTES;

  // Names of columns, and places in rows: a few bytes may declare many features.
  private static final int BYTES_OF_FEATURE = 16;

  // In the order of their last use.
  private final Map<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
  private final int max;
  private final int maxBytes;
  private final ToIntFunction<K> size;
  private final Function<K, V> create;
  private long bytes;

  /**
   * @param max number of keys
   * @param maxBytes max size of all keys, unless one alone has more
   * @param size returns the bytes of a key
   * @param create makes the value of a key
   */
  public RecentlyUsed(int max, int maxBytes, ToIntFunction<K> size, Function<K, V> create) {
    this.max = max;
    this.maxBytes = maxBytes;
    this.size = size;
    this.create = create;
  }

  /** Returns values of declared columns that take little more than they do. */
  public static <V> RecentlyUsed<DeclaredColumns, V> byColumns(
      Function<DeclaredColumns, V> create) {
    return byColumns(MANY, MAX_BYTES, create);
  }

  /**
   * Returns values of declared columns.
   *
   * @param max number of columns
   * @param maxBytes of all columns, by {@link #size}
   */
  public static <V> RecentlyUsed<DeclaredColumns, V> byColumns(
      int max, int maxBytes, Function<DeclaredColumns, V> create) {
    return new RecentlyUsed<>(max, maxBytes, RecentlyUsed::size, create);
  }

  /** Returns a measure of the memory that values of declared columns take. */
  public static int size(DeclaredColumns columns) {
    long size = columns.bytes().length + (long) BYTES_OF_FEATURE * columns.width();
    return (int) Math.min(Integer.MAX_VALUE, size);
  }

  /** Returns the value of a key. */
  public V of(K key) {
    V value = values.get(key);
    if (value == null) {
      value = create.apply(key);
      values.put(key, value);
      bytes += size.applyAsInt(key);
      makeRoom();
    }
    return value;
  }

  private void makeRoom() {
    Iterator<K> oldest = values.keySet().iterator();
    while (values.size() > max || (bytes > maxBytes && values.size() > 1)) {
      bytes -= size.applyAsInt(oldest.next());
      oldest.remove();
    }
  }
}
