package dev.millrace.eval.drift;

import dev.millrace.data.PublicApi;
import java.io.IOException;
import java.io.Serializable;

/** Kind and settings of the drift detectors; defaults are those of the papers, MOA or River. */
@PublicApi
public sealed interface DriftSpec extends Serializable {

  /** Creates a detector. */
  DriftDetector start();

  /**
   * Returns the default settings of a detector.
   *
   * @param name as pipeline files spell it
   * @throws IOException if the name is unknown
   */
  static DriftSpec ofName(String name) throws IOException {
    return switch (name) {
      case "adwin" -> Adwin.DEFAULT;
      case "ddm" -> Ddm.DEFAULT;
      case "eddm" -> Eddm.DEFAULT;
      case "hddm-a" -> HddmA.DEFAULT;
      case "page-hinkley" -> PageHinkley.DEFAULT;
      case "kswin" -> Kswin.DEFAULT;
      default ->
          throw new IOException("drift state: this release knows no detector \"" + name + "\"");
    };
  }

  /**
   * Adaptive windowing.
   *
   * @param delta bound on the probability of a false alarm at one check, above 0 and below 1
   */
  record Adwin(double delta) implements DriftSpec {
    public static final Adwin DEFAULT = new Adwin(0.002);

    public Adwin {
      requireShare("delta", delta);
    }

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.Adwin(this);
    }
  }

  /**
   * Drift detection method.
   *
   * @param minExamples examples before the first signal, at least 1
   * @param warning standard deviations above the lowest error rate that are a warning, above 0
   * @param drift standard deviations that are a drift, above those of a warning
   */
  record Ddm(int minExamples, double warning, double drift) implements DriftSpec {
    public static final Ddm DEFAULT = new Ddm(30, 2, 3);

    public Ddm {
      requireCount("min-examples", minExamples);
      if (!(warning > 0 && drift > warning && Double.isFinite(drift))) {
        throw new IllegalArgumentException(
            ("warning-threshold must be above 0 and drift-threshold above it, but they were %s and"
                    + " %s")
                .formatted(warning, drift));
      }
    }

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.Ddm(this);
    }
  }

  /**
   * Early drift detection method.
   *
   * @param minErrors errors before the first signal, at least 1
   * @param warning share of the largest distance between errors below which is a warning
   * @param drift share below which is a drift, above 0 and below that of a warning
   */
  record Eddm(int minErrors, double warning, double drift) implements DriftSpec {
    public static final Eddm DEFAULT = new Eddm(30, 0.95, 0.9);

    public Eddm {
      requireCount("min-errors", minErrors);
      if (!(drift > 0 && drift < warning && warning < 1)) {
        throw new IllegalArgumentException(
            ("drift-threshold must be above 0, below warning-threshold, and that below 1, but they were"
                    + " %s and %s")
                .formatted(drift, warning));
      }
    }

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.Eddm(this);
    }
  }

  /**
   * Drift detection by Hoeffding's bound on averages.
   *
   * @param warning probability of a false warning, above 0 and below 1
   * @param drift probability of a false drift, above 0 and below that of a warning
   * @param twoSided a fall of the mean resets the detector too
   */
  record HddmA(double warning, double drift, boolean twoSided) implements DriftSpec {
    public static final HddmA DEFAULT = new HddmA(0.005, 0.001, true);

    public HddmA {
      if (!(drift > 0 && drift < warning && warning < 1)) {
        throw new IllegalArgumentException(
            ("drift-confidence must be above 0, below warning-confidence, and that below 1, but they were"
                    + " %s and %s")
                .formatted(drift, warning));
      }
    }

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.HddmA(this);
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
  record PageHinkley(int minExamples, double delta, double threshold, double alpha)
      implements DriftSpec {
    public static final PageHinkley DEFAULT = new PageHinkley(30, 0.005, 50, 0.9999);

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

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.PageHinkley(this);
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
  record Kswin(double alpha, int window, int recent, long seed) implements DriftSpec {
    public static final Kswin DEFAULT = new Kswin(0.005, 100, 30, 0);

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
      while (dev.millrace.eval.drift.Kswin.pValue(enough, enough) > alpha) {
        enough++;
      }
      if (recent < enough) {
        throw new IllegalArgumentException(
            "stat-size must be at least %d with alpha %s, or nothing is ever a drift, but was %d"
                .formatted(enough, alpha, recent));
      }
    }

    @Override
    public DriftDetector start() {
      return new dev.millrace.eval.drift.Kswin(this);
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
