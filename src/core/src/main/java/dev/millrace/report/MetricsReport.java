package dev.millrace.report;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Task;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Metrics of the model of one key: the scores of the last examples (window), of all examples
 * (total) and of the baselines that a model has to beat.
 *
 * <p>Scores are prequential: each example was predicted before the model learned from it. A score
 * that does not exist yet is NaN here and {@code null} in JSON.
 *
 * @param epoch pass over a bounded data set that the last example was of, 0 if not counted
 * @param validation null if no example was held out
 * @param labels null without delayed labels
 * @param coverage of intervals or sets of classes; null if the pipeline has none
 * @param forecast null unless the model forecasts a series
 * @param estimate scores of predictions whose labels have not come; null unless labels of classes
 *     are delayed
 * @param inputDrift null if the drift of columns is not detected
 * @param importance of columns to the recent predictions, the largest first; empty if predictions
 *     are not explained
 */
@PublicApi
public record MetricsReport(
    Context context,
    Task task,
    Scores scores,
    int epoch,
    @Nullable Validation validation,
    @Nullable Labels labels,
    @Nullable Coverage coverage,
    @Nullable Forecast forecast,
    @Nullable Estimate estimate,
    @Nullable InputDrift inputDrift,
    List<Importance> importance) {

  /** Creates a report without delayed labels. */
  public MetricsReport(
      Context context, Task task, Scores scores, int epoch, @Nullable Validation validation) {
    this(context, task, scores, epoch, validation, null, null, null, null, null, List.of());
  }

  /** Creates a report of scores alone. */
  public MetricsReport(Context context, Task task, Scores scores) {
    this(context, task, scores, 0, null);
  }

  /**
   * Returns the same without what grows with the classes or outputs and the length of their names.
   */
  public MetricsReport withoutClasses() {
    Scores shorter = scores;
    if (scores instanceof ClassificationScores whole) {
      shorter = whole.withoutClasses();
    } else if (scores instanceof OutputScores whole) {
      shorter = new OutputScores(whole.windowSize(), whole.window(), whole.total(), List.of());
    }
    Scores scoresWithout = shorter;
    return with(to -> to.scores = scoresWithout);
  }

  /** Returns the same with other values. */
  public MetricsReport with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** Mutable values of a report, set by name; those of the record say what they are. */
  public static final class Draft {
    public final Context context;
    private final Task task;

    /** True if one of two classes is the positive one. */
    public boolean hasPositive;

    public Scores scores;
    public int epoch;
    public @Nullable Validation validation;
    public @Nullable Labels labels;
    public @Nullable Coverage coverage;
    public @Nullable Forecast forecast;
    public @Nullable Estimate estimate;
    public @Nullable InputDrift inputDrift;
    public List<Importance> importance;

    private Draft(MetricsReport from) {
      context = from.context;
      task = from.task;
      scores = from.scores;
      epoch = from.epoch;
      validation = from.validation;
      labels = from.labels;
      coverage = from.coverage;
      forecast = from.forecast;
      estimate = from.estimate;
      inputDrift = from.inputDrift;
      importance = from.importance;
    }

    private MetricsReport build() {
      return new MetricsReport(
          context,
          task,
          scores,
          epoch,
          validation,
          labels,
          coverage,
          forecast,
          estimate,
          inputDrift,
          importance);
    }
  }

  /**
   * The importance of a column.
   *
   * @param share of the column in the absolute contributions of all columns, above 0, at most 1
   */
  public record Importance(String column, double share) {}

  /**
   * Scores of intervals or sets of classes.
   *
   * @param level share of the labels that are to be covered
   */
  public record Coverage(double level, CoverageBlock window, CoverageBlock total) {}

  /**
   * Scores of intervals or sets over some examples, all NaN without any.
   *
   * @param coverage share of the labels that were in the interval or set
   * @param size mean width of the intervals in units of the label, or mean number of classes
   * @param winkler mean of the width plus 2 / (1 - level) times the distance of a label outside; of
   *     no meaning for classes
   */
  public record CoverageBlock(double coverage, double size, double winkler) {}

  /**
   * Drift of the columns of the input.
   *
   * @param drifts number of drifts so far, of all columns
   * @param last column of the last of them; null if there is none
   * @param column that differs most from its reference; null before the first comparison
   * @param score its population stability index, NaN likewise
   */
  public record InputDrift(
      long drifts, @Nullable String last, @Nullable String column, double score) {}

  /**
   * Scores of the last predictions, estimated before their labels come: how often predictions of
   * such a probability were right before.
   *
   * @param predictions that the scores are of
   * @param accuracy NaN if no label has come yet
   * @param f1 of the positive class of two; NaN for more classes, and if no label has come yet
   */
  public record Estimate(int predictions, double accuracy, double f1) {}

  /**
   * The forecasts of one series and horizon, and what became of them.
   *
   * @param pending forecasts whose value is still to come
   * @param expired forecasts that were never scored, because no value came near their time
   * @param dropped forecasts that were never scored, because too many were pending
   * @param missing records without a value
   * @param late records behind one of a later time, which are not part of the series
   * @param value last value of the series, NaN before the first
   * @param last the last forecast whose value came
   * @param next the newest forecast
   * @param targetTime event time that the newest forecast is of, in milliseconds since the epoch;
   *     {@link Prediction.Forecast#UNKNOWN_TIME} if not known
   */
  public record Forecast(
      String series,
      String horizon,
      long pending,
      long expired,
      long dropped,
      long missing,
      long late,
      double value,
      ForecastValue last,
      ForecastValue next,
      long targetTime) {}

  /**
   * A value that was forecast, with the ends of its interval; NaN for what there is not.
   *
   * @param value the forecast
   */
  public record ForecastValue(double value, double low, double high) {}

  /**
   * Outcomes of features and labels that came apart: a match is two records, all others are one.
   *
   * @param pending features that wait for their label
   * @param early labels that wait for their features
   * @param complete records that had both
   * @param timedOut features whose label did not come in time
   * @param withoutFeatures labels whose features did not come in time
   * @param droppedFeatures new features, dropped because the buffer was full
   * @param droppedLabels pending labels, dropped because the buffer was full
   * @param late labels of features that had timed out or were dropped
   * @param imputed features whose label did not come in time, learned with the default label
   * @param corrected labels of imputed features that came later and differ
   * @param delayMs of the last labels; null before the first
   */
  public record Labels(
      long pending,
      long early,
      long matched,
      long complete,
      long timedOut,
      long withoutFeatures,
      long duplicateFeatures,
      long duplicateLabels,
      long droppedFeatures,
      long droppedLabels,
      long late,
      long imputed,
      long corrected,
      @Nullable Delays delayMs) {}

  /** Quantiles of the delays of labels after their features, in milliseconds of event time. */
  public record Delays(long p50, long p90, long p99, long max) {}

  /**
   * Scores of the held-out examples: of the window, and of the epoch.
   *
   * @param bestEpoch epoch of the lowest loss, 0 before the first has ended
   * @param bestLoss mean validation loss of that epoch, NaN before
   * @param stopped true if the model has stopped learning, because the loss stopped falling
   */
  public record Validation(Scores scores, int bestEpoch, double bestLoss, boolean stopped) {}

  /**
   * The model that metrics are of, and what it has seen.
   *
   * @param seq examples of the key at this report; reports of one key and seq are the same
   * @param examples examples that the model has learned from
   * @param modelVersion steps that the model's weights have taken
   * @param eventTime of the last example, milliseconds since the epoch
   * @param classes name of each class, by index; empty for regression
   * @param skippedSteps steps that were skipped because a loss or weight was not finite
   * @param clippedSteps steps along a gradient that was clipped, at least in part
   * @param rollbacks number of returns to an earlier state after the model diverged
   * @param members of a mixture; null for any other model
   * @param models champion and challengers; empty if there is one model
   * @param config hash of the pipeline's configuration
   */
  public record Context(
      String pipeline,
      String key,
      long seq,
      long examples,
      long modelVersion,
      long eventTime,
      List<String> classes,
      double learningRate,
      long skippedSteps,
      long clippedSteps,
      long rollbacks,
      @Nullable Members members,
      List<CandidateReport> models,
      Offsets input,
      Arrivals arrivals,
      String config) {

    public Context {
      classes = List.copyOf(classes);
      models = List.copyOf(models);
    }
  }

  /**
   * Members of a mixture.
   *
   * @param leader member with the lowest loss; null before the first example
   */
  public record Members(@Nullable String leader, List<Member> members) {

    public Members {
      members = List.copyOf(members);
    }
  }

  /**
   * One member of a mixture.
   *
   * @param weight in the mixture; may be negative, and all need not sum to 1
   * @param loss decayed mean loss of the member's own predictions over some 1000 examples
   */
  public record Member(String name, double weight, double loss) {}

  /**
   * One of several models of a key.
   *
   * @param since examples of the key when it became champion; -1 for a challenger
   * @param examples that it has learned from
   * @param loss decayed mean of -ln p(actual class), or of the absolute error
   * @param accuracy decayed mean, NaN for regression
   * @param lead examples, up to the last, for which its loss was below the champion's
   * @param pValue bound on the probability that a model that is no better ever leads so far; NaN
   *     for the champion
   */
  public record CandidateReport(
      String name,
      long since,
      long examples,
      double loss,
      double accuracy,
      long lead,
      double pValue) {

    /** Returns true if it is the model that answers. */
    public boolean isChampion() {
      return since >= 0;
    }
  }

  /**
   * Offsets of the input topic that a key has seen: the first and the last of each partition, in
   * any order.
   */
  public record Offsets(String topic, int[] partitions, long[] first, long[] last) {

    /**
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public Offsets {
      if (first.length != partitions.length || last.length != partitions.length) {
        throw new IllegalArgumentException(
            "offsets of %s: %d partitions, but %d first and %d last offsets"
                .formatted(topic, partitions.length, first.length, last.length));
      }
    }
  }

  /**
   * Records of a key that came in another order, or more often, than they happened.
   *
   * @param outOfOrder records whose event time is before the latest of the key
   * @param duplicates examples whose id came before; null if not counted
   */
  public record Arrivals(long outOfOrder, @Nullable Long duplicates) {}

  /** The scores of a model, by the kind of its task. */
  public sealed interface Scores permits ClassificationScores, RegressionScores, OutputScores {

    /** Returns the scores of the last examples. */
    ScoreBlock window();

    /** Returns the scores of all examples. */
    ScoreBlock total();

    /**
     * Returns true if the best of the baselines is worse over the window; null without examples.
     */
    default @Nullable Boolean windowBetterThanBaseline() {
      return window().betterThanBaseline();
    }
  }

  /**
   * Scores in which older examples count less.
   *
   * @param factor weight of each example relative to the next
   * @param weight sum of the decayed weights
   */
  public record Decaying(double factor, double weight, ScoreBlock block) {}

  /**
   * Scores of a classifier.
   *
   * @param windowSize max number of scored examples in the window
   * @param windowMillis event time that the window spans, 0 for no limit
   * @param decayed null if not configured
   * @param noChange baseline that predicts the previous label
   * @param majority baseline that predicts the most frequent label so far
   * @param perClass scores of each class in the window, by class index; null if not configured
   * @param confusion confusion matrices; null if not configured
   * @param threshold probability above which the positive class is predicted; NaN if the larger
   *     probability decides
   * @param groups scores within groups of the window; null if not configured, or not of two classes
   * @param segments calibration in the segments of the window; null likewise
   */
  public record ClassificationScores(
      int windowSize,
      long windowMillis,
      ScoreBlock window,
      ScoreBlock total,
      @Nullable Decaying decayed,
      ClassificationBaseline noChange,
      ClassificationBaseline majority,
      @Nullable List<ClassScores> perClass,
      @Nullable Confusion confusion,
      double threshold,
      @Nullable GroupScores groups,
      @Nullable SegmentScores segments)
      implements Scores {
    private ClassificationScores withoutClasses() {
      return new ClassificationScores(
          windowSize,
          windowMillis,
          window,
          total,
          decayed,
          noChange,
          majority,
          null,
          null,
          threshold,
          groups,
          segments);
    }
  }

  /**
   * Scores of two classes within groups of examples that have both.
   *
   * @param at rank up to which hits and gains count
   * @param count number of groups
   * @param examples number of examples in these groups
   * @param auc mean area under the ROC curve, weighted by the examples; NaN without groups
   * @param hitRate share of the groups with a positive example up to that rank
   * @param ndcg mean normalized discounted cumulative gain up to that rank
   */
  public record GroupScores(
      int at, int count, int examples, double auc, double hitRate, double ndcg) {}

  /**
   * Calibration in the large of the positive class of two.
   *
   * @param predicted mean of its predicted probability
   * @param observed share of the examples that were of it
   */
  public record PositiveShare(double predicted, double observed) {

    /** Returns predicted over observed; infinite, or NaN, without positive examples. */
    public double ratio() {
      return predicted / observed;
    }
  }

  /**
   * Calibration in segments of examples.
   *
   * @param column whose values are the segments
   * @param segments those with examples in the window, in the order of their declaration
   */
  public record SegmentScores(String column, List<Segment> segments) {}

  /**
   * The examples that have one value of a column.
   *
   * @param value null for examples without a value, or with one that is not listed
   * @param examples number in the window
   */
  public record Segment(@Nullable String value, int examples, PositiveShare calibration) {}

  /** Scores of a baseline that predicts a class. */
  public record ClassificationBaseline(
      double windowAccuracy, double windowF1, double totalAccuracy, double totalF1) {}

  /**
   * Scores of one class.
   *
   * @param fBeta NaN where beta is 1
   * @param support weight of the examples whose actual class this is
   */
  public record ClassScores(
      double precision, double recall, double f1, double fBeta, double support) {}

  /** Weights by actual class (row) and predicted class (column), of the window and in total. */
  public record Confusion(double[][] window, double[][] total) {}

  /**
   * Scores of a regression model.
   *
   * @param windowSize max number of scored examples in the window
   * @param windowMillis event time that the window spans, 0 for no limit
   * @param decayed null if not configured
   * @param lastValue baseline that predicts the previous label
   * @param mean baseline that predicts the mean of all labels so far
   * @param forecast baselines of forecasts; null for other values
   */
  public record RegressionScores(
      int windowSize,
      long windowMillis,
      ScoreBlock window,
      ScoreBlock total,
      @Nullable Decaying decayed,
      RegressionBaseline lastValue,
      RegressionBaseline mean,
      @Nullable ForecastBaselines forecast)
      implements Scores {}

  /** Scores of a baseline that predicts a number. */
  public record RegressionBaseline(
      double windowMae, double windowRmse, double totalMae, double totalRmse) {}

  /**
   * Baselines of forecasts.
   *
   * @param scale mean absolute error so far of the value one season before, of the first season; of
   *     the previous value without a season
   * @param seasons baselines of each season
   */
  public record ForecastBaselines(double scale, List<SeasonScores> seasons) {}

  /**
   * Baselines of one season.
   *
   * @param naive predicts the latest known value that is whole seasons before the target
   * @param drift adds how much the last value differs from the one as many seasons before it
   */
  public record SeasonScores(String season, RegressionBaseline naive, RegressionBaseline drift) {}

  /**
   * Scores of several outputs together. A label is an output of two classes that is in the set of
   * an example, or predicted to be, where its positive class is.
   *
   * @param windowSize max number of examples in the window
   * @param outputs scores of each output, in the order of the targets, or of the discovery of the
   *     labels
   */
  public record OutputScores(
      int windowSize, ScoreBlock window, ScoreBlock total, List<OutputReport> outputs)
      implements Scores {

    public OutputScores {
      outputs = List.copyOf(outputs);
    }

    /** Returns true if each output is better than its baselines; null if one is not known. */
    @Override
    public @Nullable Boolean windowBetterThanBaseline() {
      boolean areBetter = !outputs.isEmpty();
      for (OutputReport output : outputs) {
        Boolean isBetter = output.scores().windowBetterThanBaseline();
        if (isBetter == null) {
          return null;
        }
        areBetter &= isBetter;
      }
      return outputs.isEmpty() ? null : areBetter;
    }
  }

  /**
   * Scores of one of several outputs.
   *
   * @param name of the target or label
   * @param examples that its model has learned from
   */
  public record OutputReport(String name, Task task, long examples, Scores scores) {}
}
