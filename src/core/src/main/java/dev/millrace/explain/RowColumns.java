package dev.millrace.explain;

import dev.millrace.data.FeatureSpec;
import dev.millrace.input.InputSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The columns of a row of features, and the row in which none of them is known. All models of a
 * pipeline may share it.
 */
public final class RowColumns {
  /** Max number of columns that have a contribution of their own, the first ones. */
  public static final int MAX = 100;

  /**
   * Number of orders in which columns become known. Each second one is the reverse of the one
   * before, which cancels the errors of interactions between two columns.
   */
  static final int ORDERS = 4;

  private static final long SEED = 0x4D696C6C72616365L;
  private static final int NONE = -1;

  private final List<String> names;
  // [inputs]: the column that a feature is part of, or NONE.
  private final int[] owners;
  private final float[] unknown;
  private final int[][] orders;

  private RowColumns(List<String> names, int[] owners, float[] unknown) {
    this.names = List.copyOf(names);
    this.owners = owners;
    this.unknown = unknown;
    int explained = Arrays.stream(owners).max().orElse(NONE) + 1;
    orders = new int[ORDERS][];
    for (int o = 0; o < ORDERS; o += 2) {
      orders[o] = shuffled(explained, SEED + o);
      orders[o + 1] = reversed(orders[o]);
    }
  }

  /**
   * Returns the columns of an input.
   *
   * @param inputs number of features of a row
   */
  public static RowColumns of(InputSpec input, int inputs) {
    List<String> names = new ArrayList<>();
    int[] owners = new int[inputs];
    float[] unknown = new float[inputs];
    Arrays.fill(owners, NONE);
    Arrays.fill(unknown, Float.NaN);
    int at = 0;
    for (FeatureSpec feature : input.features()) {
      Arrays.fill(owners, at, at + feature.width(), Math.min(MAX, names.size()));
      names.add(feature.name());
      at += feature.width();
      if (feature.nullable()) {
        unknown[at - 1] = 0f; // not known differs from known to be missing
      }
    }
    int derivedAt = inputs - input.slots();
    if (input.features().isEmpty()) {
      for (; at < derivedAt; at++) {
        owners[at] = Math.min(MAX, names.size());
        names.add("input " + at);
      }
    }
    for (String name : input.slotNames()) {
      owners[derivedAt++] = Math.min(MAX, names.size());
      names.add(name);
    }
    return new RowColumns(names.subList(0, Math.min(MAX, names.size())), owners, unknown);
  }

  /** Returns the max number of predictions that the reasons of one take. */
  public static int maxPredictions(InputSpec input) {
    int columns =
        input.features().isEmpty() ? MAX : input.features().size() + input.slotNames().size();
    return ORDERS * Math.min(MAX, columns);
  }

  /** Returns the number of features of a row. */
  int inputs() {
    return owners.length;
  }

  /** Returns the number of columns that have a contribution of their own. */
  int size() {
    return names.size();
  }

  String name(int column) {
    return names.get(column);
  }

  /** Returns the number of columns, all beyond {@link #MAX} as one. */
  int explained() {
    return orders[0].length;
  }

  /** Returns the columns in the order in which they become known. */
  int[] order(int index) {
    return orders[index];
  }

  /** Writes which columns of a row differ from the row in which none is known. */
  void findKnown(float[] row, int offset, boolean[] isKnown) {
    Arrays.fill(isKnown, false);
    for (int i = 0; i < owners.length; i++) {
      if (owners[i] != NONE && Float.compare(row[offset + i], unknown[i]) != 0) {
        isKnown[owners[i]] = true;
      }
    }
  }

  /**
   * Writes a row of which only some columns are known.
   *
   * @param steps [columns]: the step at which each column becomes known
   * @param step columns of earlier steps are known
   */
  void write(float[] row, int offset, int[] steps, int step, float[] to) {
    for (int i = 0; i < owners.length; i++) {
      boolean isKnown = owners[i] == NONE || steps[owners[i]] < step;
      to[i] = isKnown ? row[offset + i] : unknown[i];
    }
  }

  /** Fisher-Yates with {@link Random}, whose numbers are part of its specification. */
  private static int[] shuffled(int count, long seed) {
    int[] order = new int[count];
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static int[] reversed(int[] order) {
    int[] reversed = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      reversed[i] = order[order.length - 1 - i];
    }
    return reversed;
  }
}
