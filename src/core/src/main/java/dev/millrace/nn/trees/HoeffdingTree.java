package dev.millrace.nn.trees;

import dev.millrace.simd.Elementary;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * A Hoeffding tree of classes (Domingos and Hulten, 2000). A leaf is split by the column with the
 * highest information gain once Hoeffding's bound excludes every other column with probability 0.99
 * at each attempt, or once the bound is below 0.05. A leaf predicts its class frequencies or naive
 * Bayes, whichever had the lower running loss (Gama et al., 2003; Holmes et al., 2005).
 *
 * <p>Memory is bounded: when the statistics of leaves reach 48 KB, a leaf that needs them takes
 * them from the leaf with the fewest errors, if that has fewer. A leaf without statistics only
 * counts classes. A tree that is too large for one more class starts again. Not thread-safe.
 */
public final class HoeffdingTree implements State {

  /** Max bytes of the statistics of all leaves, if they are at least {@link #MIN_LEAVES}. */
  private static final int MAX_BYTES = 48 << 10;

  /** Leaves that have statistics, however many bytes they take. */
  private static final int MIN_LEAVES = 8;

  /** Max leaves for each leaf with statistics. */
  private static final int LEAVES_PER_ACTIVE = 2;

  /** Records that a leaf learns between two attempts to split it. */
  private static final int GRACE = 50;

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
  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final double[] NONE = {};

  /** Numbers of a row at hand; all trees of a thread share one. */
  public static final class Scratch {
    private final SplitSearch search = new SplitSearch();
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
  private LeafLayout layout;
  private int nodeCount;
  private int activeLeaves;
  // [nodes]: column of the question, or LEAF.
  private int[] columns;
  private float[] thresholds;
  // [nodes]: of a question the child on the left, next to which is the other one; of a leaf its
  // place among the leaves.
  private int[] places;
  // [leaves]: records since the last attempt to split.
  private int[] untried;
  // [leaves x 2]: running losses of frequencies and naive Bayes.
  private float[] losses;
  // [leaves x classes]: weights of classes.
  private double[] counts;
  // [leaves]: statistics, or NONE.
  private double[][] statistics;

  /** Creates a tree of one leaf that has learned nothing. */
  public HoeffdingTree(int inputs, int classes) {
    this.inputs = inputs;
    this.classes = classes;
    layout = new LeafLayout(inputs, classes);
    startAgain();
  }

  private static int maxActive(int inputs, int classes) {
    long each = (long) new LeafLayout(inputs, classes).size() * Double.BYTES;
    return (int) Math.max(MIN_LEAVES, MAX_BYTES / each);
  }

  private static int maxNodes(int inputs, int classes) {
    return 2 * LEAVES_PER_ACTIVE * maxActive(inputs, classes) - 1;
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
    int node = 2 * Integer.BYTES + Float.BYTES;
    int leaf = Integer.BYTES + 2 * Float.BYTES + classes * Double.BYTES;
    return (long) nodes * node
        + (long) leaves(nodes) * leaf
        + (long) active * new LeafLayout(inputs, classes).size() * Double.BYTES;
  }

  /** Returns the number of leaves of a tree; each question has two children. */
  private static int leaves(int nodes) {
    return (nodes + 1) / 2;
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
   * @param prior [classes] frequencies in all records
   * @param out receives [classes] from {@code to} on
   * @return node of the leaf, for {@link #learn}
   */
  public int predict(float[] row, int offset, float[] prior, float[] out, int to, Scratch scratch) {
    scratch.fit(classes);
    int node = leafOf(row, offset);
    int leaf = places[node];
    predictBoth(leaf, row, offset, prior, scratch);
    boolean isBayes = losses[2 * leaf + 1] < losses[2 * leaf];
    System.arraycopy(isBayes ? scratch.bayes : scratch.frequencies, 0, out, to, classes);
    return node;
  }

  /**
   * Learns a record. {@link #predict} must have been called for it just before, with the same
   * scratch. A weight of 0 changes nothing.
   *
   * @param node that predicted it
   */
  public void learn(int node, float[] row, int offset, int label, float weight, Scratch scratch) {
    if (!(weight > 0f)) {
      return;
    }
    int leaf = places[node];
    addLoss(2 * leaf, scratch.frequencies[label]);
    addLoss(2 * leaf + 1, scratch.bayes[label]);
    counts[leaf * classes + label] += weight;
    untried[leaf]++;
    if (isActive(leaf)) {
      layout.learn(statistics[leaf], row, offset, label, weight);
    }
    if (untried[leaf] >= GRACE) {
      untried[leaf] = 0;
      if (isActive(leaf)) {
        trySplit(node, scratch.search);
      } else {
        activate(leaf);
      }
    }
  }

  private boolean isActive(int leaf) {
    return statistics[leaf].length > 0;
  }

  private int leafOf(float[] row, int offset) {
    int node = 0;
    while (columns[node] != LEAF) {
      // False for NaN.
      node = places[node] + (row[offset + columns[node]] > thresholds[node] ? 1 : 0);
    }
    return node;
  }

  private void predictBoth(int leaf, float[] row, int offset, float[] prior, Scratch scratch) {
    double total = PRIOR;
    for (int j = 0; j < classes; j++) {
      total += counts[leaf * classes + j];
    }
    for (int j = 0; j < classes; j++) {
      double count = counts[leaf * classes + j] + PRIOR * prior[j];
      scratch.frequencies[j] = (float) (count / total);
      scratch.bayes[j] = Elementary.log(Math.max(scratch.frequencies[j], MIN_PROBABILITY));
    }
    if (isActive(leaf)) {
      layout.addLogDensities(statistics[leaf], row, offset, scratch.bayes, 0);
    }
    KERNELS.softmax(scratch.bayes, 0, 1, classes, Kernels.padded(classes));
  }

  private void addLoss(int at, float probability) {
    float loss = -Elementary.log(Math.max(probability, MIN_PROBABILITY));
    losses[at] += LOSS_RATE * (loss - losses[at]);
  }

  private void trySplit(int node, SplitSearch search) {
    if (nodeCount + 2 > maxNodes(inputs, classes)) {
      return;
    }
    double[] leaf = statistics[places[node]];
    search.find(layout, leaf);
    double range = Elementary.log(classes) / SplitSearch.LN_2;
    double bound = range * Math.sqrt(CONFIDENCE / (2 * layout.records(leaf)));
    boolean isBest = search.gain - search.otherGain > bound || bound < TIE;
    if (search.column >= 0 && isBest) {
      split(node, search);
    }
  }

  /** Makes a leaf a question; the child on the left takes its place among the leaves. */
  private void split(int node, SplitSearch search) {
    grow(nodeCount + 2);
    int left = places[node];
    int right = leaves(nodeCount);
    int child = nodeCount;
    nodeCount += 2;
    columns[node] = search.column;
    thresholds[node] = search.threshold;
    places[node] = child;
    places[child] = left;
    places[child + 1] = right;
    Arrays.fill(losses, 2 * left, 2 * left + 2, 0f);
    System.arraycopy(search.left, 0, counts, left * classes, classes);
    System.arraycopy(search.right, 0, counts, right * classes, classes);
    Arrays.fill(statistics[left], 0);
    activate(right);
  }

  private void grow(int nodes) {
    if (columns.length < nodes) {
      resize(nodes);
    }
  }

  /** Sets the length of the arrays, which follows from the numbers of nodes and classes. */
  private void resize(int nodes) {
    int length = Math.min(2 * Integer.highestOneBit(nodes) - 1, maxNodes(inputs, classes));
    int before = columns.length;
    columns = Arrays.copyOf(columns, length);
    thresholds = Arrays.copyOf(thresholds, length);
    places = Arrays.copyOf(places, length);
    untried = Arrays.copyOf(untried, leaves(length));
    losses = Arrays.copyOf(losses, 2 * leaves(length));
    counts = Arrays.copyOf(counts, leaves(length) * classes);
    statistics = Arrays.copyOf(statistics, leaves(length));
    if (before < length) {
      Arrays.fill(columns, before, length, LEAF);
      Arrays.fill(statistics, leaves(before), leaves(length), NONE);
    }
  }

  /** Gives a leaf statistics: new ones, or those of a leaf with fewer errors. */
  private void activate(int leaf) {
    if (activeLeaves < maxActive(inputs, classes)) {
      statistics[leaf] = new double[layout.size()];
      activeLeaves++;
      return;
    }
    int least = leaf;
    for (int node = 0; node < nodeCount; node++) {
      int other = places[node];
      if (columns[node] == LEAF && isActive(other) && errors(other) < errors(least)) {
        least = other;
      }
    }
    if (least != leaf) {
      statistics[leaf] = statistics[least];
      Arrays.fill(statistics[leaf], 0);
      statistics[least] = NONE;
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
    if (nodeCount > maxNodes(inputs, classes + 1)
        || activeLeaves > maxActive(inputs, classes + 1)) {
      startAgain();
    }
    double[] wider = new double[statistics.length * (classes + 1)];
    for (int leaf = 0; leaf < leaves(nodeCount); leaf++) {
      System.arraycopy(counts, leaf * classes, wider, leaf * (classes + 1), classes);
      if (isActive(leaf)) {
        statistics[leaf] = layout.widen(statistics[leaf]);
      }
    }
    counts = wider;
    classes++;
    layout = new LeafLayout(inputs, classes);
    resize(nodeCount);
  }

  /** Becomes a tree of one leaf that has learned nothing. */
  private void startAgain() {
    nodeCount = 1;
    activeLeaves = 1;
    columns = new int[] {LEAF};
    thresholds = new float[1];
    places = new int[1];
    untried = new int[1];
    losses = new float[2];
    counts = new double[classes];
    statistics = new double[][] {new double[layout.size()]};
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
    v.numbers(places, 0, nodeCount);
    int leaves = leaves(nodeCount);
    v.numbers(untried, 0, leaves);
    v.numbers(losses, 0, 2 * leaves);
    v.numbers(counts, 0, leaves * classes);
    for (int node = 0; node < nodeCount; node++) {
      v.require("column of a stored question", columns[node], LEAF, inputs - 1);
      if (columns[node] == LEAF) {
        v.require("place of a stored leaf", places[node], 0, leaves - 1);
      } else {
        // A child comes after its parent, so each row reaches a leaf.
        v.require("child of a stored question", places[node], node + 1, nodeCount - 2);
      }
    }
    for (int leaf = 0; leaf < leaves; leaf++) {
      visitStatistics(v, leaf);
    }
  }

  private void visitStatistics(StateVisitor v, int leaf) throws IOException {
    boolean isActive = v.flag(isActive(leaf));
    if (v.isFilling()) {
      activeLeaves += isActive ? 1 : 0;
      v.require("stored leaves", activeLeaves, 0, maxActive(inputs, classes));
      statistics[leaf] = isActive ? new double[layout.size()] : NONE;
    }
    v.numbers(statistics[leaf]);
  }
}
