package dev.millrace.nn.ids;

import dev.millrace.data.IdHash;
import dev.millrace.data.IdWords;
import dev.millrace.input.IdColumns;

/**
 * The ids of one row of features, field by field: those of its columns, of its crosses, and one for
 * each number, its bucket. Scratch; not thread-safe.
 */
final class IdRow {
  // Leaves sign and exponent of a float: numbers within a factor of 2 share a bucket.
  private static final int BUCKET_SHIFT = 23;

  /**
   * Numbers of sparse ids are cut to plus or minus this, or squares of gradients would overflow.
   */
  private static final float MAX_VALUE = 1e6f;

  int size;
  long[] ids = {};
  int[] fields = {};
  // 1, or the number of an id of a sparse column.
  float[] values = {};
  // Slots in the table, or {@link IdTable#NONE}.
  int[] slots = {};
  // False for ids that the model does not know well enough.
  boolean[] isUsed = {};
  // [fields + 1]: where the ids of each field begin.
  int[] starts = {};
  private int field;

  /**
   * Reads the ids of a row.
   *
   * @param bucketed places of the numbers whose buckets are ids
   */
  void read(IdColumns columns, int[] bucketed, float[] row, int offset) {
    size = 0;
    field = 0;
    for (int c = 0; c < columns.columns().size(); c++) {
      begin();
      readColumn(columns.columns().get(c), row, offset);
    }
    for (int c = 0; c < columns.crosses().size(); c++) {
      begin();
      cross(columns.crosses().get(c));
    }
    for (int number : bucketed) {
      begin();
      float value = row[offset + number];
      int bits = Float.isNaN(value) ? Integer.MIN_VALUE : Float.floatToRawIntBits(value);
      add(IdHash.ofPair(number, bits >> BUCKET_SHIFT), 1f);
    }
    starts[field] = size;
  }

  private void begin() {
    starts[field++] = size;
  }

  private void readColumn(IdColumns.Column column, float[] row, int offset) {
    int width = column.width();
    int end = offset + column.end();
    for (int at = offset + column.start(); at < end && IdWords.isPresent(row, at); at += width) {
      add(IdWords.read(row, at), column.isWeighted() ? row[at + IdWords.ID_WIDTH] : 1f);
    }
  }

  private void cross(IdColumns.Cross cross) {
    for (int i = starts[cross.first()]; i < starts[cross.first() + 1]; i++) {
      for (int j = starts[cross.second()]; j < starts[cross.second() + 1]; j++) {
        add(IdHash.ofPair(ids[i], ids[j]), values[i] * values[j]);
      }
    }
  }

  private void add(long id, float value) {
    ids[size] = id;
    fields[size] = field - 1;
    values[size] = Math.max(-MAX_VALUE, Math.min(MAX_VALUE, value));
    size++;
  }

  /** Makes room for the ids of a row. */
  void fit(int max, int fieldCount) {
    if (ids.length < max) {
      ids = new long[max];
      fields = new int[max];
      values = new float[max];
      slots = new int[max];
      isUsed = new boolean[max];
    }
    if (starts.length <= fieldCount) {
      starts = new int[fieldCount + 1];
    }
  }
}
