package dev.millrace.nn;

import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Things that are shared by all who use them at the moment, by what describes them, and forgotten
 * with the last of these: so a stream whose keys have ever other shapes takes no more memory than
 * the models that are there. Not thread-safe.
 *
 * @param <K> what describes a thing
 */
public final class WeakCache<K, V> {
  private static final int FIRST_CLEANING = 64;

  private final Map<K, WeakReference<V>> things = new HashMap<>();
  private int cleanedAt = FIRST_CLEANING;

  /** The one thing of a description, made if nobody has it. */
  public V get(K description, Function<? super K, ? extends V> maker) {
    WeakReference<V> known = things.get(description);
    V thing = known == null ? null : known.get();
    if (thing == null) {
      thing = maker.apply(description);
      if (things.size() >= cleanedAt) {
        things.values().removeIf(reference -> reference.refersTo(null));
        cleanedAt = Math.max(FIRST_CLEANING, 2 * things.size());
      }
      things.put(description, new WeakReference<>(thing));
    }
    return thing;
  }

  /** How many are remembered, those included that nobody has any more since a short while. */
  int size() {
    return things.size();
  }
}
