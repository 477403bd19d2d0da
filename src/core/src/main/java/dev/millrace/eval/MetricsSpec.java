package dev.millrace.eval;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.input.ForecastSpec;
import java.io.Serializable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Which metrics are computed, and how often they are reported.
 *
 * @param maxIntervalMillis max milliseconds until an example is reported; the clock affects when a
 *     report is sent, not its content; 0 turns it off
 * @param multiclass the task is declared multiclass: scores are averages over all classes even of
 *     two
 * @param positiveClass class of binary precision, recall and F1; null for the last by name
 * @param rankAt rank up to which hits and gains count within the groups of examples; 0 if the
 *     scores of groups are off
 * @param segments whose calibration in the window is reported of two classes; null for none
 * @param validation which examples are held out
 * @param forecast forecasts whose scores and baselines are reported; null for other predictions
 */
@PublicApi
public record MetricsSpec(
    @Setting(
            value = "1000",
            in = "[1, 1000000]",
            doc =
                "max number of scored examples of a key in the window; without it 100000 with"
                    + " window-time, 10000 with group")
        int window,
    @Setting(
            value = "off",
            in = "[1ms, 3650d] or off",
            name = "window-time",
            doc = "max event time between the latest example and the others in the window")
        long windowMillis,
    @Setting(
            value = "0",
            in = "[0, 1)",
            doc =
                "decay factor of the scores over all examples: the weight of an example relative to"
                    + " the next one, such as 0.999; 0 is off")
        double decay,
    @Setting(
            value = "1000",
            in = "[1, 2147483647]",
            doc = "number of examples of a key between two reports")
        int every,
    @Setting(
            value = "1s",
            in = "[1ms, 24h] or off",
            name = "max-interval",
            doc = "max time until an example is reported")
        long maxIntervalMillis,
    @Setting(value = "true", doc = "report precision, recall and F1 of each class")
        boolean perClass,
    @Setting(value = "true", doc = "report the confusion matrix") boolean confusionMatrix,
    @Setting(value = "true", doc = "report macro, weighted and micro averages over the classes")
        boolean averages,
    @Setting(
            value = "true",
            doc =
                "report Brier score, expected calibration error and, for two classes, the mean"
                    + " predicted probability and the observed fraction of the positive class")
        boolean calibration,
    @Setting(
            value = "10",
            in = "[2, " + MetricsSpec.MAX_AUC_CLASSES + "]",
            name = "auc-max-classes",
            doc =
                "max number of classes for auc; with more than two, each class needs 4 bytes for"
                    + " every example in the window")
        int aucClasses,
    @Setting(
            value = "1",
            in = "(0, 100]",
            doc =
                "weight of recall relative to precision in F-beta, which is reported unless this is"
                    + " 1")
        double beta,
    @Setting(value = "0.5", in = "[0, 1)", doc = "regression: quantile of the quantile loss")
        double quantile,
    @Setting(
            value = "none",
            doc =
                "two classes: the score that the threshold of the positive class is tuned for; none"
                    + " predicts the most probable class; f1 by default for sets of labels and"
                    + " several targets")
        Decision thresholdMetric,
    boolean multiclass,
    @Nullable String positiveClass,
    int rankAt,
    @Nullable Segments segments,
    Validation validation,
    @Nullable ForecastSpec forecast)
    implements Serializable {

  /** Values that hold where a pipeline sets none. */
  public static final MetricsSpec DEFAULT = Declaration.defaults(MetricsSpec.class);

  /** Limit of classes for areas: with more, an example would take ten times the memory. */
  public static final int MAX_AUC_CLASSES = 100;

  /** The score that the threshold between two classes is tuned for. */
  public enum Decision {
    /** None: the class of the highest score is predicted. */
    NONE,
    /** The positive class where its probability is above its share of the labels so far. */
    BALANCED_ACCURACY,
    /** The threshold of the highest F1. */
    F1,
    /** The threshold of the highest F-beta. */
    F_BETA
  }

  /** Held-out examples, which no model learns from. */
  public record Validation(
      @Setting(value = "0", in = "[0, 1)", doc = "fraction of the examples held out; 0 is none")
          double fraction,
      @Setting(
              value = "0",
              in = "[0, 1000000]",
              doc =
                  "number of epochs (`input.epochs`) without a lower validation loss after which a"
                      + " model stops learning; 0 is never")
          int patience)
      implements Serializable {

    /** No example is held out. */
    public static final Validation NONE = Declaration.defaults(Validation.class);
  }

  /** Returns a copy with other values. */
  public MetricsSpec with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.build();
  }

  /** Returns the specification for held-out examples: scores without those of each class. */
  MetricsSpec ofHeldOut() {
    return with(
        to -> {
          to.decay = 0;
          to.perClass = false;
          to.confusionMatrix = false;
          to.averages = false;
          to.aucClasses = 0;
          to.thresholdMetric = Decision.NONE;
          to.rankAt = 0;
          to.segments = null;
          to.validation = Validation.NONE;
        });
  }

  /** Mutable values of a specification, set by name. */
  public static final class Draft {
    public int window;
    public long windowMillis;
    public double decay;
    public int every;
    public long maxIntervalMillis;
    public boolean perClass;
    public boolean confusionMatrix;
    public boolean averages;
    public boolean calibration;
    public int aucClasses;
    public double beta;
    public double quantile;
    public Decision thresholdMetric;
    public boolean multiclass;
    public @Nullable String positiveClass;
    public int rankAt;
    public @Nullable Segments segments;
    public Validation validation;
    public @Nullable ForecastSpec forecast;

    private Draft(MetricsSpec from) {
      window = from.window;
      windowMillis = from.windowMillis;
      decay = from.decay;
      every = from.every;
      maxIntervalMillis = from.maxIntervalMillis;
      perClass = from.perClass;
      confusionMatrix = from.confusionMatrix;
      averages = from.averages;
      calibration = from.calibration;
      aucClasses = from.aucClasses;
      beta = from.beta;
      quantile = from.quantile;
      thresholdMetric = from.thresholdMetric;
      multiclass = from.multiclass;
      positiveClass = from.positiveClass;
      rankAt = from.rankAt;
      segments = from.segments;
      validation = from.validation;
      forecast = from.forecast;
    }

    private MetricsSpec build() {
      return new MetricsSpec(
          window,
          windowMillis,
          decay,
          every,
          maxIntervalMillis,
          perClass,
          confusionMatrix,
          averages,
          calibration,
          aucClasses,
          beta,
          quantile,
          thresholdMetric,
          multiclass,
          positiveClass,
          rankAt,
          segments,
          validation,
          forecast);
    }
  }
}
