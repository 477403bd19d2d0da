package dev.millrace.nn.ids;

import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The ids that one model knows, and a row of numbers of each. The table is limited: the id that was
 * seen least recently makes room for a new one. Not thread-safe.
 *
 * <p>Each id has a slot, in the order in which they came, and slots are in pages of {@link
 * #PAGE_SLOTS}. What is stored does not depend on the hash index, which is built when the table is
 * read.
 */
public final class IdTable {
  /** Ids of one page. */
  static final int PAGE_SLOTS = 64;

  /** No slot. */
  static final int NONE = -1;

  private static final int SHIFT = 6;
  private static final int FIRST_INDEX = 64;
  private static final int MAX_WIDTH = 1 << 16;

  /** Ids, when they were seen, and their numbers, [slots x width]. */
  private static final class Page {
    final long[] ids = new long[PAGE_SLOTS];
    // Number of the touch, which orders all ids, and the event time of it.
    final long[] touched = new long[PAGE_SLOTS];
    final long[] times = new long[PAGE_SLOTS];
    float[] numbers;

    Page(int width) {
      numbers = new float[PAGE_SLOTS * width];
    }

    Page(Page other) {
      System.arraycopy(other.ids, 0, ids, 0, PAGE_SLOTS);
      System.arraycopy(other.touched, 0, touched, 0, PAGE_SLOTS);
      System.arraycopy(other.times, 0, times, 0, PAGE_SLOTS);
      numbers = other.numbers.clone();
    }
  }

  private final int limit;
  private int width;
  private Page[] pages = {};
  private int size;
  // Open addressing with linear probing: slot + 1, 0 for none; at most half full.
  private int[] index = new int[FIRST_INDEX];
  // The ids from the least to the most recently seen, as a list.
  private int[] older = {};
  private int[] newer = {};
  private int oldest = NONE;
  private int newest = NONE;
  private long touches;
  private long victims;

  /**
   * Creates an empty table.
   *
   * @param width numbers of each id
   * @param limit max number of ids, at least 1
   */
  IdTable(int width, int limit) {
    this.width = width;
    this.limit = limit;
  }

  private IdTable(IdTable other) {
    limit = other.limit;
    width = other.width;
    pages = new Page[other.pages.length];
    for (int p = 0; p < other.usedPages(); p++) {
      pages[p] = new Page(other.pages[p]);
    }
    size = other.size;
    index = other.index.clone();
    older = other.older.clone();
    newer = other.newer.clone();
    oldest = other.oldest;
    newest = other.newest;
    touches = other.touches;
    victims = other.victims;
  }

  IdTable copy() {
    return new IdTable(this);
  }

  /** Returns the number of known ids. */
  int size() {
    return size;
  }

  /** Returns the number of ids that made room for others. */
  long victims() {
    return victims;
  }

  /** Returns the array that has the numbers of an id, from {@link #offset}. */
  float[] numbers(int slot) {
    return pages[slot >> SHIFT].numbers;
  }

  /** Returns where the numbers of an id begin in {@link #numbers}. */
  int offset(int slot) {
    return (slot & PAGE_SLOTS - 1) * width;
  }

  /** Returns the event time at which an id was seen last, milliseconds since the epoch. */
  long time(int slot) {
    return pages[slot >> SHIFT].times[slot & PAGE_SLOTS - 1];
  }

  /** Returns the slot of an id, {@link #NONE} if it is not known. */
  int find(long id) {
    int mask = index.length - 1;
    for (int at = place(id, mask); ; at = at + 1 & mask) {
      int slot = index[at] - 1;
      if (slot < 0 || id(slot) == id) {
        return slot;
      }
    }
  }

  /** Marks an id as the one seen last. */
  void touch(int slot, long time) {
    if (slot != newest) {
      unlink(slot);
      link(slot);
    }
    stamp(slot, time);
  }

  private void stamp(int slot, long time) {
    Page page = pages[slot >> SHIFT];
    page.touched[slot & PAGE_SLOTS - 1] = ++touches;
    page.times[slot & PAGE_SLOTS - 1] = time;
  }

  /**
   * Adds an id that is not known, with all numbers 0, as the one seen last.
   *
   * @return its slot
   */
  int add(long id, long time) {
    int slot = size < limit ? append() : takeOldest();
    put(id, slot, time);
    return slot;
  }

  private void put(long id, int slot, long time) {
    pages[slot >> SHIFT].ids[slot & PAGE_SLOTS - 1] = id;
    link(slot);
    stamp(slot, time);
    putIntoIndex(slot);
  }

  private int takeOldest() {
    int slot = oldest;
    unlink(slot);
    removeFromIndex(slot);
    victims++;
    clear(slot);
    return slot;
  }

  /** Sets all numbers of an id to 0. */
  void clear(int slot) {
    int from = offset(slot);
    Arrays.fill(numbers(slot), from, from + width, 0f);
  }

  private int append() {
    int slot = size++;
    int used = usedPages();
    if (used > pages.length) {
      pages = Arrays.copyOf(pages, Math.max(used, pages.length + pages.length / 2));
    }
    if (pages[used - 1] == null) {
      pages[used - 1] = new Page(width);
    }
    if (size > older.length) {
      int room = Math.max(PAGE_SLOTS, older.length + older.length / 2);
      older = Arrays.copyOf(older, room);
      newer = Arrays.copyOf(newer, room);
    }
    if (2 * size > index.length) {
      index = new int[2 * index.length];
      for (int other = 0; other < slot; other++) {
        putIntoIndex(other);
      }
    }
    return slot;
  }

  private int usedPages() {
    return (size + PAGE_SLOTS - 1) >> SHIFT;
  }

  private long id(int slot) {
    return pages[slot >> SHIFT].ids[slot & PAGE_SLOTS - 1];
  }

  // An id is a hash, but one of many columns: its bits are mixed once more.
  private static int place(long id, int mask) {
    return (int) (id * 0x9E3779B97F4A7C15L >>> 32) & mask;
  }

  private void putIntoIndex(int slot) {
    int mask = index.length - 1;
    int at = place(id(slot), mask);
    while (index[at] != 0) {
      at = at + 1 & mask;
    }
    index[at] = slot + 1;
  }

  /** Removes a slot, and moves those behind it up that would no longer be found. */
  private void removeFromIndex(int slot) {
    int mask = index.length - 1;
    int gap = place(id(slot), mask);
    while (index[gap] != slot + 1) {
      gap = gap + 1 & mask;
    }
    for (int at = gap + 1 & mask; index[at] != 0; at = at + 1 & mask) {
      int home = place(id(index[at] - 1), mask);
      if ((at - home & mask) >= (at - gap & mask)) {
        index[gap] = index[at];
        gap = at;
      }
    }
    index[gap] = 0;
  }

  private void link(int slot) {
    older[slot] = newest;
    newer[slot] = NONE;
    if (newest == NONE) {
      oldest = slot;
    } else {
      newer[newest] = slot;
    }
    newest = slot;
  }

  private void unlink(int slot) {
    if (older[slot] == NONE) {
      oldest = newer[slot];
    } else {
      newer[older[slot]] = newer[slot];
    }
    if (newer[slot] == NONE) {
      newest = older[slot];
    } else {
      older[newer[slot]] = older[slot];
    }
  }

  /** Gives each id more numbers, which are 0 behind those it has. */
  void widen(int more) {
    for (int p = 0; p < usedPages(); p++) {
      float[] wider = new float[PAGE_SLOTS * more];
      for (int s = 0; s < PAGE_SLOTS; s++) {
        System.arraycopy(pages[p].numbers, s * width, wider, s * more, width);
      }
      pages[p].numbers = wider;
    }
    width = more;
  }

  /** Returns false if a number of an id is not finite. */
  boolean isFinite() {
    for (int p = 0; p < usedPages(); p++) {
      for (float number : pages[p].numbers) {
        if (!Float.isFinite(number)) {
          return false;
        }
      }
    }
    return true;
  }

  /** Returns the bytes in memory. */
  long memoryBytes() {
    long ofPages = (long) usedPages() * PAGE_SLOTS * (3L * Long.BYTES + width * Float.BYTES);
    return ofPages + (index.length + 2L * older.length + 2L * pages.length) * Integer.BYTES;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    out.writeLong(touches);
    out.writeLong(victims);
    for (int slot = 0; slot < size; slot++) {
      Page page = pages[slot >> SHIFT];
      int at = slot & PAGE_SLOTS - 1;
      out.writeLong(page.ids[at]);
      out.writeLong(page.touched[at]);
      out.writeLong(page.times[at]);
      for (int i = at * width; i < (at + 1) * width; i++) {
        out.writeFloat(page.numbers[i]);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param limit max number of ids; if more are stored, no id is added before one is dropped
   * @throws IOException if it is damaged
   */
  static IdTable read(DataInput in, int width, int limit) throws IOException {
    SizeChecks.require("numbers of an id", width, 0, MAX_WIDTH);
    int bytes = 3 * Long.BYTES + width * Float.BYTES;
    int stored = SizeChecks.read(in, "stored ids", Integer.MAX_VALUE / 2, bytes);
    IdTable table = new IdTable(width, limit);
    long touches = in.readLong();
    long victims = in.readLong();
    for (int slot = 0; slot < stored; slot++) {
      long id = in.readLong();
      if (table.find(id) != NONE) {
        throw new IOException("stored ids: " + id + " comes twice; the bytes are damaged");
      }
      long touched = in.readLong();
      table.put(id, table.append(), in.readLong());
      table.pages[slot >> SHIFT].touched[slot & PAGE_SLOTS - 1] = touched;
      float[] numbers = table.numbers(slot);
      int from = table.offset(slot);
      for (int i = from; i < from + width; i++) {
        numbers[i] = in.readFloat();
      }
    }
    table.touches = touches;
    table.victims = victims;
    table.orderByTouch();
    return table;
  }

  private void orderByTouch() {
    oldest = NONE;
    newest = NONE;
    IntStream.range(0, size)
        .boxed()
        .sorted(Comparator.comparingLong(slot -> touched(slot)))
        .forEach(this::link);
  }

  private long touched(int slot) {
    return pages[slot >> SHIFT].touched[slot & PAGE_SLOTS - 1];
  }
}
