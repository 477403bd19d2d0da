package dev.millrace.nn.ids;

import dev.millrace.data.IdHash;
import dev.millrace.data.SizeChecks;
import dev.millrace.data.SlotIndex;
import dev.millrace.input.ErasedId;
import dev.millrace.nn.stored.PagedOutput;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.state.UsageOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The ids that one model knows, and a row of numbers of each. The table is limited: the id that was
 * seen least recently makes room for a new one. Not thread-safe.
 *
 * <p>Each id has a slot, in the order in which they came, and slots are in pages of {@link
 * #PAGE_SLOTS}. What is stored does not depend on the hash index, which is built when the table is
 * read. A copy shares pages until one of the two writes to them, so that a state backend can copy a
 * large table for each snapshot.
 *
 * <p>The slot of an erased id is free: it is the first to be used again, and neither the index nor
 * a page has the id any more. Free slots come before all others in the order of last use, with a
 * number of the touch below 0.
 */
final class IdTable implements PagedPart {
  /** Ids of one page. */
  static final int PAGE_SLOTS = 64;

  /** No slot. */
  static final int NONE = SlotIndex.NONE;

  private static final int SHIFT = 6;
  // States of a page: as stored; changed; as stored, and perhaps shared; changed and shared.
  private static final byte STORED = 0;
  private static final byte CHANGED = 1;
  private static final byte SHARED = 2;
  private static final int MAX_IDS = 1 << 29;

  /** Max bytes of an id in the index, and in the order of last use. */
  static final int BYTES_BESIDES = 6 * Integer.BYTES;

  /** Ids, when they were seen, and their numbers, [slots x width]. */
  private static final class Page {
    final long[] ids = new long[PAGE_SLOTS];
    // Number of the touch, which orders all ids, and the event time of it if the table has times.
    final long[] touched = new long[PAGE_SLOTS];
    final long @Nullable [] times;
    float[] numbers;

    Page(int width, boolean hasTimes) {
      numbers = new float[PAGE_SLOTS * width];
      times = hasTimes ? new long[PAGE_SLOTS] : null;
    }

    Page(Page other) {
      System.arraycopy(other.ids, 0, ids, 0, PAGE_SLOTS);
      System.arraycopy(other.touched, 0, touched, 0, PAGE_SLOTS);
      times = other.times == null ? null : other.times.clone();
      numbers = other.numbers.clone();
    }
  }

  private final int limit;
  private final boolean hasTimes;
  private int width;
  private Page[] pages = {};
  // [pages], bits
  private byte[] marks = {};
  private int size;
  // Index of the slots that have an id.
  private final SlotIndex index =
      new SlotIndex() {
        @Override
        protected long hash(int slot) {
          return id(slot);
        }
      };
  private final UsageOrder order = new UsageOrder();
  private long touches;
  private int free;
  private long victims;
  private long number = PagedPart.NONE;
  private boolean writesPages = true;
  private Runnable afterErasing = () -> {};
  // Pages that are still to be read.
  private int missing;

  /**
   * Creates an empty table.
   *
   * @param width numbers of each id
   * @param limit max number of ids, at least 1
   * @param hasTimes whether it keeps when an id was seen last
   */
  IdTable(int width, int limit, boolean hasTimes) {
    this.width = width;
    this.limit = limit;
    this.hasTimes = hasTimes;
  }

  private IdTable(IdTable other) {
    limit = other.limit;
    hasTimes = other.hasTimes;
    width = other.width;
    pages = other.pages.clone();
    for (int p = 0; p < other.usedPages(); p++) {
      other.marks[p] |= SHARED;
    }
    marks = new byte[other.marks.length];
    Arrays.fill(marks, (byte) (CHANGED | SHARED)); // no store has a page of the copy
    size = other.size;
    index.copy(other.index);
    order.copy(other.order);
    touches = other.touches;
    free = other.free;
    victims = other.victims;
  }

  IdTable copy() {
    return new IdTable(this);
  }

  @Override
  public int size() {
    return size - free;
  }

  /** Returns the number of ids that made room for others. */
  long victims() {
    return victims;
  }

  /** Returns the array that has the numbers of an id, from {@link #offset}; only to read. */
  float[] numbers(int slot) {
    return pages[slot >> SHIFT].numbers;
  }

  /** Returns the same array to write to. */
  float[] changedNumbers(int slot) {
    return changed(slot >> SHIFT).numbers;
  }

  /** Returns a page that is about to change. */
  private Page changed(int page) {
    if (marks[page] != CHANGED) {
      if ((marks[page] & SHARED) != 0) {
        pages[page] = new Page(pages[page]);
      }
      marks[page] = CHANGED;
    }
    return pages[page];
  }

  /** Returns where the numbers of an id begin in {@link #numbers}. */
  int offset(int slot) {
    return (slot & PAGE_SLOTS - 1) * width;
  }

  /**
   * Returns the event time at which an id was seen last, milliseconds since the epoch; 0 if the
   * table has no times.
   */
  long time(int slot) {
    long[] times = pages[slot >> SHIFT].times;
    return times == null ? 0 : times[slot & PAGE_SLOTS - 1];
  }

  /** Returns the slot of an id, {@link #NONE} if it is not known. */
  int find(long id) {
    return index.find(id);
  }

  /** Marks an id as the one seen last. */
  void touch(int slot, long time) {
    order.touch(slot);
    stamp(slot, time);
  }

  private void stamp(int slot, long time) {
    Page page = changed(slot >> SHIFT);
    page.touched[slot & PAGE_SLOTS - 1] = ++touches;
    if (page.times != null) {
      page.times[slot & PAGE_SLOTS - 1] = time;
    }
  }

  /**
   * Adds an id that is not known, with all numbers 0, as the one seen last.
   *
   * @return its slot
   */
  int add(long id, long time) {
    int slot = size < limit && free == 0 ? append() : takeOldest();
    put(id, slot, time);
    return slot;
  }

  private void put(long id, int slot, long time) {
    changed(slot >> SHIFT).ids[slot & PAGE_SLOTS - 1] = id;
    order.add(slot);
    stamp(slot, time);
    index.add(slot);
  }

  private int takeOldest() {
    int slot = order.oldest();
    order.remove(slot);
    if (isFree(slot)) {
      free--;
      return slot;
    }
    index.remove(slot);
    victims++;
    clear(slot);
    return slot;
  }

  private boolean isFree(int slot) {
    return touched(slot) < 0;
  }

  @Override
  public int erase(ErasedId id) {
    int erased = 0;
    for (int slot = 0; slot < size && (id.isFirst() || id.isSecond()); slot++) {
      if (!isFree(slot)) {
        long other = id(slot);
        erased += id.isFirst() ? eraseOne(IdHash.ofPair(id.hash(), other)) : 0;
        erased += id.isSecond() ? eraseOne(IdHash.ofPair(other, id.hash())) : 0;
      }
    }
    erased += eraseOne(id.hash());
    afterErasing.run();
    return erased;
  }

  /** Sets what follows when an id was erased; copies of the table have nothing of it. */
  void afterErasing(Runnable action) {
    afterErasing = action;
  }

  private int eraseOne(long id) {
    int slot = find(id);
    if (slot == NONE) {
      return 0;
    }
    index.remove(slot);
    order.remove(slot);
    clear(slot);
    Page page = changed(slot >> SHIFT);
    int at = slot & PAGE_SLOTS - 1;
    page.ids[at] = 0;
    page.touched[at] = order.oldest() == NONE ? -1 : Math.min(0, touched(order.oldest())) - 1;
    if (page.times != null) {
      page.times[at] = 0;
    }
    order.addOldest(slot);
    free++;
    return 1;
  }

  /** Sets all numbers of an id to 0. */
  void clear(int slot) {
    int from = offset(slot);
    Arrays.fill(changedNumbers(slot), from, from + width, 0f);
  }

  private int append() {
    int slot = size++;
    int page = slot >> SHIFT;
    if (page == pages.length) {
      int room = page + 1 + page / 2;
      pages = Arrays.copyOf(pages, room);
      marks = Arrays.copyOf(marks, room);
    }
    if (pages[page] == null) {
      pages[page] = new Page(width, hasTimes);
      marks[page] = CHANGED;
    }
    return slot;
  }

  private int usedPages() {
    return (size + PAGE_SLOTS - 1) >> SHIFT;
  }

  private long id(int slot) {
    return pages[slot >> SHIFT].ids[slot & PAGE_SLOTS - 1];
  }

  @Override
  public int shrink(long maxBytes) {
    int before = size();
    while (size > 0 && memoryBytes() > maxBytes) {
      removeOldest();
    }
    return before - size();
  }

  /** Removes the id seen least recently, or a free slot; the last slot takes its place. */
  private void removeOldest() {
    int slot = order.oldest();
    order.remove(slot);
    if (isFree(slot)) {
      free--;
    } else {
      index.remove(slot);
      victims++;
    }
    size--;
    if (slot < size) {
      move(size, slot);
    }
    if ((size & PAGE_SLOTS - 1) == 0) {
      pages[size >> SHIFT] = null;
    } else {
      clear(size);
    }
  }

  private void move(int from, int to) {
    boolean hasId = !isFree(from);
    if (hasId) {
      index.remove(from);
    }
    Page source = pages[from >> SHIFT];
    Page target = changed(to >> SHIFT);
    int at = from & PAGE_SLOTS - 1;
    int place = to & PAGE_SLOTS - 1;
    target.ids[place] = source.ids[at];
    target.touched[place] = source.touched[at];
    if (target.times != null && source.times != null) {
      target.times[place] = source.times[at];
    }
    System.arraycopy(source.numbers, offset(from), target.numbers, offset(to), width);
    order.replace(from, to);
    if (hasId) {
      index.add(to);
    }
  }

  /** Gives each id more numbers, which are 0 behind those it has. */
  void widen(int more) {
    for (int p = 0; p < usedPages(); p++) {
      Page page = changed(p);
      float[] wider = new float[PAGE_SLOTS * more];
      for (int s = 0; s < PAGE_SLOTS; s++) {
        System.arraycopy(page.numbers, s * width, wider, s * more, width);
      }
      page.numbers = wider;
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

  /**
   * Returns the estimated bytes in memory: of whole pages, and of the index and the order of last
   * use. It follows from the number of ids alone, not from what arrays have room for.
   */
  @Override
  public long memoryBytes() {
    return (long) usedPages() * PAGE_SLOTS * bytesOfId() + (long) size * BYTES_BESIDES;
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public void setNumber(long newNumber) {
    number = newNumber;
    for (int p = 0; p < usedPages(); p++) {
      marks[p] |= CHANGED;
    }
  }

  @Override
  public int pages() {
    return usedPages();
  }

  @Override
  public boolean isChanged(int page) {
    return (marks[page] & CHANGED) != 0;
  }

  @Override
  public byte[] store(int page) {
    marks[page] &= SHARED;
    return bytes(page);
  }

  @Override
  public void writePages(boolean writes) {
    writesPages = writes;
  }

  @Override
  public boolean needsPages() {
    return missing > 0;
  }

  /** Returns the bytes of a stored id. */
  private int bytesOfId() {
    return (hasTimes ? 3 : 2) * Long.BYTES + width * Float.BYTES;
  }

  /** Returns the number of ids of a page. */
  private int slots(int page) {
    return Math.min(PAGE_SLOTS, size - page * PAGE_SLOTS);
  }

  // In one array: an output of numbers one by one would take most of the time of a large table.
  private byte[] bytes(int p) {
    Page page = pages[p];
    int count = slots(p);
    byte[] bytes = new byte[count * bytesOfId()];
    ByteBuffer out = ByteBuffer.wrap(bytes);
    for (int s = 0; s < count; s++) {
      out.putLong(page.ids[s]);
      out.putLong(page.touched[s]);
      if (page.times != null) {
        out.putLong(page.times[s]);
      }
      out.asFloatBuffer().put(page.numbers, s * width, width);
      out.position(out.position() + width * Float.BYTES);
    }
    return bytes;
  }

  private void setPage(int p, byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Page page = new Page(width, hasTimes);
    for (int s = 0; s < slots(p); s++) {
      page.ids[s] = in.getLong();
      page.touched[s] = in.getLong();
      if (page.times != null) {
        page.times[s] = in.getLong();
      }
      in.asFloatBuffer().get(page.numbers, s * width, width);
      in.position(in.position() + width * Float.BYTES);
    }
    pages[p] = page;
  }

  @Override
  public void readPage(int page, byte[] bytes) throws IOException {
    SizeChecks.require("bytes of a page of ids", bytes.length, (long) slots(page) * bytesOfId());
    setPage(page, bytes);
    marks[page] = STORED;
    missing--;
    if (missing == 0) {
      build();
    }
  }

  /** Writes the table, without its pages if {@link #writePages} turned them off. */
  void write(DataOutput out) throws IOException {
    if (!writesPages && number == PagedPart.NONE) {
      throw new IllegalStateException("no page is stored");
    }
    out.writeInt(size);
    out.writeLong(touches);
    out.writeLong(victims);
    out.writeLong(writesPages ? PagedPart.NONE : number);
    PagedOutput.beginPages(out);
    for (int p = 0; writesPages && p < usedPages(); p++) {
      out.write(bytes(p));
    }
    PagedOutput.endPages(out);
  }

  /**
   * Reads what {@link #write} wrote; pages that it did not write are read by {@link #readPage}.
   *
   * @param limit max number of ids; if more are stored, no id is added before one is dropped
   * @throws IOException if it is damaged
   */
  static IdTable read(DataInput in, int width, int limit, boolean hasTimes) throws IOException {
    IdTable table = new IdTable(width, limit, hasTimes);
    int stored = in.readInt();
    table.touches = in.readLong();
    table.victims = in.readLong();
    table.number = in.readLong();
    boolean hasPages = table.number == PagedPart.NONE;
    SizeChecks.require("stored ids", stored, 0, MAX_IDS);
    if (hasPages) {
      SizeChecks.requireBytes(in, "the stored ids", (long) stored * table.bytesOfId());
    }
    table.size = stored;
    int used = table.usedPages();
    table.pages = new Page[used];
    table.marks = new byte[used];
    if (hasPages) {
      for (int p = 0; p < used; p++) {
        byte[] bytes = new byte[table.slots(p) * table.bytesOfId()];
        in.readFully(bytes);
        table.setPage(p, bytes);
        table.marks[p] = CHANGED;
      }
      table.build();
    } else {
      table.missing = used;
    }
    return table;
  }

  /** Builds the index and the order of ids when all pages are read. */
  private void build() throws IOException {
    index.clear(size);
    long[] inOrder = new long[size];
    for (int slot = 0; slot < size; slot++) {
      if (isFree(slot)) {
        free++;
      } else if (find(id(slot)) == NONE) {
        index.add(slot);
      } else {
        throw damaged("id " + id(slot) + " comes twice");
      }
      inOrder[slot] = touched(slot);
    }
    Arrays.sort(inOrder);
    int[] slots = new int[size];
    Arrays.fill(slots, NONE);
    for (int slot = 0; slot < size; slot++) {
      slots[Arrays.binarySearch(inOrder, touched(slot))] = slot;
    }
    for (int slot : slots) {
      if (slot == NONE) {
        throw damaged("two ids were seen last at the same time");
      }
      order.add(slot);
    }
  }

  private static IOException damaged(String what) {
    return new IOException("stored ids: " + what + "; the bytes are damaged");
  }

  private long touched(int slot) {
    return pages[slot >> SHIFT].touched[slot & PAGE_SLOTS - 1];
  }
}
