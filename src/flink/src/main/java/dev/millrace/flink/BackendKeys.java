package dev.millrace.flink;

import java.util.Iterator;
import java.util.stream.Stream;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.util.function.ThrowingConsumer;

/** Visits the keys of a state backend. */
final class BackendKeys {
  private BackendKeys() {}

  /**
   * Runs an action for each key that has a state, with the backend at that key.
   *
   * @param backend its current key changes
   */
  static <E extends Exception> void forEach(
      KeyedStateBackend<String> backend, String stateName, ThrowingConsumer<String, E> action)
      throws E {
    try (Stream<String> keys = backend.getKeys(stateName, VoidNamespace.INSTANCE)) {
      for (Iterator<String> each = keys.iterator(); each.hasNext(); ) {
        String key = each.next();
        backend.setCurrentKey(key);
        action.accept(key);
      }
    }
  }
}
