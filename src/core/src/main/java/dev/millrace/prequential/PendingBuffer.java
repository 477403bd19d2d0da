package dev.millrace.prequential;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Buffers entries of one kind by the id of their example, oldest first. Not thread-safe. */
final class PendingBuffer<T extends PendingBuffer.Entry> {
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

  /** Reads what an entry wrote. */
  interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  private final Map<String, T> entries;
  private long bytes;

  PendingBuffer() {
    this(new LinkedHashMap<>(), 0);
  }

  private PendingBuffer(Map<String, T> entries, long bytes) {
    this.entries = entries;
    this.bytes = bytes;
  }

  int size() {
    return entries.size();
  }

  @Nullable T get(String id) {
    return entries.get(id);
  }

  boolean has(String id) {
    return entries.containsKey(id);
  }

  /** Adds the newest entry, under an id that has none. */
  void add(String id, T entry) {
    entries.put(id, entry);
    bytes += bytesOf(id, entry);
  }

  /** Removes an entry; returns null if there is none. */
  @Nullable T take(String id) {
    T entry = entries.remove(id);
    if (entry != null) {
      bytes -= bytesOf(id, entry);
    }
    return entry;
  }

  /** Removes the oldest entry; the buffer must not be empty. */
  Map.Entry<String, T> takeOldest() {
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
  boolean hasOlderThan(long time) {
    return !entries.isEmpty() && entries.entrySet().iterator().next().getValue().time() < time;
  }

  /** Returns the estimated bytes in memory. */
  long bytes() {
    return bytes;
  }

  static long bytesOf(String id, Entry entry) {
    return ENTRY_BYTES + id.length() + entry.arrayBytes();
  }

  PendingBuffer<T> copy() {
    return new PendingBuffer<>(new LinkedHashMap<>(entries), bytes);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(entries.size());
    for (Map.Entry<String, T> entry : entries.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().write(out);
    }
  }

  static <T extends Entry> PendingBuffer<T> read(DataInput in, Reader<T> reader)
      throws IOException {
    PendingBuffer<T> buffer = new PendingBuffer<>();
    int size = SizeChecks.read(in, "ids that wait", Integer.MAX_VALUE, Short.BYTES);
    for (int left = size; left > 0; left--) {
      buffer.add(in.readUTF(), reader.read(in));
    }
    return buffer;
  }
}
