package dev.millrace.input;

import dev.millrace.data.FeatureSpec;
import dev.millrace.data.IdWords;
import dev.millrace.data.PublicApi;
import dev.millrace.data.SizeChecks;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Places of the ids in a row of features, and which of them are crossed. The other places of the
 * row are numbers.
 *
 * @param columns in the order of their places
 * @param crosses pairs of columns, by index: each pair of their ids is an id of its own
 * @param timeAt place of the event time, -1 if no column forgets
 * @param limit max number of ids that a model knows; not part of equality, since it may change
 */
@PublicApi
public record IdColumns(List<Column> columns, List<Cross> crosses, int timeAt, int limit)
    implements Serializable {

  /** A row without ids. */
  public static final IdColumns NONE = new IdColumns(List.of(), List.of(), -1, 0);

  private static final int MAX_COLUMNS = 1 << 16;
  // Min size of a stored column: a name of no characters and five numbers.
  private static final int MIN_COLUMN_BYTES = 2 + 5 * Integer.BYTES;

  public IdColumns {
    columns = List.copyOf(columns);
    crosses = List.copyOf(crosses);
  }

  /**
   * A column of ids.
   *
   * @param name of the field
   * @param start place of its first id
   * @param options max number of ids, admission and expiry
   * @param isWeighted each id has a number
   */
  public record Column(String name, int start, FeatureSpec.IdOptions options, boolean isWeighted)
      implements Serializable {
    /** Returns the place behind its last id. */
    public int end() {
      return start + options.max() * width();
    }

    /** Returns the floats of one id. */
    public int width() {
      return IdWords.width(isWeighted);
    }
  }

  /** A pair of columns, by their indexes. */
  public record Cross(int first, int second) implements Serializable {}

  /** Returns the places of the ids of an input. */
  public static IdColumns of(InputSpec input) {
    List<Column> columns = new ArrayList<>();
    int start = 0;
    boolean forgets = false;
    for (FeatureSpec feature : input.features()) {
      FeatureSpec.IdOptions options = feature.ids();
      if (options != null) {
        columns.add(new Column(feature.name(), start, options, feature.type().isWeighted()));
        forgets |= options.ttlMillis() > 0;
      }
      start += feature.width();
    }
    if (columns.isEmpty()) {
      return NONE;
    }
    List<Cross> crosses =
        input.crosses().stream()
            .map(pair -> new Cross(index(columns, pair.get(0)), index(columns, pair.get(1))))
            .toList();
    return new IdColumns(columns, crosses, forgets ? start : -1, input.limits().ids());
  }

  private static int index(List<Column> columns, String name) {
    for (int c = 0; c < columns.size(); c++) {
      if (columns.get(c).name().equals(name)) {
        return c;
      }
    }
    throw new IllegalArgumentException("crosses: \"" + name + "\" is not a column of ids");
  }

  /** Returns true if there is no id. */
  public boolean isEmpty() {
    return columns.isEmpty();
  }

  /** Returns the number of columns and crosses. */
  public int fields() {
    return columns.size() + crosses.size();
  }

  /** Returns the max number of ids of one row, of columns and crosses. */
  public int maxIds() {
    int max = 0;
    for (Column column : columns) {
      max += column.options().max();
    }
    for (Cross cross : crosses) {
      max +=
          columns.get(cross.first()).options().max() * columns.get(cross.second()).options().max();
    }
    return max;
  }

  /** Returns the places of a row that are numbers, ascending. */
  public int[] numbers(int width) {
    boolean[] isWord = new boolean[width];
    for (Column column : columns) {
      Arrays.fill(isWord, column.start(), column.end(), true);
    }
    if (timeAt >= 0) {
      Arrays.fill(isWord, timeAt, timeAt + IdWords.TIME_WIDTH, true);
    }
    return IntStream.range(0, width).filter(i -> !isWord[i]).toArray();
  }

  /** Writes the places. */
  public void write(DataOutput out) throws IOException {
    out.writeInt(columns.size());
    for (Column column : columns) {
      out.writeUTF(column.name());
      out.writeInt(column.start());
      out.writeInt(column.options().max());
      out.writeInt(column.options().minCount());
      out.writeLong(column.options().ttlMillis());
      out.writeInt(column.options().ngrams());
      out.writeBoolean(column.isWeighted());
    }
    out.writeInt(crosses.size());
    for (Cross cross : crosses) {
      out.writeInt(cross.first());
      out.writeInt(cross.second());
    }
    out.writeInt(timeAt);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param width of a row
   * @throws IOException if it is damaged
   */
  public static IdColumns read(DataInput in, int width) throws IOException {
    int count = SizeChecks.read(in, "columns of ids", MAX_COLUMNS, MIN_COLUMN_BYTES);
    List<Column> columns = new ArrayList<>();
    int end = 0;
    for (int c = 0; c < count; c++) {
      String name = in.readUTF();
      int start = in.readInt();
      FeatureSpec.IdOptions options =
          new FeatureSpec.IdOptions(in.readInt(), in.readInt(), in.readLong(), in.readInt());
      SizeChecks.require("place of ids", start, end, width);
      SizeChecks.require("ids of a record", options.max(), 1, width);
      Column column = new Column(name, start, options, in.readBoolean());
      end = (int) SizeChecks.require("end of ids", column.end(), start, width);
      columns.add(column);
    }
    int pairs = SizeChecks.read(in, "crosses", MAX_COLUMNS, 2 * Integer.BYTES);
    List<Cross> crosses = new ArrayList<>();
    for (int c = 0; c < pairs; c++) {
      crosses.add(
          new Cross(
              (int) SizeChecks.require("crossed column", in.readInt(), 0, count - 1),
              (int) SizeChecks.require("crossed column", in.readInt(), 0, count - 1)));
    }
    int timeAt = in.readInt();
    SizeChecks.require("place of the time", timeAt, -1, width - IdWords.TIME_WIDTH);
    return new IdColumns(columns, crosses, timeAt, 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IdColumns ids
        && ids.columns.equals(columns)
        && ids.crosses.equals(crosses)
        && ids.timeAt == timeAt;
  }

  @Override
  public int hashCode() {
    return Objects.hash(columns, crosses, timeAt);
  }
}
