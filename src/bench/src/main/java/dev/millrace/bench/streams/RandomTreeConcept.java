package dev.millrace.bench.streams;

import dev.millrace.bench.streams.SyntheticStream.Column;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A random decision tree over numbers from 0 to 1 and nominal columns: Domingos and Hulten, "Mining
 * high-speed data streams", 2000. Leaves begin at depth 3 with a share of 0.15, and the depth is 5
 * at most.
 */
final class RandomTreeConcept implements Concept {
  private static final int MAX_DEPTH = 5;
  private static final int FIRST_LEAVES = 3;
  private static final double LEAVES = 0.15;

  private final List<Column> columns;
  private final int classes;
  private final Node root;

  /**
   * A leaf, or a split of a column.
   *
   * @param label of a leaf
   * @param column of a split, -1 for a leaf
   * @param threshold of a number; rows below it take the first child
   */
  private record Node(double label, int column, double threshold, Node @Nullable [] children) {}

  /**
   * @param classes 0 for values from 0 to 10
   */
  RandomTreeConcept(List<Column> columns, int classes, long seed) {
    this.columns = columns;
    this.classes = classes;
    double[] low = new double[columns.size()];
    double[] high = new double[columns.size()];
    for (int c = 0; c < high.length; c++) {
      high[c] = 1;
    }
    root = grow(0, low, high, new boolean[columns.size()], new Random(seed));
  }

  private Node grow(int depth, double[] low, double[] high, boolean[] isUsed, Random random) {
    boolean isLeaf = depth >= MAX_DEPTH || (depth >= FIRST_LEAVES && random.nextDouble() < LEAVES);
    if (isLeaf) {
      double label = classes > 0 ? random.nextInt(classes) : 10 * random.nextDouble();
      return new Node(label, -1, 0, null);
    }
    int column = random.nextInt(columns.size());
    while (isUsed[column]) { // a nominal column splits once on each path
      column = random.nextInt(columns.size());
    }
    int values = columns.get(column).values();
    Node[] children = new Node[Math.max(2, values)];
    if (values > 0) {
      isUsed[column] = true;
      for (int v = 0; v < values; v++) {
        children[v] = grow(depth + 1, low, high, isUsed, random);
      }
      isUsed[column] = false;
      return new Node(0, column, 0, children);
    }
    double from = low[column];
    double to = high[column];
    double threshold = from + (to - from) * random.nextDouble();
    high[column] = threshold;
    children[0] = grow(depth + 1, low, high, isUsed, random);
    high[column] = to;
    low[column] = threshold;
    children[1] = grow(depth + 1, low, high, isUsed, random);
    low[column] = from;
    return new Node(0, column, threshold, children);
  }

  @Override
  public double next(Random random, double[] row) {
    for (int c = 0; c < row.length; c++) {
      int values = columns.get(c).values();
      row[c] = values > 0 ? random.nextInt(values) : random.nextDouble();
    }
    Node node = root;
    while (node.children() != null) {
      double value = row[node.column()];
      boolean isNominal = columns.get(node.column()).values() > 0;
      node = node.children()[isNominal ? (int) value : value < node.threshold() ? 0 : 1];
    }
    return classes > 0 ? node.label() : node.label() + 0.5 * random.nextGaussian();
  }
}
