package dev.millrace.report;

import static dev.millrace.report.Score.Better.FLAG;
import static dev.millrace.report.Score.Better.HIGHER;
import static dev.millrace.report.Score.Better.LOWER;
import static dev.millrace.report.Score.Better.NEITHER;
import static dev.millrace.report.Score.Kind.SETS;
import static dev.millrace.report.Score.Kind.VALUES;
import static dev.millrace.report.Score.Part.CALIBRATION;
import static dev.millrace.report.Score.Part.MACRO;
import static dev.millrace.report.Score.Part.MICRO;
import static dev.millrace.report.Score.Part.WEIGHTED;

import dev.millrace.data.PublicApi;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The scores of the metrics, each declared once: its name in records, whether higher is better, and
 * its formula. The JSON of records and its reader, the dashboard, the schema in docs/asyncapi.yaml
 * and the tables of docs/metrics.md follow from them, in this order.
 */
@PublicApi
public enum Score {
  ACCURACY(HIGHER, "h / n"),
  BALANCED_ACCURACY(HIGHER, "mean recall of the classes that have examples"),
  G_MEAN(
      HIGHER,
      "geometric mean of the recalls of the classes that have examples: 0 if one of them"
          + " is never recognized, however rare it is (Kubat and Matwin, 1997)"),
  PRECISION(HIGHER, "tp / (tp + fp): of the positive class of at most two, else the macro average"),
  RECALL(HIGHER, "tp / (tp + fn), likewise"),
  F1(HIGHER, "(1 + β²) tp / ((1 + β²) tp + β² fn + fp) with β = 1, likewise"),
  F_BETA(HIGHER, "the same with β = `metrics.beta`; absent where that is 1"),
  KAPPA(HIGHER, "(h n − Σ aᵢ pᵢ) / (n² − Σ aᵢ pᵢ) (Cohen, 1960)"),
  KAPPA_M(
      HIGHER, "(accuracy − b) / (1 − b) with b the accuracy of `majority` (Bifet et al., 2015)"),
  KAPPA_TEMPORAL(HIGHER, "the same with the accuracy of `no_change`"),
  MCC(
      HIGHER,
      "(h n − Σ aᵢ pᵢ) / √((n² − Σ aᵢ²)(n² − Σ pᵢ²)), 0 where that is 0 / 0 (Matthews;"
          + " Gorodkin, 2004)"),
  LOSS(LOWER, "mean of the training loss"),
  LOG_LOSS(LOWER, "mean of −ln p(actual class), p at least 10⁻⁷"),
  LOG_LOSS_BASELINE(
      NEITHER,
      "the same for the [running class frequencies](#better-than-nothing) on the same"
          + " examples"),
  NORMALIZED_ENTROPY(
      LOWER,
      "`log_loss` / `log_loss_baseline`: below 1 if the model knows more than the class"
          + " frequencies (He et al., 2014, with the running frequencies as base rate)"),
  BRIER(LOWER, "two classes: mean (p(positive) − truth)²; more: the sum over the classes of that"),
  CALIBRATION_ERROR(
      LOWER,
      "Σ over ten bins of the predicted class's probability of \\|right − Σ"
          + " probabilities\\| / n (Guo et al., 2017)"),
  MEAN_PREDICTED(CALIBRATION, "mean_predicted"),
  OBSERVED_SHARE(CALIBRATION, "observed_share"),
  CALIBRATION_RATIO(CALIBRATION, "ratio"),
  PREDICTS_ONE_CLASS(
      FLAG,
      "true if one class was predicted for examples of several. [A threshold or class"
          + " weights](#better-than-nothing) may help"),
  BETTER_THAN_BASELINE(
      FLAG,
      "true if the model beats [its baselines](#better-than-nothing); `null` without"
          + " examples"),
  AUC_ROC(
      HIGHER,
      "window: probability that a positive example scores above a negative one, ties"
          + " counting half; exact. More than two classes: the macro average, each class against"
          + " the rest"),
  AUC_PR(
      HIGHER,
      "window: average precision, Σ (Rₖ − Rₖ₋₁) Pₖ over the thresholds; exact. More than"
          + " two classes: the macro average"),
  AUC_ROC_WEIGHTED(
      HIGHER, "window, more than two classes: average weighted by the examples of each class"),
  AUC_PR_WEIGHTED(HIGHER, "likewise"),
  MACRO_PRECISION(MACRO, "precision"),
  MACRO_RECALL(MACRO, "recall"),
  MACRO_F1(MACRO, "f1"),
  MACRO_F_BETA(MACRO, "f_beta"),
  WEIGHTED_PRECISION(WEIGHTED, "precision"),
  WEIGHTED_RECALL(WEIGHTED, "recall"),
  WEIGHTED_F1(WEIGHTED, "f1"),
  WEIGHTED_F_BETA(WEIGHTED, "f_beta"),
  MICRO_PRECISION(MICRO, "precision"),
  MICRO_RECALL(MICRO, "recall"),
  MICRO_F1(MICRO, "f1"),
  MICRO_F_BETA(MICRO, "f_beta"),

  MAE(VALUES, LOWER, "Σ \\|e\\| / n"),
  RMSE(VALUES, LOWER, "√(Σ e² / n)"),
  R2(VALUES, HIGHER, "1 − Σ e² / Σ (y − mean y)²; `null` if all labels are equal"),
  MAPE(
      VALUES,
      LOWER,
      "mean of \\|e / y\\| over the examples whose label is not practically 0; `null` if"
          + " there is none. A fraction: 0.1 is 10 %. Practically 0 is a label whose error is at"
          + " least 2⁵² times as large (1/ε of a double: scikit-learn divides by ε at least), in"
          + " any unit"),
  QUANTILE_LOSS(
      VALUES,
      LOWER,
      "mean of q·(−e) where e < 0 and (1 − q)·e where e > 0, q being `metrics.quantile`"),
  VALUE_LOSS(
      VALUES, "loss", LOWER, "mean of the training loss, on the scale of the normalised label"),
  VALUE_BETTER_THAN_BASELINE(
      VALUES,
      "better_than_baseline",
      FLAG,
      "true if `mae` is below that of `last_value`, of `mean` and, for forecasts, of each"
          + " seasonal baseline; `null` before `last_value` and `mean` have predicted"),
  SMAPE(
      VALUES,
      LOWER,
      "of [forecasts](forecasting.md#scores-and-baselines): 200 · mean of \\|e\\| /"
          + " (\\|ŷ\\| + \\|y\\|)"),
  MASE(VALUES, LOWER, "of forecasts: `mae` / `baseline.scale`"),
  LABEL_MEAN(VALUES, NEITHER, "total: mean of the labels"),
  LABEL_SD(VALUES, NEITHER, "total: population standard deviation of the labels"),

  SET_PRECISION(
      SETS,
      "precision",
      HIGHER,
      "Σₗ tpₗ / Σₗ (tpₗ + fpₗ): the share of the predicted labels that were actual"
          + " (`precision_score(average=\"micro\")`)"),
  SET_RECALL(
      SETS,
      "recall",
      HIGHER,
      "Σₗ tpₗ / Σₗ (tpₗ + fnₗ): the share of the actual labels that were predicted"
          + " (`recall_score(average=\"micro\")`)"),
  SET_F1(
      SETS,
      "f1",
      HIGHER,
      "2 Σₗ tpₗ / Σₗ (2 tpₗ + fpₗ + fnₗ): each label of each example counts alike, so"
          + " frequent labels decide (`f1_score(average=\"micro\")`)"),
  SET_MACRO_F1(
      SETS,
      "macro_f1",
      HIGHER,
      "mean over the labels of their own F1, 2 tpₗ / (2 tpₗ + fpₗ + fnₗ), each from the"
          + " record of its output: each label counts alike, so rare labels count as much as"
          + " frequent ones (`f1_score(average=\"macro\")`)"),
  JACCARD(SETS, HIGHER, "Σₗ tpₗ / Σₗ (tpₗ + fpₗ + fnₗ) (`jaccard_score(average=\"micro\")`)"),
  JACCARD_SAMPLES(
      SETS,
      HIGHER,
      "mean over the examples of \\|Yᵢ ∩ Zᵢ\\| / \\|Yᵢ ∪ Zᵢ\\|; 1 for an example with"
          + " neither actual nor predicted labels (`jaccard_score(average=\"samples\","
          + " zero_division=1)`)"),
  HAMMING_LOSS(
      SETS,
      LOWER,
      "Σₗ (fpₗ + fnₗ) / (n L): the share of wrong decisions. Small where most labels are"
          + " rare (`hamming_loss`)"),
  EXACT_MATCH(
      SETS,
      HIGHER,
      "share of the examples all of whose labels were right; the strictest score"
          + " (`accuracy_score`, subset accuracy)");

  /** What was predicted. */
  public enum Kind {
    CLASSES,
    VALUES,
    SETS
  }

  /** Direction of a score. */
  public enum Better {
    HIGHER,
    LOWER,
    /** For numbers that describe the data rather than the model. */
    NEITHER,
    /** For scores that are true or false, which are 1 or 0 here. */
    FLAG
  }

  /** Objects of a block that hold scores of its examples. */
  public enum Part {
    CALIBRATION(
        "two classes: `mean_predicted`, the mean probability of the positive class, and"
            + " `observed_share`, its share of the examples, both weighted. `ratio` is the first"
            + " over the second: 1 if the probabilities are right on average, above 1 if they are"
            + " too high, `null` without positive examples"),
    MACRO("mean over the classes that occur, actual or predicted"),
    WEIGHTED("mean over the classes, weighted by their examples"),
    MICRO(
        "tp, fp and fn of all classes together; as every example has one class, all equal the"
            + " accuracy");

    private final String meaning;

    Part(String meaning) {
      this.meaning = meaning;
    }

    /** Returns the name of the object in records. */
    public String field() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the meaning of its scores, in Markdown. */
    public String meaning() {
      return meaning;
    }
  }

  private static final Pattern ABBREVIATION =
      Pattern.compile("\\b(auc|f1|mae|mape|mase|mcc|pr|rmse|sd|smape)\\b");
  private static final Map<Kind, List<Score>> BY_KIND =
      Arrays.stream(values()).collect(Collectors.groupingBy(Score::kind));

  private final Kind kind;
  private final @Nullable Part part;
  private final String field;
  private final Better better;
  private final String formula;

  Score(Better better, String formula) {
    this(Kind.CLASSES, better, formula);
  }

  Score(Kind kind, Better better, String formula) {
    this(kind, null, null, better, formula);
  }

  Score(Kind kind, String field, Better better, String formula) {
    this(kind, null, field, better, formula);
  }

  Score(Part part, String field) {
    this(
        Kind.CLASSES,
        part,
        field,
        part == Part.CALIBRATION ? Better.NEITHER : Better.HIGHER,
        part.meaning());
  }

  Score(Kind kind, @Nullable Part part, @Nullable String field, Better better, String formula) {
    this.kind = kind;
    this.part = part;
    this.field = field == null ? name().toLowerCase(Locale.ROOT) : field;
    this.better = better;
    this.formula = formula;
  }

  /** Returns the scores of a kind, in the order of records. */
  public static List<Score> of(Kind kind) {
    return BY_KIND.getOrDefault(kind, List.of());
  }

  /** Returns the kind of predictions that it scores. */
  public Kind kind() {
    return kind;
  }

  /** Returns the object of the block that holds it; null for the block itself. */
  public @Nullable Part part() {
    return part;
  }

  /** Returns the name in records. */
  public String field() {
    return field;
  }

  /** Returns the name that people read: words, and abbreviations in capitals. */
  public String label() {
    return switch (this) {
      case LOG_LOSS -> "log-loss";
      case AUC_ROC -> "AUC";
      case R2 -> "R²";
      default ->
          ABBREVIATION
              .matcher(field.replace('_', ' '))
              .replaceAll(word -> word.group().toUpperCase(Locale.ROOT));
    };
  }

  /** Returns the direction. */
  public Better better() {
    return better;
  }

  /** Returns the formula, in Markdown. */
  public String formula() {
    return formula;
  }
}
