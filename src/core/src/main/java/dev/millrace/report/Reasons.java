package dev.millrace.report;

import dev.millrace.data.PublicApi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The columns that moved a prediction: what the model predicts without any column, and how much
 * each column adds to it. {@code base}, the contributions and {@code others} add up to {@code
 * total}.
 *
 * @param className the predicted class; null if a value is explained, in the label's unit
 * @param areLogOdds true if the log-odds ln(p / (1 - p)) of the class are explained, false for its
 *     score, if that is no probability, and for a value
 * @param total what was predicted
 * @param base prediction for the same record with no column known
 * @param columns the largest contributions by their absolute value, the largest first
 * @param others sum of the contributions of all other columns
 */
@PublicApi
public record Reasons(
    @Nullable String className,
    boolean areLogOdds,
    double total,
    double base,
    List<Contribution> columns,
    double others) {
  public Reasons {
    columns = List.copyOf(columns);
  }

  /**
   * Contribution of a column to a prediction.
   *
   * @param column a feature, declared or derived; {@code input 3} if features are not declared
   */
  public record Contribution(String column, double value) {}
}
