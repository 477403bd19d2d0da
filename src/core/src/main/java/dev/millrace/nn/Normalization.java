package dev.millrace.nn;

import java.io.Serializable;
import java.util.Locale;

/**
 * How features are brought to a common scale, learned from the stream itself.
 *
 * @param fade share of the past forgotten with each example, 0 (never forget) to below 1; standard
 *     only
 * @param clip standardised values are cut to -clip..clip; 0 is off; standard only
 * @param indicators columns that are not scaled, only cut like the others
 */
public record Normalization(Kind kind, float fade, float clip, Indicators indicators)
    implements Serializable {

  /** Creates the normalization of numbers. */
  public Normalization(Kind kind, float fade, float clip) {
    this(kind, fade, clip, Indicators.NONE);
  }

  /** Returns the same normalization with other indicators. */
  public Normalization withIndicators(Indicators others) {
    return new Normalization(kind, fade, clip, others);
  }

  /** The methods. */
  public enum Kind {
    NONE,
    /** (x - mean) / standard deviation. */
    STANDARD,
    /** (x - min) / (max - min), within 0..1. */
    MINMAX;

    /** The name in pipeline files. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
