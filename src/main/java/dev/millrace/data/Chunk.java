package dev.millrace.data;

import java.util.Arrays;

/**
 * Examples of one model key on their way to the model: the unit of transport, so that the shuffle
 * is paid once for many examples. It has no meaning for learning. Not thread-safe.
 *
 * <p>All examples of a chunk have the same number of features and the same kind of label, and are
 * of the same epoch.
 */
public final class Chunk extends PackedExamples {
  private String key;
  private boolean classification;
  private String[] labels = new String[4];
  private int labelCount;
  private int epoch;

  /** An empty chunk that takes its first example's key, width and kind. */
  public Chunk() {}

  /**
   * A chunk over packed rows and labels, which it keeps.
   *
   * @param bytes as {@link #bytes} gave them, as many as were in use
   */
  public Chunk(String key, int size, int width, int epoch, String[] labels, byte[] bytes) {
    super(bytes, size, width);
    this.key = key;
    this.classification = labels.length > 0;
    this.labels = labels;
    this.labelCount = labels.length;
    this.epoch = epoch;
  }

  public String key() {
    return key;
  }

  /** The pass over a bounded data set that the examples are of, from 1; 0 if nobody counts. */
  public int epoch() {
    return epoch;
  }

  /** Whether the labels are classes; numbers otherwise. */
  public boolean isClassification() {
    return classification;
  }

  /** Number of different classes in this chunk, 0 for regression. */
  public int labelCount() {
    return labelCount;
  }

  /** A class of this chunk. */
  public String label(int position) {
    return labels[position];
  }

  /** The position of a row's class among the labels. */
  public int labelOf(int row) {
    return (int) target(row);
  }

  /** Whether an example can be added: same key, width, epoch and kind of label. */
  public boolean accepts(Example example) {
    return size() == 0
        || (width() == example.width
            && epoch == example.epoch
            && classification == (example.label != null)
            && key.equals(example.key));
  }

  /** Appends a copy of the example, which this chunk must accept. */
  public void add(Example example) {
    if (size() == 0) {
      key = example.key;
      epoch = example.epoch;
      classification = example.label != null;
    }
    append(example, classification ? position(example.label) : example.target);
  }

  /** Empties the chunk, keeping its memory. */
  public void clear() {
    Arrays.fill(labels, 0, labelCount, null);
    labelCount = 0;
    clearRows();
  }

  /** A deep copy. */
  public Chunk copy() {
    return new Chunk(
        key,
        size(),
        width(),
        epoch,
        Arrays.copyOf(labels, labelCount),
        Arrays.copyOf(bytes(), length()));
  }

  // A chunk has few classes, and the same few Strings come again: a scan beats a hash.
  private int position(String label) {
    for (int i = 0; i < labelCount; i++) {
      if (labels[i].equals(label)) {
        return i;
      }
    }
    if (labelCount == labels.length) {
      labels = Arrays.copyOf(labels, Math.max(4, labelCount * 2));
    }
    labels[labelCount] = label;
    return labelCount++;
  }
}
