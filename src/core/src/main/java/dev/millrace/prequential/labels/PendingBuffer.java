package dev.millrace.prequential.labels;

import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Buffers entries of one kind by the id of their example, oldest first. Not thread-safe. */
public final class PendingBuffer<T extends PendingBuffer.Entry> implements State {
  // An id and its object, that of the entry, and the node of a hash table, without the characters.
  private static final int ENTRY_BYTES = 160;

  /** An immutable entry; copies of the state share it. */
  interface Entry {
    /** Returns the time since when the entry is pending, milliseconds since the epoch. */
    long time();

    /** Returns the bytes of the arrays in memory. */
    long arrayBytes();

    void write(DataOutput out) throws IOException;
  }

  private final Map<String, T> entries = new LinkedHashMap<>();
  private final StateVisitor.Reader<T> reader;
  private long bytes;

  /**
   * @param reader reads what an entry wrote
   */
  public PendingBuffer(StateVisitor.Reader<T> reader) {
    this.reader = reader;
  }

  public int size() {
    return entries.size();
  }

  @Nullable T get(String id) {
    return entries.get(id);
  }

  public boolean has(String id) {
    return entries.containsKey(id);
  }

  /** Adds the newest entry, under an id that has none. */
  public void add(String id, T entry) {
    entries.put(id, entry);
    bytes += bytesOf(id, entry);
  }

  /** Removes an entry; returns null if there is none. */
  public @Nullable T take(String id) {
    T entry = entries.remove(id);
    if (entry != null) {
      bytes -= bytesOf(id, entry);
    }
    return entry;
  }

  /** Removes the oldest entry; the buffer must not be empty. */
  public Map.Entry<String, T> takeOldest() {
    Iterator<Map.Entry<String, T>> all = entries.entrySet().iterator();
    Map.Entry<String, T> oldest = all.next();
    Map.Entry<String, T> taken = Map.entry(oldest.getKey(), oldest.getValue());
    all.remove();
    bytes -= bytesOf(taken.getKey(), taken.getValue());
    return taken;
  }

  /** Removes the entries that match; returns their number. */
  int removeIf(Predicate<T> matches) {
    int before = entries.size();
    for (Iterator<Map.Entry<String, T>> all = entries.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<String, T> entry = all.next();
      if (matches.test(entry.getValue())) {
        bytes -= bytesOf(entry.getKey(), entry.getValue());
        all.remove();
      }
    }
    return before - entries.size();
  }

  /** Returns true if the oldest entry is older than a time. */
  public boolean hasOlderThan(long time) {
    return !entries.isEmpty() && entries.entrySet().iterator().next().getValue().time() < time;
  }

  /** Returns the estimated bytes in memory. */
  public long bytes() {
    return bytes;
  }

  public static long bytesOf(String id, Entry entry) {
    return ENTRY_BYTES + id.length() + entry.arrayBytes();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    if (v.isCopying()) { // at once: entry by entry takes several times longer
      Map<String, T> source = v.unstored(entries);
      if (v.isFilling()) {
        entries.putAll(source);
      }
      bytes = v.unstored(bytes);
      return;
    }
    int size = v.count("ids that wait", entries.size(), Integer.MAX_VALUE, Short.BYTES);
    if (v.isFilling()) {
      for (int left = size; left > 0; left--) {
        add(v.text(""), v.value(null, Entry::write, reader));
      }
    } else {
      for (Map.Entry<String, T> entry : entries.entrySet()) {
        v.text(entry.getKey());
        v.value(entry.getValue(), Entry::write, reader);
      }
    }
  }
}
