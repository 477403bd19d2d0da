package dev.millrace.nn.spec;

import dev.millrace.data.PublicApi;
import dev.millrace.data.Setting;
import dev.millrace.simd.ScalarScaling;
import java.io.Serializable;
import java.util.Locale;

/**
 * Scaling of features to a common scale, learned from the stream.
 *
 * @param decay fraction of the past forgotten with each example, 0 (off) to below 1; standard only
 * @param clip standardized values are limited to -clip..clip; 0 is off; standard only
 * @param indicators columns that are not scaled, only limited like the others
 */
@PublicApi
public record Normalization(
    @Setting(
            value = "standard",
            in = "standard, minmax, none",
            name = "name",
            doc = "(x - mean) / standard deviation; (x - min) / (max - min); unchanged")
        Kind kind,
    @Setting(
            value = "0",
            in = "[0, 1)",
            name = "alpha",
            doc =
                "standard: smoothing factor of exponentially weighted mean and variance, as in"
                    + " pandas' ewm(alpha); 0 gives all examples the same weight")
        float decay,
    @Setting(
            value = "4",
            in = "[0, 1000000]",
            doc = "standard: limits values to -clip..clip; 0 is off")
        float clip,
    Indicators indicators)
    implements Serializable {

  /** Creates the normalization of numbers. */
  public Normalization(Kind kind, float decay, float clip) {
    this(kind, decay, clip, Indicators.NONE);
  }

  /** Returns the same normalization with other indicators. */
  public Normalization withIndicators(Indicators newIndicators) {
    return new Normalization(kind, decay, clip, newIndicators);
  }

  /** Normalization methods. */
  public enum Kind {
    NONE,
    /** (x - mean) / standard deviation. */
    STANDARD,
    /** (x - min) / (max - min), within 0..1. */
    MINMAX;

    /** Returns the number of statistics per column. */
    public int statistics() {
      return switch (this) {
        case NONE -> 0;
        case STANDARD -> 3;
        case MINMAX -> 2;
      };
    }

    /**
     * Returns the value that is scaled to 0: mean or minimum.
     *
     * @param statistics [{@link #statistics} x columns]
     */
    public double origin(double[] statistics, int column, int columns) {
      return switch (this) {
        case NONE -> 0;
        case STANDARD -> statistics[columns + column];
        case MINMAX -> statistics[column] == Double.POSITIVE_INFINITY ? 0 : statistics[column];
      };
    }

    /**
     * Returns the distance from the origin that is scaled to 1: standard deviation or range, 0 if
     * the column has not varied.
     *
     * @param statistics [{@link #statistics} x columns]
     */
    public double scale(double[] statistics, int column, int columns) {
      return switch (this) {
        case NONE -> 1;
        case STANDARD ->
            ScalarScaling.deviation(
                statistics[column],
                statistics[columns + column],
                statistics[2 * columns + column],
                ScalarScaling.FLOAT_ROUNDING);
        case MINMAX -> Math.max(0, statistics[columns + column] - statistics[column]);
      };
    }

    /** The name in pipeline files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
