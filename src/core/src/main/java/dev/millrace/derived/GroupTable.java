package dev.millrace.derived;

import dev.millrace.data.SizeChecks;
import dev.millrace.data.SlotIndex;
import dev.millrace.state.Evictable;
import dev.millrace.state.UsageOrder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cells of each group of records by its hash, in the order of last use. If there are too many
 * groups, the one that was used least recently is forgotten. Not thread-safe.
 */
final class GroupTable implements Evictable {
  private static final int NONE = SlotIndex.NONE;
  private static final int MIN_PLACES = 4;
  private static final int BYTES_OF_GROUP = 96; // hash, links, index and the header of an array

  private final int stride;
  private final int limit;
  private int size;
  private long[] hashes = new long[MIN_PLACES];
  private double[][] cells = new double[MIN_PLACES][];
  private final UsageOrder order = new UsageOrder();
  private final SlotIndex index =
      new SlotIndex() {
        @Override
        protected long hash(int group) {
          return hashes[group];
        }
      };

  /**
   * @param stride cells of a group
   * @param limit max number of groups
   */
  GroupTable(int stride, int limit) {
    this.stride = stride;
    this.limit = limit;
  }

  private GroupTable(GroupTable other) {
    stride = other.stride;
    limit = other.limit;
    size = other.size;
    hashes = other.hashes.clone();
    cells = new double[other.cells.length][];
    for (int g = 0; g < size; g++) {
      cells[g] = other.cells[g].clone();
    }
    order.copy(other.order);
    index.copy(other.index);
  }

  /** Returns a copy. It is by hand, as a new index would take several times longer. */
  GroupTable copy() {
    return new GroupTable(this);
  }

  int size() {
    return size;
  }

  /** Returns the cells of a group; null if it is not known. */
  double @Nullable [] find(long hash) {
    int group = index.find(hash);
    return group == NONE ? null : cells[group];
  }

  /** Returns the cells of a group as the most recently used, all 0 if it is new. */
  double[] use(long hash) {
    int group = index.find(hash);
    if (group == NONE) {
      group = size < limit ? append() : reuseOldest();
      hashes[group] = hash;
      index.add(group);
    } else {
      order.remove(group);
    }
    order.add(group);
    return cells[group];
  }

  private int append() {
    if (size == hashes.length) {
      grow();
    }
    cells[size] = new double[stride];
    return size++;
  }

  private void grow() {
    int places = (int) Math.min(Integer.MAX_VALUE / 4, 2L * hashes.length);
    hashes = Arrays.copyOf(hashes, places);
    cells = Arrays.copyOf(cells, places);
  }

  private int reuseOldest() {
    int group = order.oldest();
    order.remove(group);
    index.remove(group);
    Arrays.fill(cells[group], 0);
    return group;
  }

  /** Forgets all groups; returns their number. */
  int clear() {
    int forgotten = size;
    Arrays.fill(cells, 0, size, null);
    size = 0;
    order.clear();
    index.clear(0);
    return forgotten;
  }

  /** Forgets a group if it is known; returns the number of groups forgotten. */
  int remove(long hash) {
    int group = index.find(hash);
    if (group == NONE) {
      return 0;
    }
    removeAt(group);
    return 1;
  }

  private void removeAt(int group) {
    order.remove(group);
    index.remove(group);
    size--;
    if (group < size) { // the last one takes its place
      index.remove(size);
      order.remove(size);
      hashes[group] = hashes[size];
      cells[group] = cells[size];
      order.replace(size, group);
      index.add(group);
    }
    cells[size] = null;
  }

  @Override
  public int shrink(long maxBytes) {
    int before = size;
    while (size > 0 && memoryBytes() > maxBytes) {
      removeAt(order.oldest());
    }
    return before - size;
  }

  @Override
  public long memoryBytes() {
    return size * bytesOfGroup(stride);
  }

  /** Returns the estimated bytes of one group. */
  static long bytesOfGroup(int stride) {
    return (long) stride * Double.BYTES + BYTES_OF_GROUP;
  }

  void write(DataOutput out) throws IOException {
    out.writeInt(size);
    for (int group = order.oldest(); group != NONE; group = order.newer(group)) {
      out.writeLong(hashes[group]);
      for (double cell : cells[group]) {
        out.writeDouble(cell);
      }
    }
  }

  /**
   * Reads what {@link #write} wrote; if there are more groups than allowed, the last ones stay.
   *
   * @return this
   */
  GroupTable read(DataInput in) throws IOException {
    int count =
        SizeChecks.read(in, "groups of records", Integer.MAX_VALUE, 8 + stride * Double.BYTES);
    for (int i = 0; i < count; i++) {
      double[] group = use(in.readLong());
      for (int c = 0; c < stride; c++) {
        group[c] = in.readDouble();
      }
    }
    return this;
  }
}
