package dev.millrace.nn.ids;

import static dev.millrace.nn.ids.IdNumbers.COUNT;

import dev.millrace.data.FeatureSpec.IdOptions;
import dev.millrace.data.IdWords;
import dev.millrace.input.IdColumns;
import dev.millrace.nn.WeightInitializer;
import dev.millrace.state.StateVisitor;
import java.io.IOException;

/**
 * The ids that a model has seen: which of them count, and when they become known, admitted and
 * forgotten. The first number of each is the count of its records.
 *
 * <p>An id counts from its {@code min-count}-th record on, until it was in no record for {@code
 * ttl}. A new id, and one that comes back, starts with a vector that follows from the id and the
 * seed, and with zeros. Not thread-safe.
 */
final class KnownIds {
  private static final float MAX_COUNT = 1 << 24;

  /** Vectors start between minus and plus this. */
  private static final float FIRST = 0.05f;

  /** Place and length of the vector among the numbers of an id. */
  record Vector(int start, int length) {}

  private final IdColumns columns;
  private final int limit;
  private final Vector vector;
  private final long seed;
  private IdTable table;
  // The latest event time so far.
  private long clock;

  /**
   * Knows no id.
   *
   * @param width numbers of each id
   * @param limit max number of ids
   * @param seed of the first vectors
   */
  KnownIds(IdColumns columns, int width, int limit, Vector vector, long seed) {
    this.columns = columns;
    this.limit = limit;
    this.vector = vector;
    this.seed = seed;
    table = new IdTable(width, limit, columns.timeAt() >= 0);
  }

  /** Returns the max bytes in memory of an id, from the width of a row of the table. */
  static long bytesOfId(int width) {
    return 3L * Long.BYTES + width * (long) Float.BYTES + IdTable.BYTES_BESIDES;
  }

  IdTable table() {
    return table;
  }

  /** Looks up an id of a row; returns true if it counts. */
  boolean find(int i, IdRow ids) {
    int slot = table.find(ids.ids[i]);
    ids.slots[i] = slot;
    ids.isUsed[i] = slot != IdTable.NONE && isUsed(ids.fields[i], slot);
    return ids.isUsed[i];
  }

  private boolean isUsed(int field, int slot) {
    IdOptions options = options(field);
    return table.numbers(slot)[table.offset(slot) + COUNT] >= options.minCount()
        && !isForgotten(options, slot);
  }

  private boolean isForgotten(IdOptions options, int slot) {
    return options.ttlMillis() > 0 && clock - table.time(slot) > options.ttlMillis();
  }

  /** Returns the options of the ids of a column, cross or number. */
  private IdOptions options(int field) {
    return field < columns.columns().size()
        ? columns.columns().get(field).options()
        : IdOptions.ONE;
  }

  /** Counts a record, whose ids were looked up and now become known: all of them have a slot. */
  void count(float[] row, int offset, IdRow ids) {
    if (columns.timeAt() >= 0) {
      clock = Math.max(clock, IdWords.readTime(row, offset + columns.timeAt()));
    }
    touchKnown(ids);
    for (int i = 0; i < ids.size; i++) {
      int slot = slotOf(i, ids);
      ids.slots[i] = slot;
      float[] numbers = table.changedNumbers(slot);
      int at = table.offset(slot) + COUNT;
      numbers[at] = Math.min(MAX_COUNT, numbers[at] + 1f);
    }
  }

  /** Marks the known ids as seen before a new one is added, which would replace the oldest. */
  private void touchKnown(IdRow ids) {
    for (int i = 0; i < ids.size; i++) {
      int slot = ids.slots[i];
      if (slot != IdTable.NONE) {
        if (isForgotten(options(ids.fields[i]), slot)) {
          table.clear(slot);
          initialize(ids.ids[i], slot);
        }
        table.touch(slot, clock);
      }
    }
  }

  private int slotOf(int i, IdRow ids) {
    if (ids.slots[i] != IdTable.NONE) {
      return ids.slots[i];
    }
    int slot = table.find(ids.ids[i]); // a second time in this record
    if (slot == IdTable.NONE) {
      slot = table.add(ids.ids[i], clock);
      initialize(ids.ids[i], slot);
    }
    return slot;
  }

  private void initialize(long id, int slot) {
    float[] numbers = table.changedNumbers(slot);
    int at = table.offset(slot) + vector.start();
    long bits = WeightInitializer.mix(id ^ seed);
    for (int v = 0; v < vector.length(); v++) {
      double uniform = WeightInitializer.uniform(WeightInitializer.mix(bits + v));
      numbers[at + v] = FIRST * (float) (2 * uniform - 1);
    }
  }

  void visitTime(StateVisitor v) throws IOException {
    clock = v.number(clock);
  }

  /** Visits the table of ids; each has a row of the given width. */
  void visitTable(StateVisitor v, int width) throws IOException {
    boolean hasTimes = columns.timeAt() >= 0;
    table =
        v.custom(
            table, IdTable::write, in -> IdTable.read(in, width, limit, hasTimes), IdTable::copy);
  }
}
