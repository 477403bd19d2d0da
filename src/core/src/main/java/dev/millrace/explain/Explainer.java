package dev.millrace.explain;

import dev.millrace.eval.probability.FdlibmLog;
import dev.millrace.input.InputSpec;
import dev.millrace.nn.OnlineModel;
import dev.millrace.nn.PredictedValue;
import dev.millrace.nn.Workspace;
import dev.millrace.report.Reasons;
import dev.millrace.report.Reasons.Contribution;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Explains predictions by contributions of columns that add up to them: Shapley values of the
 * model's own predictions, estimated from {@value RowColumns#ORDERS} orders in which the columns
 * become known one by one. The change of the prediction at each step is the column's contribution
 * in that order. They are exact where a model adds up its columns, such as a linear one, and for
 * two columns.
 *
 * <p>See E. Štrumbelj and I. Kononenko, Explaining prediction models and individual predictions
 * with feature contributions, 2014; pairs of opposite orders are from R. Mitchell et al., Sampling
 * permutations for Shapley value estimation, 2022.
 *
 * <p>{@link #predict} is called before the model learns the row, {@link #explainClass} or {@link
 * #explainValue} with the prediction that was published. Models of one thread may share an object.
 * Not thread-safe.
 */
public final class Explainer {
  // A smaller probability counts as this one, since ln(0) is infinite.
  private static final double MIN_PROBABILITY = 1e-9;

  private final RowColumns columns;
  private final boolean[] isKnown;
  // [columns]: the step of the current order at which a column becomes known.
  private final int[] steps;
  private final int[] order;
  private final double[] contributions;
  private final float[] variant;
  private float[] scores = {};
  private int outputs;
  // Columns that differ from unknown ones; the others contribute nothing.
  private int known;

  /**
   * Returns the explainer that all models of a workspace share.
   *
   * @param inputs number of features of a row
   */
  public static Explainer of(InputSpec input, int inputs, Workspace workspace) {
    return workspace.shared(Shared.class, Shared::new).get(input, inputs);
  }

  /** The explainers of one input, by the number of features of a row. */
  private static final class Shared {
    // Where features are not declared, rows of few widths take turns.
    private static final int MAX_WIDTHS = 8;

    private final Map<Integer, Explainer> byWidth = new HashMap<>();
    private @Nullable InputSpec input;

    Explainer get(InputSpec other, int inputs) {
      if (other != input || byWidth.size() > MAX_WIDTHS) {
        byWidth.clear();
        input = other;
      }
      return byWidth.computeIfAbsent(inputs, width -> new Explainer(RowColumns.of(other, width)));
    }
  }

  public Explainer(RowColumns columns) {
    this.columns = columns;
    isKnown = new boolean[columns.explained()];
    steps = new int[columns.explained()];
    order = new int[columns.explained()];
    contributions = new double[columns.explained()];
    variant = new float[columns.inputs()];
  }

  /**
   * Predicts the variants of a row without changing the model, see {@link
   * OnlineModel#predictVariants}.
   */
  public void predict(OnlineModel model, float[] features, int offset) {
    columns.findKnown(features, offset, isKnown);
    known = 0;
    for (boolean is : isKnown) {
      known += is ? 1 : 0;
    }
    outputs = model.outputs();
    int variants = 1 + RowColumns.ORDERS * Math.max(0, known - 1);
    if (scores.length < variants * outputs) {
      scores = new float[variants * outputs];
    }
    if (outputs > 0) {
      model.predictVariants(
          features, offset, variants, index -> variant(features, offset, index), scores);
    }
  }

  /** Variant 0 knows no column; then come, for each order, those that know 1, 2, ... columns. */
  private float[] variant(float[] features, int offset, int index) {
    int between = Math.max(1, known - 1);
    int step = index == 0 ? 0 : (index - 1) % between + 1;
    if (step <= 1) {
      startOrder(index == 0 ? 0 : (index - 1) / between);
    }
    columns.write(features, offset, steps, step, variant);
    return variant;
  }

  /** Sets the known columns, and the step of each, of an order. */
  private void startOrder(int index) {
    Arrays.fill(steps, 0);
    int step = 0;
    for (int column : columns.order(index)) {
      if (isKnown[column]) {
        order[step] = column;
        steps[column] = step++;
      }
    }
  }

  /**
   * Returns the reasons for the prediction of a class.
   *
   * @param names of the classes
   * @param published the scores that were published, of the classes known before the row was
   *     learned
   * @param classes number of those
   * @param predicted index of the predicted class
   * @param top max number of columns that are named
   * @return null if fewer than two classes were known, and if a prediction is not finite
   */
  public @Nullable Reasons explainClass(
      List<String> names,
      float[] published,
      int classes,
      int predicted,
      boolean areProbabilities,
      int top) {
    if (classes < 2 || predicted < 0) {
      return null;
    }
    double total = score(published, 0, classes, predicted, areProbabilities);
    double base = score(scores, 0, classes, predicted, areProbabilities);
    addUp(base, total, at -> score(scores, at, classes, predicted, areProbabilities));
    return reasons(names.get(predicted), areProbabilities, total, base, top);
  }

  /**
   * Returns the reasons for a predicted value.
   *
   * @param value that was published
   * @param top max number of columns that are named
   * @return null before the first label, and if a prediction is not finite
   */
  public @Nullable Reasons explainValue(double value, int top) {
    double base = PredictedValue.read(scores, 0);
    addUp(base, value, at -> PredictedValue.read(scores, at));
    return reasons(null, false, value, base, top);
  }

  /** Returns the log-odds of a class, or its score if that is no probability. */
  private static double score(
      float[] scores, int at, int classes, int index, boolean areProbabilities) {
    if (!areProbabilities) {
      return scores[at + index];
    }
    double otherScores = 0;
    for (int c = 0; c < classes; c++) {
      otherScores += c == index ? 0 : scores[at + c];
    }
    if (!Double.isFinite(otherScores + scores[at + index])) {
      return Double.NaN;
    }
    return FdlibmLog.of(Math.max(MIN_PROBABILITY, scores[at + index]))
        - FdlibmLog.of(Math.max(MIN_PROBABILITY, otherScores));
  }

  private interface Score {
    /** Returns the score of the prediction that starts there. */
    double at(int place);
  }

  private void addUp(double base, double total, Score score) {
    Arrays.fill(contributions, 0);
    int variant = 1;
    for (int o = 0; o < RowColumns.ORDERS && known > 0; o++) {
      startOrder(o);
      double before = base;
      for (int step = 0; step < known; step++) {
        double after = step == known - 1 ? total : score.at(variant++ * outputs);
        contributions[order[step]] += (after - before) / RowColumns.ORDERS;
        before = after;
      }
    }
  }

  private @Nullable Reasons reasons(
      @Nullable String className, boolean areLogOdds, double total, double base, int top) {
    // A sum is finite if all that it adds up is.
    if (!Double.isFinite(base + Arrays.stream(contributions).sum())) {
      return null;
    }
    List<Contribution> largest =
        IntStream.range(0, columns.size())
            .filter(column -> contributions[column] != 0)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer column) -> -Math.abs(contributions[column])))
            .limit(top)
            .map(column -> new Contribution(columns.name(column), contributions[column]))
            .toList();
    double named = largest.stream().mapToDouble(Contribution::value).sum();
    return new Reasons(className, areLogOdds, total, base, largest, total - base - named);
  }

  /** Returns the columns of a row. */
  public RowColumns columns() {
    return columns;
  }

  /** Returns the contribution of each column to the prediction explained last. */
  double[] contributions() {
    return contributions;
  }
}
