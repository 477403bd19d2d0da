package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.simd.Elementary;
import dev.millrace.simd.KernelProvider;
import dev.millrace.simd.Kernels;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Naive Bayes over indicators: p ∝ f·Π p(indicator | class) over those that are 1, with f the
 * running class frequencies, and shares of the records of a class that forget 0.1 % with each
 * record. A count says much after a few records; steps down a gradient need many more.
 */
final class NaiveBayesMember implements Member {

  private static final Kernels KERNELS = KernelProvider.kernels();
  private static final float KEPT = 0.999f;

  /** Records with the indicator, and as many without it, that are added to those of a class. */
  private static final float PRIOR = 0.5f;

  /** The count of a record grows instead of all counts shrinking, up to here. */
  private static final float MAX_UNIT = 1 << 20;

  /** Smallest product that is multiplied further; the logarithm of a smaller one is added. */
  private static final float MIN_PRODUCT = 1e-20f;

  /** One such member of each mixture of classes whose rows have indicators. */
  record Plan(MixtureKind kind) implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of("naive-bayes");
    }

    @Override
    public long memoryBytes() {
      return (kind.indicators() + 1L) * kind.classes() * Float.BYTES;
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new NaiveBayesMember(parts.indicators().columns(), kind.classes(), place);
    }
  }

  /** [classes]: products of shares, and inverse totals. */
  private static final class Scratch {
    float[] products = {};
    float[] inverses = {};
  }

  private final int prediction;
  private final int[] columns;
  private int classes;
  // [indicators x classes], then those of all records, [classes]; in units.
  private float[] counts;
  private float unit = 1f;

  /**
   * Creates one that knows no record.
   *
   * @param columns places of the indicators
   */
  NaiveBayesMember(int[] columns, int classes, MemberPlan.Place place) {
    prediction = place.prediction();
    this.columns = columns;
    this.classes = classes;
    counts = new float[(columns.length + 1) * classes];
  }

  @Override
  public void predict(Row row) {
    Scratch scratch = row.workspace.shared(Scratch.class, Scratch::new);
    scratch.products = Row.grown(scratch.products, classes);
    scratch.inverses = Row.grown(scratch.inverses, classes);
    float[] out = row.predictions;
    int at = row.at(prediction);
    Arrays.fill(out, at, at + row.columns, 0f);
    System.arraycopy(row.logFrequencies, 0, out, at, classes);
    float[] products = scratch.products;
    float[] inverses = scratch.inverses;
    int totals = columns.length * classes;
    for (int j = 0; j < classes; j++) {
      products[j] = 1f;
      inverses[j] = 1f / (counts[totals + j] + 2 * PRIOR * unit);
    }
    for (int i = 0; i < columns.length; i++) {
      if (row.encoded[columns[i]] > 0f) {
        for (int j = 0; j < classes; j++) {
          if (products[j] < MIN_PRODUCT) {
            out[at + j] += Elementary.log(products[j]);
            products[j] = 1f;
          }
          products[j] *= (counts[i * classes + j] + PRIOR * unit) * inverses[j];
        }
      }
    }
    for (int j = 0; j < classes; j++) {
      out[at + j] += Elementary.log(products[j]);
    }
    KERNELS.softmax(out, at, 1, classes, row.columns);
  }

  @Override
  public void learn(Row row) {
    predict(row);
    count(row, row.label(), row.weight);
  }

  private void count(Row row, int label, float weight) {
    unit /= KEPT;
    if (unit > MAX_UNIT) {
      unit /= MAX_UNIT;
      for (int i = 0; i < counts.length; i++) {
        counts[i] /= MAX_UNIT;
      }
    }
    for (int i = 0; i < columns.length; i++) {
      if (row.encoded[columns[i]] > 0f) {
        counts[i * classes + label] += unit * weight;
      }
    }
    counts[columns.length * classes + label] += unit * weight;
  }

  @Override
  public boolean learnsOneClass() {
    return true;
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    float[] wider = new float[(columns.length + 1) * (classes + 1)];
    for (int i = 0; i <= columns.length; i++) {
      System.arraycopy(counts, i * classes, wider, i * (classes + 1), classes);
    }
    counts = wider;
    classes++;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    unit = v.number(unit);
    v.numbers(counts);
    if (v.isReading()) {
      require(unit, 1f, MAX_UNIT);
      for (float count : counts) {
        require(count, 0f, Float.MAX_VALUE);
      }
    }
  }

  private static void require(float number, float min, float max) throws IOException {
    if (!(number >= min && number <= max)) {
      throw new IOException(
          "a stored count of naive Bayes is %s, but must be from %s to %s; the bytes are damaged"
              .formatted(number, min, max));
    }
  }
}
