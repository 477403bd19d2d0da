package dev.millrace.report;

import dev.millrace.data.Task;
import dev.millrace.report.Prediction.OfOutputs;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prediction of a served model for features without a label.
 *
 * @param classes that the model knows; empty for regression
 * @param scores of each class, the largest is the prediction; for regression the two floats of the
 *     value
 * @param probabilities true if the scores are probabilities
 * @param model name of the champion; null if there is one model
 * @param modelVersion steps that the model's weights have taken
 * @param examples that the model has learned from
 * @param config hash of the configuration it was trained with; null if not known
 * @param derivedUntil time of the last record that features were derived from, milliseconds since
 *     the epoch; null if none are derived
 * @param region interval or set of classes; null if the pipeline has none
 * @param reasons columns that moved the prediction; null if the pipeline explains none
 * @param outputs predictions of several outputs, instead of classes and scores; null if there is
 *     one
 */
public record ModelAnswer(
    String key,
    Task task,
    List<String> classes,
    float[] scores,
    boolean probabilities,
    @Nullable String model,
    long modelVersion,
    long examples,
    @Nullable String config,
    @Nullable Long derivedUntil,
    @Nullable PredictionRegion region,
    @Nullable Reasons reasons,
    @Nullable OfOutputs outputs) {

  /** Creates the answer of a model with one output. */
  public ModelAnswer(
      String key,
      Task task,
      List<String> classes,
      float[] scores,
      boolean probabilities,
      @Nullable String model,
      long modelVersion,
      long examples,
      @Nullable String config,
      @Nullable Long derivedUntil,
      @Nullable PredictionRegion region,
      @Nullable Reasons reasons) {
    this(
        key,
        task,
        classes,
        scores,
        probabilities,
        model,
        modelVersion,
        examples,
        config,
        derivedUntil,
        region,
        reasons,
        null);
  }

  /**
   * Returns the same answer with the most likely classes only, the likeliest first; of equal ones
   * the first.
   *
   * @param count classes to keep, from 1; an answer that has no more is returned as it is
   */
  public ModelAnswer top(int count) {
    if (classes.size() <= count) {
      return this;
    }
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparing((Integer c) -> scores[c]).reversed())
            .limit(count)
            .mapToInt(Integer::intValue)
            .toArray();
    List<String> names = new ArrayList<>(count);
    float[] kept = new float[order.length];
    for (int i = 0; i < order.length; i++) {
      names.add(classes.get(order[i]));
      kept[i] = scores[order[i]];
    }
    return new ModelAnswer(
        key,
        task,
        names,
        kept,
        probabilities,
        model,
        modelVersion,
        examples,
        config,
        derivedUntil,
        region,
        reasons,
        outputs);
  }
}
