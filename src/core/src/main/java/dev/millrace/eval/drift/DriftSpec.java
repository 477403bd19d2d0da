package dev.millrace.eval.drift;

import dev.millrace.data.Declaration;
import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import java.io.IOException;
import java.io.Serializable;

/** Kind and settings of the drift detectors; defaults are those of the papers, MOA or River. */
@PublicApi
public sealed interface DriftSpec extends Serializable
    permits DriftSpec.Adwin,
        DriftSpec.Ddm,
        DriftSpec.Eddm,
        DriftSpec.HddmA,
        DriftSpec.PageHinkley,
        DriftSpec.Kswin {

  /**
   * Returns the default settings of a detector.
   *
   * @param name as pipeline files spell it
   * @throws IOException if the name is unknown
   */
  static DriftSpec ofName(String name) throws IOException {
    for (Class<? extends DriftSpec> kind : Declaration.kinds(DriftSpec.class)) {
      if (Declaration.kind(kind).equals(name)) {
        return (DriftSpec) Declaration.defaults(kind.asSubclass(Record.class));
      }
    }
    throw new IOException("drift state: this release knows no detector \"" + name + "\"");
  }

  /**
   * Adaptive windowing.
   *
   * @param delta bound on the probability of a false alarm at one check, above 0 and below 1
   */
  @Setting.Kind(
      value = "adwin",
      doc =
          "Adaptive windowing (Bifet and Gavaldà, 2007): an increase of the mean between two parts"
              + " of a window of adaptive length.")
  record Adwin(
      @Setting(
              value = "0.002",
              in = "(0, 0.5]",
              doc = "max probability of a false alarm at one check")
          double delta)
      implements DriftSpec {
    public static final Adwin DEFAULT = Declaration.defaults(Adwin.class);

    public Adwin {
      requireShare("delta", delta);
    }
  }

  /**
   * Drift detection method.
   *
   * @param minExamples examples before the first signal, at least 1
   * @param warning standard deviations above the lowest error rate that are a warning, above 0
   * @param drift standard deviations that are a drift, above those of a warning
   */
  @Setting.Kind(
      value = "ddm",
      doc = "Drift detection method (Gama et al., 2004): a sudden increase of the error rate.")
  record Ddm(
      @Setting(
              value = "30",
              in = "[1, 1000000]",
              doc = "min number of examples before the first signal")
          int minExamples,
      @Setting(
              value = "2",
              in = "[0.1, 100]",
              name = "warning-threshold",
              doc = "standard deviations above the lowest error rate that cause a warning")
          double warning,
      @Setting(
              value = "3",
              in = "[0.1, 100]",
              name = "drift-threshold",
              doc = "standard deviations above the lowest error rate that are a drift")
          double drift)
      implements DriftSpec {
    public static final Ddm DEFAULT = Declaration.defaults(Ddm.class);

    public Ddm {
      requireCount("min-examples", minExamples);
      if (!(warning > 0 && drift > warning && Double.isFinite(drift))) {
        throw new IllegalArgumentException(
            ("warning-threshold must be above 0 and drift-threshold above it, but they were %s and"
                    + " %s")
                .formatted(warning, drift));
      }
    }
  }

  /**
   * Early drift detection method.
   *
   * @param minErrors errors before the first signal, at least 1
   * @param warning share of the largest distance between errors below which is a warning
   * @param drift share below which is a drift, above 0 and below that of a warning
   */
  @Setting.Kind(
      value = "eddm",
      doc =
          "Early drift detection method (Baena-García et al., 2006): decreasing distances"
              + " between errors.")
  record Eddm(
      @Setting(
              value = "30",
              in = "[1, 1000000]",
              doc = "min number of errors before the first signal")
          int minErrors,
      @Setting(
              value = "0.95",
              in = "(0, 0.999]",
              name = "warning-threshold",
              doc =
                  "fraction of the largest distance between errors below which the detector warns")
          double warning,
      @Setting(
              value = "0.9",
              in = "(0, 0.999]",
              name = "drift-threshold",
              doc = "fraction of the largest distance between errors below which there is a drift")
          double drift)
      implements DriftSpec {
    public static final Eddm DEFAULT = Declaration.defaults(Eddm.class);

    public Eddm {
      requireCount("min-errors", minErrors);
      if (!(drift > 0 && drift < warning && warning < 1)) {
        throw new IllegalArgumentException(
            ("drift-threshold must be above 0, below warning-threshold, and that below 1, but they"
                    + " were %s and %s")
                .formatted(drift, warning));
      }
    }
  }

  /**
   * Drift detection by Hoeffding's bound on averages.
   *
   * @param warning probability of a false warning, above 0 and below 1
   * @param drift probability of a false drift, above 0 and below that of a warning
   * @param twoSided a fall of the mean resets the detector too
   */
  @Setting.Kind(
      value = "hddm-a",
      doc = "Hoeffding's bound on averages (Frías-Blanco et al., 2015).")
  record HddmA(
      @Setting(
              value = "0.005",
              in = "(0, 0.5]",
              name = "warning-confidence",
              doc = "probability of a false warning")
          double warning,
      @Setting(
              value = "0.001",
              in = "(0, 0.5]",
              name = "drift-confidence",
              doc = "probability of a false drift")
          double drift,
      @Setting(
              value = "true",
              name = "two-sided-test",
              doc = "restarts, without a signal, when the errors decrease")
          boolean twoSided)
      implements DriftSpec {
    public static final HddmA DEFAULT = Declaration.defaults(HddmA.class);

    public HddmA {
      if (!(drift > 0 && drift < warning && warning < 1)) {
        throw new IllegalArgumentException(
            ("drift-confidence must be above 0, below warning-confidence, and that below 1, but"
                    + " they were %s and %s")
                .formatted(drift, warning));
      }
    }
  }

  /**
   * Page-Hinkley test with forgetting; 1 as alpha is Page's own test.
   *
   * @param minExamples examples before the first signal, at least 1
   * @param delta rise of the mean that is tolerated, at least 0
   * @param threshold how far the sum may rise above its running minimum (lambda), above 0
   * @param alpha factor of the sum and its minimum at each example, above 0, at most 1
   */
  @Setting.Kind(
      value = "page-hinkley",
      doc =
          "Page-Hinkley test (Page, 1954): an increase of the mean, summed above its running"
              + " minimum.")
  record PageHinkley(
      @Setting(
              value = "30",
              in = "[1, 1000000]",
              doc = "min number of examples before the first signal")
          int minExamples,
      @Setting(value = "0.005", in = "[0, 1]", doc = "increase of the mean that is tolerated")
          double delta,
      @Setting(
              value = "50",
              in = "(0, 1000000]",
              doc = "max distance of the sum from its running minimum")
          double threshold,
      @Setting(
              value = "0.9999",
              in = "(0, 1]",
              doc = "decay factor of the sum and its minimum for each example; 1 is Page's test")
          double alpha)
      implements DriftSpec {
    public static final PageHinkley DEFAULT = Declaration.defaults(PageHinkley.class);

    public PageHinkley {
      requireCount("min-examples", minExamples);
      if (!(delta >= 0 && Double.isFinite(delta))) {
        throw new IllegalArgumentException("delta must be at least 0, but was " + delta);
      }
      if (!(threshold > 0 && Double.isFinite(threshold))) {
        throw new IllegalArgumentException("threshold must be above 0, but was " + threshold);
      }
      if (!(alpha > 0 && alpha <= 1)) {
        throw new IllegalArgumentException("alpha must be above 0, at most 1, but was " + alpha);
      }
    }
  }

  /**
   * Kolmogorov-Smirnov windowing.
   *
   * @param alpha probability of a false alarm at one test, above 0 and below 1
   * @param window max numbers kept, at least twice the recent ones
   * @param recent last numbers of the window, compared with a sample of the others: 5 to 1,000, and
   *     enough for some difference to be less likely than alpha
   * @param seed of the samples
   */
  @Setting.Kind(
      value = "kswin",
      doc =
          "Kolmogorov-Smirnov windowing (Raab et al., 2020): a different distribution with a higher"
              + " mean.")
  record Kswin(
      @Setting(value = "0.005", in = "(0, 0.5]", doc = "probability of a false alarm at one test")
          double alpha,
      @Setting(
              value = "100",
              in = "[10, 100000]",
              name = "window-size",
              doc = "number of errors in the window")
          int window,
      @Setting(
              value = "30",
              in = "[5, 1000]",
              name = "stat-size",
              doc = "number of latest errors that are compared with a sample of the others")
          int recent,
      @Setting(value = "0", in = "[0, 2147483647]", doc = "seed of the samples") long seed)
      implements DriftSpec {
    public static final Kswin DEFAULT = Declaration.defaults(Kswin.class);

    public Kswin {
      requireShare("alpha", alpha);
      if (recent < 5 || recent > 1_000) {
        throw new IllegalArgumentException("stat-size must be 5 to 1000, but was " + recent);
      }
      if (window < 2 * recent || window > 100_000) {
        throw new IllegalArgumentException(
            "window-size must be %d, twice stat-size, to 100000, but was %d"
                .formatted(2 * recent, window));
      }
      int enough = recent;
      while (KswinDetector.pValue(enough, enough) > alpha) {
        enough++;
      }
      if (recent < enough) {
        throw new IllegalArgumentException(
            "stat-size must be at least %d with alpha %s, or nothing is ever a drift, but was %d"
                .formatted(enough, alpha, recent));
      }
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be above 0 and below 1, but was " + value);
    }
  }

  private static void requireCount(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but was " + value);
    }
  }
}
