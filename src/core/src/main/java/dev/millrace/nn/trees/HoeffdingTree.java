package dev.millrace.nn.trees;

import dev.millrace.simd.Elementary;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * A Hoeffding tree of classes (Domingos and Hulten, 2000): a leaf asks a question once it has seen
 * enough records to know, with probability 0.99, that no other column divides the classes better. A
 * leaf predicts its frequencies of classes, or naive Bayes over its columns, whichever had the
 * lower loss (Gama et al., 2003).
 *
 * <p>Memory is bounded: when the statistics of leaves reach {@link #MAX_BYTES}, new leaves take
 * those of the leaf with the fewest errors, which then counts classes only. Not thread-safe.
 */
public final class HoeffdingTree implements State {

  /** Max bytes of the statistics of all leaves, if {@link #MIN_LEAVES} leaves need no more. */
  private static final int MAX_BYTES = 48 << 10;

  /** Leaves that have statistics, however many bytes they take. */
  private static final int MIN_LEAVES = 8;

  /** Leaves for each that has statistics. */
  private static final int LEAVES_EACH = 2;

  /** Weight that a leaf learns between two attempts to split it. */
  private static final double GRACE = 50;

  /** ln(1/δ) with δ = 0.01 the probability of a wrong column at each attempt. */
  private static final double CONFIDENCE = 4.605170185988092;

  /** Two columns whose gains are nearer than this are equally good. */
  private static final double TIE = 0.05;

  /** Share of the last record in the running losses of a leaf. */
  private static final float LOSS_RATE = 0.02f;

  private static final float MIN_PROBABILITY = 1e-6f;

  /** Weight of the frequencies of all records that is added to those of a leaf. */
  private static final double PRIOR = 1;

  private static final int LEAF = -1;
  private static final double LN_2 = 0.6931471805599453;
  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final double[] NONE = {};

  /** Numbers of a row at hand; all trees of a thread share one. */
  public static final class Scratch {
    private final Split split = new Split();
    // [classes], padded.
    private float[] frequencies = {};
    private float[] bayes = {};

    private void fit(int classes) {
      int length = Kernels.padded(classes);
      if (bayes.length < length) {
        frequencies = new float[length];
        bayes = new float[length];
      }
    }
  }

  private final int inputs;
  private int classes;
  private LeafStatistics statistics;
  private int nodeCount = 1;
  private int activeLeaves = 1;
  // [nodes]: column of the question, or LEAF.
  private int[] columns = {LEAF};
  private float[] thresholds = {0f};
  // [nodes]: the child on the left; the other one is next to it.
  private int[] children = {0};
  // [nodes]: weight since the last attempt to split.
  private double[] untried = {0};
  // [nodes x 2]: running losses of frequencies and naive Bayes.
  private float[] losses = {0f, 0f};
  // [nodes x classes]: weights of classes, of inner nodes when they became one.
  private double[] counts;
  // [nodes]: statistics of a leaf, or NONE.
  private double[][] leaves;

  /** Creates a tree of one leaf that has learned nothing. */
  public HoeffdingTree(int inputs, int classes) {
    this.inputs = inputs;
    this.classes = classes;
    statistics = new LeafStatistics(inputs, classes);
    counts = new double[classes];
    leaves = new double[][] {new double[statistics.size()]};
  }

  private static int maxActive(int inputs, int classes) {
    long each = (long) new LeafStatistics(inputs, classes).size() * Double.BYTES;
    return (int) Math.max(MIN_LEAVES, MAX_BYTES / each);
  }

  private static int maxNodes(int inputs, int classes) {
    return 2 * LEAVES_EACH * maxActive(inputs, classes) - 1;
  }

  /** Returns the bytes in memory of a tree that has grown as far as it may. */
  public static long maxBytes(int inputs, int classes) {
    return bytes(maxNodes(inputs, classes), maxActive(inputs, classes), inputs, classes);
  }

  /** Returns the bytes of a tree of one leaf, in memory; it is stored in a few more. */
  public static long minBytes(int inputs, int classes) {
    return bytes(1, 1, inputs, classes);
  }

  private static long bytes(int nodes, int active, int inputs, int classes) {
    int node = 3 * Integer.BYTES + 3 * Float.BYTES + (classes + 1) * Double.BYTES;
    return (long) nodes * node
        + (long) active * new LeafStatistics(inputs, classes).size() * Double.BYTES;
  }

  /** Returns the bytes in memory. */
  public long memoryBytes() {
    return bytes(columns.length, activeLeaves, inputs, classes);
  }

  /** Returns the number of questions. */
  public int splits() {
    return nodeCount / 2;
  }

  /**
   * Predicts the probabilities of the classes.
   *
   * @param row [inputs] from {@code offset}, NaN is missing
   * @param frequencies [classes] of all records
   * @param out receives [classes] from {@code to} on
   * @return number of the leaf, for {@link #learn}
   */
  public int predict(
      float[] row, int offset, float[] frequencies, float[] out, int to, Scratch scratch) {
    scratch.fit(classes);
    int leaf = leafOf(row, offset);
    predictBoth(leaf, row, offset, frequencies, scratch);
    boolean isBayes = losses[2 * leaf + 1] < losses[2 * leaf];
    System.arraycopy(isBayes ? scratch.bayes : scratch.frequencies, 0, out, to, classes);
    return leaf;
  }

  /**
   * Learns the record that was just predicted, with the same scratch; one without weight changes
   * nothing.
   *
   * @param leaf that predicted it
   */
  public void learn(int leaf, float[] row, int offset, int label, float weight, Scratch scratch) {
    if (!(weight > 0f)) {
      return;
    }
    addLoss(2 * leaf, scratch.frequencies[label]);
    addLoss(2 * leaf + 1, scratch.bayes[label]);
    counts[leaf * classes + label] += weight;
    untried[leaf] += weight;
    if (isActive(leaf)) {
      statistics.learn(leaves[leaf], row, offset, label, weight);
    }
    if (untried[leaf] >= GRACE) {
      untried[leaf] = 0;
      if (isActive(leaf)) {
        trySplit(leaf, scratch.split);
      } else {
        activate(leaf);
      }
    }
  }

  private boolean isActive(int leaf) {
    return leaves[leaf].length > 0;
  }

  private int leafOf(float[] row, int offset) {
    int node = 0;
    while (columns[node] != LEAF) {
      // False for NaN.
      node = children[node] + (row[offset + columns[node]] > thresholds[node] ? 1 : 0);
    }
    return node;
  }

  private void predictBoth(
      int leaf, float[] row, int offset, float[] frequencies, Scratch scratch) {
    double total = PRIOR;
    for (int j = 0; j < classes; j++) {
      total += counts[leaf * classes + j];
    }
    for (int j = 0; j < classes; j++) {
      double count = counts[leaf * classes + j] + PRIOR * frequencies[j];
      scratch.frequencies[j] = (float) (count / total);
      scratch.bayes[j] = Elementary.log(Math.max(scratch.frequencies[j], MIN_PROBABILITY));
    }
    if (isActive(leaf)) {
      statistics.addLogDensities(leaves[leaf], row, offset, scratch.bayes, 0);
    }
    KERNELS.softmax(scratch.bayes, 0, 1, classes, Kernels.padded(classes));
  }

  private void addLoss(int at, float probability) {
    float loss = -Elementary.log(Math.max(probability, MIN_PROBABILITY));
    losses[at] += LOSS_RATE * (loss - losses[at]);
  }

  private void trySplit(int leaf, Split split) {
    double weight = statistics.weight(leaves[leaf]);
    split.find(statistics, leaves[leaf]);
    double range = Elementary.log(classes) / LN_2;
    double bound = range * Math.sqrt(CONFIDENCE / (2 * weight));
    boolean isBest = split.gain - split.otherGain > bound || bound < TIE;
    if (split.column >= 0 && isBest && nodeCount + 2 <= maxNodes(inputs, classes)) {
      split(leaf, split);
    }
  }

  private void split(int leaf, Split split) {
    grow(nodeCount + 2);
    int child = nodeCount;
    nodeCount += 2;
    System.arraycopy(split.left, 0, counts, child * classes, classes);
    System.arraycopy(split.right, 0, counts, (child + 1) * classes, classes);
    columns[leaf] = split.column;
    thresholds[leaf] = split.threshold;
    children[leaf] = child;
    leaves[child] = leaves[leaf];
    Arrays.fill(leaves[child], 0);
    leaves[leaf] = NONE;
    activate(child + 1);
  }

  private void grow(int nodes) {
    if (columns.length < nodes) {
      int length = Math.min(2 * Integer.highestOneBit(nodes) - 1, maxNodes(inputs, classes));
      int before = columns.length;
      columns = Arrays.copyOf(columns, length);
      thresholds = Arrays.copyOf(thresholds, length);
      children = Arrays.copyOf(children, length);
      untried = Arrays.copyOf(untried, length);
      losses = Arrays.copyOf(losses, 2 * length);
      counts = Arrays.copyOf(counts, length * classes);
      leaves = Arrays.copyOf(leaves, length);
      Arrays.fill(columns, before, length, LEAF);
      Arrays.fill(leaves, before, length, NONE);
    }
  }

  /** Gives a leaf statistics: new ones, or those of a leaf with fewer errors. */
  private void activate(int leaf) {
    if (activeLeaves < maxActive(inputs, classes)) {
      leaves[leaf] = new double[statistics.size()];
      activeLeaves++;
      return;
    }
    int least = leaf;
    for (int node = 0; node < nodeCount; node++) {
      if (isActive(node) && errors(node) < errors(least)) {
        least = node;
      }
    }
    if (least != leaf) {
      leaves[leaf] = leaves[least];
      Arrays.fill(leaves[leaf], 0);
      leaves[least] = NONE;
    }
  }

  /** Returns the weight of the records of a leaf that are not of its most frequent class. */
  private double errors(int leaf) {
    double sum = 0;
    double most = 0;
    for (int at = leaf * classes; at < (leaf + 1) * classes; at++) {
      sum += counts[at];
      most = Math.max(most, counts[at]);
    }
    return sum - most;
  }

  /** Makes room for one more class. */
  public void addClass() {
    double[] wider = new double[columns.length * (classes + 1)];
    for (int node = 0; node < nodeCount; node++) {
      System.arraycopy(counts, node * classes, wider, node * (classes + 1), classes);
      if (isActive(node)) {
        leaves[node] = statistics.widen(leaves[node]);
      }
    }
    counts = wider;
    classes++;
    statistics = new LeafStatistics(inputs, classes);
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    int stored = v.number("stored nodes of a tree", nodeCount, 1, maxNodes(inputs, classes));
    v.requireBytes("the nodes of a stored tree", bytes(stored, 0, inputs, classes));
    if (v.isFilling()) {
      grow(stored);
      nodeCount = stored;
      activeLeaves = 0;
    }
    v.numbers(columns, 0, nodeCount);
    v.numbers(thresholds, 0, nodeCount);
    v.numbers(children, 0, nodeCount);
    v.numbers(untried, 0, nodeCount);
    v.numbers(losses, 0, 2 * nodeCount);
    v.numbers(counts, 0, nodeCount * classes);
    for (int node = 0; node < nodeCount; node++) {
      v.require("column of a stored question", columns[node], LEAF, inputs - 1);
      if (columns[node] != LEAF) {
        // A child comes after its parent, so each row reaches a leaf.
        v.require("child of a stored question", children[node], node + 1, nodeCount - 2);
      }
      visitStatistics(v, node);
    }
  }

  private void visitStatistics(StateVisitor v, int node) throws IOException {
    boolean isActive = v.flag(isActive(node));
    if (v.isFilling()) {
      activeLeaves += isActive ? 1 : 0;
      v.require("stored leaves", activeLeaves, 0, maxActive(inputs, classes));
      leaves[node] = isActive ? new double[statistics.size()] : NONE;
    }
    v.numbers(leaves[node]);
  }
}
