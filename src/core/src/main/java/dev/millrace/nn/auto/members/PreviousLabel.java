package dev.millrace.nn.auto.members;

import dev.millrace.nn.auto.rows.MixtureKind;
import dev.millrace.nn.auto.rows.MixtureParts;
import dev.millrace.nn.auto.rows.Row;
import dev.millrace.state.StateVisitor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Predicts a class by how often it followed the previous label: a Markov chain that forgets slowly.
 * Each label counts as if it had been followed once before, by all classes in their frequencies.
 */
public final class PreviousLabel implements Member {

  static final String NAME = "previous-label";

  /**
   * Max number of classes to count; of more it predicts the frequencies. A table of more would be
   * large, and what predicts while a label is waited for would not be remembered in every tier.
   */
  public static final int MAX_CLASSES = 30;

  private static final float KEPT = 0.999f;

  /** One such member of each mixture of classes. */
  record Plan(MixtureKind kind) implements MemberPlan {
    @Override
    public List<String> names() {
      return List.of(NAME);
    }

    @Override
    public Part share() {
      return Part.PREVIOUS;
    }

    @Override
    public long memoryBytes() {
      return (long) floats(kind.classes()) * Float.BYTES;
    }

    @Override
    public Member create(MixtureParts parts, Place place) {
      return new PreviousLabel(kind.classes(), place);
    }
  }

  private final int prediction;
  private int classes;
  // [previous x next], decaying weights of the examples where it followed; empty if not counted.
  private float[] counts;

  PreviousLabel(int classes, MemberPlan.Place place) {
    this.classes = classes;
    prediction = place.prediction();
    counts = new float[floats(classes)];
  }

  /** Returns the floats of its table. */
  static int floats(int classes) {
    return classes <= MAX_CLASSES ? classes * classes : 0;
  }

  @Override
  public void predict(Row row) {
    int at = row.at(prediction);
    float[] out = row.predictions;
    Arrays.fill(out, at, at + row.stride, 0f);
    int from = Math.max(0, row.previous) * classes;
    boolean isCounted = row.previous >= 0 && counts.length > 0;
    float prior = MixtureConstant.PREVIOUS_LABEL_PRIOR.value;
    float sum = prior;
    for (int j = 0; isCounted && j < classes; j++) {
      sum += counts[from + j];
    }
    for (int j = 0; j < classes; j++) {
      float count = isCounted ? counts[from + j] : 0f;
      out[at + j] = (count + prior * row.frequencies[j]) / sum;
    }
  }

  @Override
  public void learn(Row row) {
    predict(row);
    if (row.previousThen >= 0 && counts.length > 0) {
      int from = row.previousThen * classes;
      for (int j = 0; j < classes; j++) {
        counts[from + j] *= KEPT;
      }
      counts[from + row.label()] += row.weight;
    }
  }

  @Override
  public boolean learnsOneClass() {
    return true;
  }

  @Override
  public void addClass(MixtureKind grown, MemberPlan plan) {
    int all = classes + 1;
    float[] wider = new float[floats(all)];
    for (int i = 0; wider.length > 0 && i < classes; i++) {
      System.arraycopy(counts, i * classes, wider, i * all, classes);
    }
    counts = wider;
    classes = all;
  }

  @Override
  public void visit(StateVisitor v) throws IOException {
    v.numbers(counts);
  }
}
