package dev.millrace.data;

import java.util.Arrays;

/**
 * Examples of one model key on their way to the model: the unit of transport, so that the shuffle
 * is paid once for many examples. It has no meaning for learning. Not thread-safe.
 *
 * <p>All examples of a chunk have the same number of features and the same kind of label, and are of
 * the same epoch.
 */
public final class Chunk {
  // target, weight, event time
  private static final int EXAMPLE_BYTES = Double.BYTES + Float.BYTES + Long.BYTES;

  private String key;
  private boolean classification;
  private int width;
  private int epoch;
  private int size;

  // [size x width], row-major
  private float[] features;
  // regression: the target; classification: position of the class in labels
  private double[] targets;
  private float[] weights;
  private long[] eventTimes;
  private String[] labels = new String[4];
  private int labelCount;
  private PackedRecords records;

  /** An empty chunk that takes its first example's key, width and kind. */
  public Chunk() {
    features = new float[64];
    targets = new double[4];
    weights = new float[4];
    eventTimes = new long[4];
    records = new PackedRecords();
  }

  /** A chunk over the given arrays, which it keeps. */
  public Chunk(
      String key,
      int size,
      int width,
      float[] features,
      double[] targets,
      float[] weights,
      long[] eventTimes,
      String[] labels,
      int epoch,
      PackedRecords records) {
    this.key = key;
    this.classification = labels.length > 0;
    this.size = size;
    this.width = width;
    this.features = features;
    this.targets = targets;
    this.weights = weights;
    this.eventTimes = eventTimes;
    this.labels = labels;
    this.labelCount = labels.length;
    this.epoch = epoch;
    this.records = records;
  }

  public String key() {
    return key;
  }

  /** Number of examples. */
  public int size() {
    return size;
  }

  /** Features of each example. */
  public int width() {
    return width;
  }

  /** The pass over a bounded data set that the examples are of, from 1; 0 if nobody counts. */
  public int epoch() {
    return epoch;
  }

  /** Whether the labels are classes; numbers otherwise. */
  public boolean isClassification() {
    return classification;
  }

  /** The features, [size x width] row-major; NaN is a missing value. */
  public float[] features() {
    return features;
  }

  /** The regression targets, or the position of each example's class in {@link #label}. */
  public double[] targets() {
    return targets;
  }

  public float[] weights() {
    return weights;
  }

  /** Milliseconds since the epoch. */
  public long[] eventTimes() {
    return eventTimes;
  }

  /** Number of different classes in this chunk, 0 for regression. */
  public int labelCount() {
    return labelCount;
  }

  /** A class of this chunk. */
  public String label(int position) {
    return labels[position];
  }

  /** The records behind the examples, in the same order. */
  public PackedRecords records() {
    return records;
  }

  /** Memory of the arrays, used or not. */
  public long capacityBytes() {
    return Float.BYTES * (long) features.length
        + EXAMPLE_BYTES * (long) targets.length
        + records.capacityBytes();
  }

  /** Whether an example can be added: same key, width, kind of label and epoch. */
  public boolean accepts(Example example) {
    return size == 0
        || (width == example.width
            && classification == (example.label != null)
            && epoch == example.epoch
            && key.equals(example.key));
  }

  /** Appends a copy of the example, which this chunk must accept. */
  public void add(Example example) {
    if (size == 0) {
      key = example.key;
      width = example.width;
      epoch = example.epoch;
      classification = example.label != null;
    }
    ensureRoom();
    System.arraycopy(example.features, 0, features, size * width, width);
    targets[size] = classification ? position(example.label) : example.target;
    weights[size] = example.weight;
    eventTimes[size] = example.eventTime;
    records.add(example.record);
    size++;
  }

  /** Empties the chunk, keeping its arrays. */
  public void clear() {
    size = 0;
    Arrays.fill(labels, 0, labelCount, null);
    labelCount = 0;
    records.clear();
  }

  /** A deep copy. */
  public Chunk copy() {
    return new Chunk(
        key,
        size,
        width,
        Arrays.copyOf(features, size * width),
        Arrays.copyOf(targets, size),
        Arrays.copyOf(weights, size),
        Arrays.copyOf(eventTimes, size),
        Arrays.copyOf(labels, labelCount),
        epoch,
        records.copy());
  }

  // A chunk has few classes, and the same few Strings come again: a scan beats a hash.
  private int position(String label) {
    for (int i = 0; i < labelCount; i++) {
      if (labels[i].equals(label)) {
        return i;
      }
    }
    if (labelCount == labels.length) {
      labels = Arrays.copyOf(labels, labelCount * 2);
    }
    labels[labelCount] = label;
    return labelCount++;
  }

  private void ensureRoom() {
    int needed = (size + 1) * width;
    if (features.length < needed) {
      features = Arrays.copyOf(features, Math.max(needed, features.length * 2));
    }
    if (targets.length == size) {
      targets = Arrays.copyOf(targets, size * 2);
      weights = Arrays.copyOf(weights, size * 2);
      eventTimes = Arrays.copyOf(eventTimes, size * 2);
    }
  }
}
