package dev.millrace.nn.ids;

import static dev.millrace.nn.ids.IdNumbers.COUNT;
import static dev.millrace.nn.ids.IdNumbers.FACTORS;
import static dev.millrace.nn.ids.IdNumbers.LINEAR;
import static dev.millrace.nn.ids.IdNumbers.MEAN;
import static dev.millrace.nn.ids.IdNumbers.VECTOR;
import static dev.millrace.nn.ids.IdNumbers.WEIGHT;

import dev.millrace.data.Task;
import dev.millrace.nn.Embeddings;
import dev.millrace.nn.stored.PagedPart;
import dev.millrace.simd.Elementary;
import dev.millrace.state.State;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Learns the ids of one model: a linear model, pairs of fields, and numbers that its networks see
 * instead of ids.
 *
 * <p>Linear model: b + Σ x_i·w_i over the ids of a record ({@link LinearIds}). With pairs: the same
 * plus the sum of {@link FieldPairs}. For classes these are logits, added to the logarithms of the
 * running class frequencies, for two classes of the second one; for values they are on the scale of
 * the standardised target.
 *
 * <p>With several classes a network has the vectors instead, see {@link #embeddings}.
 *
 * <p>Networks see of a column or cross, the mean over its ids: with two classes, how far the
 * log-odds of its records are from those of all; with several, the logarithm of the number of its
 * records; with values, the mean of its records' scaled target, its part of the linear model, and
 * that logarithm. Means of few records are drawn to 0. Other numbers they see as they are and as
 * ±ln(1 + |x|): what comes with ids (amounts, counts) often has a long tail.
 *
 * <p>An id that is not known, forgotten, or of too few records counts as 0 everywhere. Sums are in
 * the order of the record's ids. Not thread-safe.
 */
public final class IdLearner implements State {
  /** A mean forgets with one over this, once it is of more records. */
  private static final float MEMORY = 4000f;

  /** Records of the mean of all that count in a mean of values. */
  private static final float VALUE_PRIOR = 10f;

  private static final float BIAS_RATE = 0.01f;
  private static final float MAX_BIAS_WEIGHT = 10f;

  private final IdLayout layout;
  private final LinearIds linear;
  private final KnownIds known;
  // [outputs]
  private float[] bias;

  /**
   * Creates a learner that knows no id.
   *
   * @param seed of the first vectors
   */
  public IdLearner(IdLayout layout, int classes, long seed) {
    this.layout = layout;
    linear = new LinearIds(layout.task.isClassification());
    bias = new float[layout.outputs(classes)];
    int width = IdNumbers.width(bias.length);
    KnownIds.Vector factors = new KnownIds.Vector(FACTORS, VECTOR);
    known = new KnownIds(layout.columns, width, layout.maxKnown, factors, seed);
  }

  /** Scratch of one call after the other, which the models of a thread share. */
  public static final class Scratch {
    final IdRow row = new IdRow();
    final FieldPairs pairs = new FieldPairs();
    private float[] inputs = {};
    private float[] sums = {};
    // [fields]: used ids of each.
    private int[] used = {};

    /** Returns the inputs of the networks, of the row encoded last. */
    public float[] inputs() {
      return inputs;
    }

    private void fit(IdLayout layout, int outputs) {
      row.fit(layout.maxIds, layout.fields);
      if (inputs.length < layout.inputs()) {
        inputs = new float[layout.inputs()];
      }
      if (used.length < layout.fields) {
        used = new int[layout.fields];
      }
      if (sums.length < outputs) {
        sums = new float[outputs];
      }
    }
  }

  /**
   * Looks up the ids of a row, and writes the inputs of the networks.
   *
   * @param logOdds of the second of two classes among all records, else 0
   */
  public void encode(float[] row, int offset, float logOdds, Scratch scratch) {
    scratch.fit(layout, bias.length);
    scratch.row.read(layout.columns, layout.bucketed, row, offset);
    encodeNumbers(row, offset, scratch.inputs);
    System.arraycopy(bias, 0, scratch.sums, 0, bias.length);
    scratch.pairs.begin(layout.fields);
    for (int field = 0; field < layout.fields; field++) {
      encodeField(field, logOdds, scratch);
    }
    scratch.pairs.end();
  }

  private void encodeNumbers(float[] row, int offset, float[] inputs) {
    for (int i = 0; i < layout.numbers.length; i++) {
      inputs[i] = row[offset + layout.numbers[i]];
    }
    int logarithms = layout.numbers.length;
    for (int i = 0; i < layout.bucketed.length; i++) {
      float x = row[offset + layout.bucketed[i]];
      inputs[logarithms + i] = Math.copySign(Elementary.log(1f + Math.abs(x)), x);
    }
  }

  private void encodeField(int field, float logOdds, Scratch scratch) {
    IdRow ids = scratch.row;
    IdTable table = known.table();
    float difference = 0f;
    float part = 0f;
    float count = 0f;
    int used = 0;
    for (int i = ids.starts[field]; i < ids.starts[field + 1]; i++) {
      if (!known.find(i, ids)) {
        continue;
      }
      used++;
      int slot = ids.slots[i];
      float[] numbers = table.numbers(slot);
      int at = table.offset(slot);
      float value = ids.values[i];
      for (int k = 0; k < bias.length; k++) {
        float product = value * linear.weight(numbers, at + LINEAR + 2 * k);
        scratch.sums[k] += product;
        part += product;
      }
      scratch.pairs.add(field, numbers, at, value);
      if (layout.isInput(field)) {
        count += numbers[at + COUNT];
        difference += value * difference(numbers[at + WEIGHT], numbers[at + MEAN], logOdds);
      }
    }
    scratch.used[field] = used;
    if (used > 1) {
      difference /= used;
      count /= used;
      scratch.pairs.divide(field, used);
    }
    if (layout.isInput(field)) {
      write(scratch.inputs, layout.input(field), difference, part, count);
    }
  }

  private void write(float[] inputs, int at, float difference, float part, float count) {
    switch (layout.task) {
      case BINARY -> inputs[at] = difference;
      case MULTICLASS -> inputs[at] = Elementary.log(1f + count);
      case REGRESSION -> {
        inputs[at] = difference;
        inputs[at + 1] = part;
        inputs[at + 2] = Elementary.log(1f + count);
      }
      case MULTILABEL, MULTI_TARGET ->
          throw new IllegalStateException("a model has one output, not " + layout.task.id());
    }
  }

  /** Returns how the records of an id differ from all, as far as their number supports it. */
  private float difference(float weight, float mean, float logOdds) {
    if (layout.task == Task.REGRESSION) {
      return weight * mean / (weight + VALUE_PRIOR);
    }
    if (layout.task == Task.MULTICLASS) {
      return 0f;
    }
    float meanProbability = 1f / (1f + Elementary.exp(-logOdds));
    // As many records as have a variance of 1 in their log-odds: rare classes need more.
    float prior = 1f / (meanProbability * (1f - meanProbability));
    float probability = (weight * mean + prior * meanProbability) / (weight + prior);
    return Elementary.log(probability / (1f - probability)) - logOdds;
  }

  /** Returns what the linear model predicts of an output, for the row encoded last. */
  public float linear(int output, Scratch scratch) {
    return scratch.sums[output];
  }

  /** Returns the sum of the pairs of fields, of the row encoded last. */
  public float pairs(Scratch scratch) {
    return scratch.pairs.sum();
  }

  /**
   * Learns the row encoded last, and gets to know its ids.
   *
   * @param target 1 for the second of two classes, else 0; the scaled target for values
   * @param errors of the linear model, [outputs]: prediction minus target
   * @param errorWithPairs the same with the pairs of fields
   * @param weight of the example
   */
  public void learn(
      float[] row,
      int offset,
      float target,
      float[] errors,
      float errorWithPairs,
      float weight,
      Scratch scratch) {
    for (int i = 0; i < scratch.row.size; i++) {
      if (scratch.row.isUsed[i]) {
        learnUsed(i, errors, errorWithPairs, weight, scratch);
      }
    }
    for (int k = 0; k < bias.length; k++) {
      bias[k] -= BIAS_RATE * errors[k] * Math.min(weight, MAX_BIAS_WEIGHT);
    }
    known.count(row, offset, scratch.row);
    for (int i = 0; weight > 0f && i < scratch.row.size; i++) {
      updateMean(scratch.row.slots[i], target, weight);
    }
  }

  private void learnUsed(
      int i, float[] errors, float errorWithPairs, float weight, Scratch scratch) {
    IdRow ids = scratch.row;
    IdTable table = known.table();
    float[] numbers = table.changedNumbers(ids.slots[i]);
    int at = table.offset(ids.slots[i]);
    float factor = ids.values[i] * weight;
    for (int k = 0; k < bias.length; k++) {
      linear.learn(numbers, at + LINEAR + 2 * k, errors[k] * factor);
    }
    if (layout.hasPairs()) {
      int field = ids.fields[i];
      float gradient = errorWithPairs * factor / scratch.used[field];
      scratch.pairs.learn(field, numbers, at, gradient);
    }
  }

  private void updateMean(int slot, float target, float weight) {
    float[] numbers = known.table().changedNumbers(slot);
    int at = known.table().offset(slot);
    float all = Math.min(MEMORY, numbers[at + WEIGHT] + weight);
    numbers[at + WEIGHT] = all;
    numbers[at + MEAN] += (target - numbers[at + MEAN]) * Math.min(1f, weight / all);
  }

  /** Makes room for one more of several classes. */
  public void addClass(int classes) {
    int outputs = layout.outputs(classes);
    if (outputs > bias.length) {
      bias = Arrays.copyOf(bias, outputs);
      known.table().widen(IdNumbers.width(outputs));
    }
  }

  /** Returns the number of ids that the model knows. */
  public int ids() {
    return known.table().size();
  }

  /** Returns the vectors of ids as inputs of a network, which learns them; without pairs only. */
  public Embeddings embeddings() {
    return new IdEmbeddings(layout.columns, known);
  }

  /** Returns the table of ids. */
  public PagedPart table() {
    return known.table();
  }

  /** Returns the bytes in memory. */
  public long memoryBytes() {
    return known.table().memoryBytes();
  }

  /** Returns false if a number that was learned is not finite. */
  public boolean isFinite() {
    return State.isFinite(this) && known.table().isFinite();
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    known.visitTime(v);
    v.numbers(bias);
    known.visitTable(v, IdNumbers.width(bias.length));
  }
}
