package dev.millrace.flink;

import dev.millrace.data.Counts;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Things of one kind that wait for something, by the id of their example, oldest first. */
final class Waiting<T extends Waiting.Thing> {
  // A name, its object, that of the thing and the entry of a hash table, without the characters.
  private static final int ENTRY_BYTES = 160;

  /** What waits; never changed, so that copies of the state share it. */
  interface Thing {
    /** Since when it waits, milliseconds since the epoch. */
    long time();

    /** Bytes of its arrays in memory. */
    long arrayBytes();

    void write(DataOutput out) throws IOException;
  }

  /** Reads what a thing wrote. */
  interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  private final Map<String, T> things;
  private long bytes;

  Waiting() {
    this(new LinkedHashMap<>(), 0);
  }

  private Waiting(Map<String, T> things, long bytes) {
    this.things = things;
    this.bytes = bytes;
  }

  int size() {
    return things.size();
  }

  T get(String id) {
    return things.get(id);
  }

  boolean has(String id) {
    return things.containsKey(id);
  }

  /** Adds a thing under an id that has none, as the newest. */
  void add(String id, T thing) {
    things.put(id, thing);
    bytes += bytesOf(id, thing);
  }

  /** Takes a thing out; null if there is none. */
  T take(String id) {
    T thing = things.remove(id);
    if (thing != null) {
      bytes -= bytesOf(id, thing);
    }
    return thing;
  }

  /** Takes the oldest out, which there must be. */
  Map.Entry<String, T> takeOldest() {
    Iterator<Map.Entry<String, T>> entries = things.entrySet().iterator();
    Map.Entry<String, T> oldest = entries.next();
    Map.Entry<String, T> taken = Map.entry(oldest.getKey(), oldest.getValue());
    entries.remove();
    bytes -= bytesOf(taken.getKey(), taken.getValue());
    return taken;
  }

  /** Whether the oldest waits since before a time. */
  boolean waitsSinceBefore(long time) {
    return !things.isEmpty() && things.entrySet().iterator().next().getValue().time() < time;
  }

  /** Bytes in memory, estimated. */
  long bytes() {
    return bytes;
  }

  static long bytesOf(String id, Thing thing) {
    return ENTRY_BYTES + id.length() + thing.arrayBytes();
  }

  Waiting<T> copy() {
    return new Waiting<>(new LinkedHashMap<>(things), bytes);
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(things.size());
    for (Map.Entry<String, T> entry : things.entrySet()) {
      out.writeUTF(entry.getKey());
      entry.getValue().write(out);
    }
  }

  static <T extends Thing> Waiting<T> read(DataInput in, Reader<T> reader) throws IOException {
    Waiting<T> waiting = new Waiting<>();
    int size = Counts.read(in, "ids that wait", Integer.MAX_VALUE, Short.BYTES);
    for (int left = size; left > 0; left--) {
      waiting.add(in.readUTF(), reader.read(in));
    }
    return waiting;
  }
}
