package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import dev.millrace.nn.loss.AbsoluteError;
import dev.millrace.nn.loss.BinaryCrossEntropy;
import dev.millrace.nn.loss.CategoricalCrossEntropy;
import dev.millrace.nn.loss.CategoricalFocalCrossEntropy;
import dev.millrace.nn.loss.Huber;
import dev.millrace.nn.loss.Objective;
import dev.millrace.nn.loss.SquaredError;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Loss functions of one prediction.
 *
 * <p>Tasks, checks and the output layer follow from a line. The formulas have outputs y of weighted
 * sums z, targets t (one-hot for classes), and n outputs; the curvature limits steps of sgd.
 */
@PublicApi
public enum Loss {
  /** Σ(y - t)² / n. Its gradient of y is 2(y - t) / n, its curvature 2 / n. */
  MSE(null, SquaredError::new),

  /** Σ|y - t| / n. Its gradient of y is sign(y - t) / n, its curvature counts as 1 / n. */
  MAE(null, AbsoluteError::new),

  /**
   * Σ h(y - t) / n (Huber, 1964, δ = 1); h(e) = e²/2 up to |e| = 1, then |e| - 1/2. Its gradient of
   * y is (y - t cut to -1..1) / n, its curvature 1 / n.
   */
  HUBER(null, Huber::new),

  /** -t·ln y - (1 - t)·ln(1 - y). Its gradient of z is y - t, its curvature 1/4. */
  BINARY_CROSSENTROPY(Activation.SIGMOID, BinaryCrossEntropy::new),

  /** -Σ t·ln y. Its gradient of z is y - t, its curvature 1/2. */
  CATEGORICAL_CROSSENTROPY(Activation.SOFTMAX, CategoricalCrossEntropy::new),

  /**
   * -Σ t·(1 - y)²·ln y, the focal loss (Lin et al., 2017, γ = 2; class weights are its α). Its
   * gradient of z without label smoothing is (y - t)·((1 - p)² - 2p·(1 - p)·ln p) for the
   * probability p of the class, its curvature 0.9924.
   */
  CATEGORICAL_FOCAL_CROSSENTROPY(Activation.SOFTMAX, CategoricalFocalCrossEntropy::new);

  private final @Nullable Activation output;
  private final Function<Objective.Settings, Objective> objective;

  /**
   * @param output activation of the output layer whose probabilities the loss is of; null for a
   *     loss of errors, which goes with any activation, and with regression
   */
  Loss(@Nullable Activation output, Function<Objective.Settings, Objective> objective) {
    this.output = output;
    this.objective = objective;
  }

  /** Returns the loss of models with these settings. */
  public Objective objective(Objective.Settings settings) {
    return objective.apply(settings);
  }

  /** Returns the activation that the output layer must have, null if it may have any. */
  public @Nullable Activation output() {
    return output;
  }

  /** Returns true if the loss is of probabilities and fused with their activation. */
  public boolean isCrossEntropy() {
    return output != null;
  }

  /** Returns true if one neuron is the probability of the second of at most two classes. */
  public boolean isBinary() {
    return output == Activation.SIGMOID;
  }

  /** Returns the task that the loss implies if none is declared, null if it may be any. */
  public @Nullable Task impliedTask() {
    if (output == null) {
      return null;
    }
    return isBinary() ? Task.BINARY : Task.MULTICLASS;
  }

  /** Returns the names of the losses for regression as a list in a sentence: "a, b or c". */
  public static String namesForRegression() {
    List<String> names =
        Arrays.stream(values()).filter(loss -> !loss.isCrossEntropy()).map(Loss::id).toList();
    int last = names.size() - 1;
    return String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /** The name in pipeline files, as Keras spells it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
