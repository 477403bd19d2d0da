package dev.millrace.data;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Examples of one model key on their way to the model: the unit of transport, so that the shuffle
 * is paid once for many examples. It has no meaning for learning. Not thread-safe.
 *
 * <p>All rows of a chunk that have features have the same number of them, all that have a label the
 * same kind of label, and all are of the same epoch and declare the same columns.
 */
@PublicApi
public final class Chunk extends PackedExamples {
  private String key = "";
  private boolean classification;
  private String[] labels = new String[4];
  private int labelCount;
  private int epoch;
  private @Nullable DeclaredColumns columns;
  // Whether each row is an example, and whether any has features, and a label.
  private boolean plain = true;
  private boolean hasFeatures;
  private boolean hasLabels;

  /** Creates an empty chunk, which gets key, width and kind of its first example. */
  public Chunk() {}

  /**
   * Creates a chunk of packed rows and labels, which it keeps.
   *
   * @param indicators number of hashed features behind the others, if no feature is declared
   * @param columns that the records of the rows declare; null if they declare none
   * @param plain true if each row is a {@link RecordKind#EXAMPLE}
   * @param bytes as {@link #bytes} gave them, as many as were in use
   */
  public Chunk(
      String key,
      int size,
      int width,
      int indicators,
      @Nullable DeclaredColumns columns,
      int epoch,
      boolean plain,
      String[] labels,
      byte[] bytes) {
    super(bytes, size, width, indicators);
    this.key = key;
    this.columns = columns;
    this.classification = labels.length > 0;
    this.labels = labels;
    this.labelCount = labels.length;
    this.epoch = epoch;
    this.plain = plain;
    this.hasFeatures = size > 0;
    this.hasLabels = size > 0;
  }

  public String key() {
    return key;
  }

  /** Returns the columns that the records of the rows with features declare; null for none. */
  public @Nullable DeclaredColumns columns() {
    return columns;
  }

  /** Returns the pass over a bounded data set, from 1; 0 if not counted. */
  public int epoch() {
    return epoch;
  }

  /** Returns true if each row is a {@link RecordKind#EXAMPLE}. */
  public boolean isPlain() {
    return plain;
  }

  /** Returns true if the rows are commands; then all are. */
  public boolean isOfCommands() {
    return !plain && size() > 0 && kind(0) == RecordKind.COMMAND;
  }

  /** Returns true if the labels are classes; numbers otherwise, or there are none. */
  public boolean isClassification() {
    return classification;
  }

  /** Returns the number of different classes in this chunk, 0 for regression. */
  public int labelCount() {
    return labelCount;
  }

  /** Returns a class of this chunk. */
  public String label(int position) {
    return labels[position];
  }

  /** Returns the position of a row's class among the labels. */
  public int labelOf(int row) {
    return (int) target(row);
  }

  /** Returns true if an example can be added: same key, width, epoch and kind of label. */
  public boolean accepts(Example example) {
    return size() == 0
        || (epoch == example.epoch
            && (hasFeaturesOf(example) || !hasFeatures || !example.kind.hasFeatures())
            && (classification == (example.label != null) || !hasLabels || !example.kind.hasLabel())
            && key.equals(example.key));
  }

  private boolean hasFeaturesOf(Example example) {
    return width() == example.width
        && indicators() == example.indicators
        && Objects.equals(columns, example.columns);
  }

  /** Appends a copy of the example, which this chunk must accept. */
  public void add(Example example) {
    add(example, example.record.timestamp());
  }

  /**
   * Appends a copy of the example, which this chunk must accept.
   *
   * @param timestamp that the row has instead of the record's
   */
  public void add(Example example, long timestamp) {
    if (size() == 0) {
      key = example.key;
      epoch = example.epoch;
    }
    if (example.kind.hasFeatures()) {
      hasFeatures = true;
      columns = example.columns;
    }
    plain &= example.kind == RecordKind.EXAMPLE;
    if (example.kind.hasLabel()) {
      hasLabels = true;
      classification = example.label != null;
      double target = example.label != null ? position(example.label) : example.target;
      append(example, target, timestamp);
    } else {
      append(example, Double.NaN, timestamp);
    }
  }

  /** Empties the chunk, keeping its memory. */
  public void clear() {
    Arrays.fill(labels, 0, labelCount, "");
    labelCount = 0;
    classification = false;
    plain = true;
    hasFeatures = false;
    hasLabels = false;
    columns = null;
    clearRows();
  }

  /** Returns a copy without some rows. */
  public Chunk without(BitSet rows) {
    return with(size() - rows.cardinality(), bytesWithout(rows));
  }

  /** Returns a deep copy. */
  public Chunk copy() {
    return with(size(), Arrays.copyOf(bytes(), length()));
  }

  private Chunk with(int size, byte[] rows) {
    String[] names = Arrays.copyOf(labels, labelCount);
    return new Chunk(key, size, width(), indicators(), columns, epoch, plain, names, rows);
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
