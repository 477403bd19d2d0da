package dev.millrace.report;

import dev.millrace.data.PublicApi;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Scores over some examples. A score that was not requested is absent, one that does not exist yet
 * is NaN.
 *
 * @param examples scored examples
 * @param weight sum of their weights; NaN if it is not reported
 * @param scores in the order of their declaration; flags are 1 or 0
 */
@PublicApi
public record ScoreBlock(long examples, double weight, Map<Score, Double> scores) {

  public ScoreBlock {
    Map<Score, Double> ordered = new EnumMap<>(Score.class);
    ordered.putAll(scores);
    scores = Collections.unmodifiableMap(ordered);
  }

  /** Returns a score; NaN if it is absent or does not exist yet. */
  public double get(Score score) {
    return scores.getOrDefault(score, Double.NaN);
  }

  /** Returns true if the block has a score, or would have it with more examples. */
  public boolean has(Score score) {
    return scores.containsKey(score);
  }

  /** Returns the mean loss; NaN for several outputs, whose losses have no common unit. */
  public double loss() {
    return get(has(Score.LOSS) ? Score.LOSS : Score.VALUE_LOSS);
  }

  /** Returns the accuracy, of several outputs the exact matches; NaN for values. */
  public double accuracy() {
    return get(has(Score.ACCURACY) ? Score.ACCURACY : Score.EXACT_MATCH);
  }

  /** Returns true if the model is better than its baselines; null if that is not known. */
  public @Nullable Boolean betterThanBaseline() {
    double flag =
        get(
            has(Score.BETTER_THAN_BASELINE)
                ? Score.BETTER_THAN_BASELINE
                : Score.VALUE_BETTER_THAN_BASELINE);
    return Double.isNaN(flag) ? null : flag != 0;
  }

  /** Returns the scores up to a last one, in the order of their declaration. */
  public ScoreBlock upTo(Score last) {
    Map<Score, Double> first = new EnumMap<>(Score.class);
    first.putAll(scores);
    first.keySet().removeIf(score -> score.compareTo(last) > 0);
    return new ScoreBlock(examples, weight, first);
  }

  /** Returns the number of a flag: 1 or 0, NaN for null. */
  public static double number(@Nullable Boolean flag) {
    return flag == null ? Double.NaN : flag ? 1 : 0;
  }
}
