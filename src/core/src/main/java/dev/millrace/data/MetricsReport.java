package dev.millrace.data;

import java.util.List;

/**
 * How well the model of one key is doing: the scores of the last examples (window), of all examples
 * (total) and of the baselines that a model has to beat.
 *
 * <p>Scores are prequential: each example was predicted before the model learned from it. A score
 * that does not exist yet is NaN here and {@code null} in JSON.
 *
 * @param epoch the pass over a bounded data set that the last example was of, 0 if nobody counts
 * @param validation null if no example was held out
 * @param labels null if no labels come later than their features
 */
public record MetricsReport(
    Context context, Task task, Scores scores, int epoch, Validation validation, Labels labels) {

  /** Of examples that come with their labels. */
  public MetricsReport(
      Context context, Task task, Scores scores, int epoch, Validation validation) {
    this(context, task, scores, epoch, validation, null);
  }

  /** Of examples of no epoch, none of which was held out. */
  public MetricsReport(Context context, Task task, Scores scores) {
    this(context, task, scores, 0, null);
  }

  /** The same without what grows with the number of classes and the length of their names. */
  public MetricsReport withoutClasses() {
    Scores shorter = scores instanceof ClassificationScores whole ? whole.withoutClasses() : scores;
    return new MetricsReport(context, task, shorter, epoch, validation, labels);
  }

  /** The same with what became of features and labels that came apart. */
  public MetricsReport withLabels(Labels other) {
    return new MetricsReport(context, task, scores, epoch, validation, other);
  }

  /**
   * What became of features and labels that came apart: a match is two records, everything else is
   * one.
   *
   * @param pending features that wait for their label
   * @param early labels that wait for their features
   * @param complete records that had both
   * @param timedOut features whose label did not come in time
   * @param withoutFeatures labels whose features did not come in time
   * @param droppedFeatures for which there was no room
   * @param droppedLabels that waited and had to make room
   * @param late labels of features that had timed out or were dropped
   * @param imputed features whose label did not come in time, learned with the one for that
   * @param corrected other labels of those that came after all
   * @param delay of the last labels; null before the first
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
      Delays delay) {}

  /** How long labels came after their features: quantiles in milliseconds of event time. */
  public record Delays(long p50, long p90, long p99, long max) {}

  /**
   * Scores of the examples that the model does not learn from: its window, and all of the epoch.
   *
   * @param bestEpoch the one of the lowest loss, 0 before the first has ended
   * @param bestLoss mean validation loss of that, NaN before
   * @param stopped whether the model has stopped to learn, for the loss fell no more
   */
  public record Validation(Scores scores, int bestEpoch, double bestLoss, boolean stopped) {}

  /**
   * What the metrics themselves do not know: whose they are, and what the model has seen.
   *
   * @param seq examples of the key at this report, so that key and seq name one content for ever
   * @param examples examples that the model has learned from
   * @param modelVersion steps that the model's weights have taken
   * @param eventTime of the last example, milliseconds since the epoch
   * @param classes name of each class, by index; empty for regression
   * @param skippedSteps steps that were dropped because a loss or weight was not finite
   * @param clippedSteps steps along a gradient that was clipped, at least in part
   * @param rollbacks times that the model had diverged and went back to an earlier state
   * @param members of a model that mixes several; null for any other
   * @param models of which one answers; empty if there is but one
   * @param config fingerprint of the pipeline's configuration
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
      Members members,
      List<CandidateReport> models,
      Offsets input,
      String config) {

    public Context {
      classes = List.copyOf(classes);
      models = List.copyOf(models);
    }

    /** Of one model, which mixes nothing. */
    public Context(
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
        Offsets input,
        String config) {
      this(
          pipeline,
          key,
          seq,
          examples,
          modelVersion,
          eventTime,
          classes,
          learningRate,
          skippedSteps,
          clippedSteps,
          rollbacks,
          null,
          List.of(),
          input,
          config);
    }
  }

  /**
   * What a model mixes.
   *
   * @param leader the member with the least loss, null before the first example
   */
  public record Members(String leader, List<Member> members) {

    public Members {
      members = List.copyOf(members);
    }
  }

  /**
   * One prediction that a model mixes.
   *
   * @param weight in the mixture; may be negative, and all need not sum to 1
   * @param loss mean loss of the member's own predictions over some 1000 examples, fading
   */
  public record Member(String name, double weight, double loss) {}

  /**
   * One of several models of a key.
   *
   * @param since examples of the key when it became champion; -1 for a challenger
   * @param examples that it has learned from
   * @param loss fading mean: of -ln p(actual class), or of the absolute error
   * @param accuracy fading, NaN for regression
   * @param lead examples, up to the last, for which its loss was below the champion's
   * @param pValue bound on how likely one that is no better would ever have come so far; NaN for
   *     the champion
   */
  public record CandidateReport(
      String name,
      long since,
      long examples,
      double loss,
      double accuracy,
      long lead,
      double pValue) {

    /** Whether it is the one that answers. */
    public boolean isChampion() {
      return since >= 0;
    }
  }

  /**
   * The part of the input topic that this key has seen: for each of the partitions, in any order,
   * the first and the last offset.
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

  /** The scores of a model, by the kind of its task. */
  public sealed interface Scores permits ClassificationScores, RegressionScores {

    /** Mean loss over the window. */
    double windowLoss();

    /** Accuracy over the window, NaN for regression. */
    double windowAccuracy();

    /** Whether the best of the baselines is worse over the window; null without examples. */
    Boolean windowBetterThanBaseline();
  }

  /**
   * Scores in which an example counts less the longer ago it was.
   *
   * @param factor what each example counts of the next one's weight
   * @param weight sum of the faded weights
   */
  public record Fading<B>(double factor, double weight, B block) {}

  /**
   * Scores of a classifier.
   *
   * @param windowSize scored examples that the window holds at most
   * @param windowMillis event time that it looks back on, 0 for no such limit
   * @param fading null if not asked for
   * @param noChange baseline that predicts the previous label
   * @param majority baseline that predicts the most frequent label so far
   * @param perClass scores of each class in the window, by class index, or null if not asked for
   * @param confusion confusion matrices, or null if not asked for
   * @param threshold probability above which the positive class is predicted; NaN if the larger
   *     probability decides
   */
  public record ClassificationScores(
      int windowSize,
      long windowMillis,
      ClassificationBlock window,
      ClassificationBlock total,
      Fading<ClassificationBlock> fading,
      ClassificationBaseline noChange,
      ClassificationBaseline majority,
      List<ClassScores> perClass,
      Confusion confusion,
      double threshold)
      implements Scores {
    private ClassificationScores withoutClasses() {
      return new ClassificationScores(
          windowSize,
          windowMillis,
          window,
          total,
          fading,
          noChange,
          majority,
          null,
          null,
          threshold);
    }

    @Override
    public double windowLoss() {
      return window.loss();
    }

    @Override
    public double windowAccuracy() {
      return window.accuracy();
    }

    @Override
    public Boolean windowBetterThanBaseline() {
      return window.betterThanBaseline();
    }
  }

  /**
   * Scores of a classifier over some examples; precision, recall, F1 and F-beta are those of the
   * positive class while there are at most two classes, else macro averages.
   *
   * @param examples scored examples
   * @param weight sum of their weights
   * @param fBeta NaN where beta is 1
   * @param kappa Cohen's kappa
   * @param kappaM accuracy beyond that of the majority class
   * @param kappaTemporal accuracy beyond that of no change
   * @param mcc Matthews' correlation coefficient
   * @param loss mean loss
   * @param logLoss mean of -ln p(actual class), NaN if the outputs are not probabilities
   * @param logLossBaseline that of the running class frequencies
   * @param brier mean squared distance of probabilities from what came true
   * @param calibrationError expected calibration error
   * @param positiveShare null where scores are averages over all classes
   * @param aucRoc area under the ROC curve, the macro average of more than two classes; NaN but for
   *     windows
   * @param aucPr average precision, as above
   * @param weightedAucRoc each class as heavy as its examples; NaN for two classes
   * @param weightedAucPr as above
   * @param predictsOneClass whether a single class was predicted for examples of several
   * @param betterThanBaseline whether the best of the baselines is worse; null without examples
   * @param averages null if not asked for
   */
  public record ClassificationBlock(
      long examples,
      double weight,
      double accuracy,
      double balancedAccuracy,
      double precision,
      double recall,
      double f1,
      double fBeta,
      double kappa,
      double kappaM,
      double kappaTemporal,
      double mcc,
      double loss,
      double logLoss,
      double logLossBaseline,
      double brier,
      double calibrationError,
      PositiveShare positiveShare,
      double aucRoc,
      double aucPr,
      double weightedAucRoc,
      double weightedAucPr,
      boolean predictsOneClass,
      Boolean betterThanBaseline,
      ClassAverages averages) {}

  /**
   * Calibration in the large of the positive class of two.
   *
   * @param predicted mean of its predicted probability
   * @param observed share of the examples that were of it
   */
  public record PositiveShare(double predicted, double observed) {}

  /** The three ways to make one score of those of the classes. */
  public record ClassAverages(Averages macro, Averages weighted, Averages micro) {}

  /**
   * Scores of all classes together.
   *
   * @param fBeta NaN where beta is 1
   */
  public record Averages(double precision, double recall, double f1, double fBeta) {}

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
   * @param windowSize scored examples that the window holds at most
   * @param windowMillis event time that it looks back on, 0 for no such limit
   * @param fading null if not asked for
   * @param labelMean mean of the labels of all scored examples
   * @param labelSd population standard deviation of those labels (divided by n, not n - 1)
   * @param lastValue baseline that predicts the previous label
   * @param mean baseline that predicts the mean of all labels so far
   */
  public record RegressionScores(
      int windowSize,
      long windowMillis,
      RegressionBlock window,
      RegressionBlock total,
      Fading<RegressionBlock> fading,
      double labelMean,
      double labelSd,
      RegressionBaseline lastValue,
      RegressionBaseline mean)
      implements Scores {
    @Override
    public double windowLoss() {
      return window.loss();
    }

    @Override
    public double windowAccuracy() {
      return Double.NaN;
    }

    @Override
    public Boolean windowBetterThanBaseline() {
      return window.betterThanBaseline();
    }
  }

  /**
   * Scores of a regression model over some examples.
   *
   * @param examples scored examples
   * @param weight sum of their weights
   * @param mae mean absolute error, in units of the label
   * @param rmse root of the mean squared error, in units of the label
   * @param r2 coefficient of determination, NaN if all labels are equal
   * @param mape mean absolute error relative to the label, over labels that are not as good as 0
   * @param quantileLoss mean quantile (pinball) loss, in units of the label
   * @param loss mean loss
   * @param betterThanBaseline whether MAE is below that of each baseline; null without examples
   */
  public record RegressionBlock(
      long examples,
      double weight,
      double mae,
      double rmse,
      double r2,
      double mape,
      double quantileLoss,
      double loss,
      Boolean betterThanBaseline) {}

  /** Scores of a baseline that predicts a number. */
  public record RegressionBaseline(
      double windowMae, double windowRmse, double totalMae, double totalRmse) {}
}
